"""Signs messages the way several services ask for it."""

import hashlib
import hmac


def hmac_sha256(key: str, message: bytes) -> str:
    """Return the HMAC-SHA256 of a message as 64 lower-case hexadecimal digits.

    Args:
        key: Its UTF-8 bytes count.
    """
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()
