"""The media store: files named by their content, written once, never changed."""

import hashlib
import os
import threading
from pathlib import Path

from promoter.core.errors import ConfigError
from promoter.core.model import Phrase


class MediaStore:
    """A folder of files named by the SHA-256 of their bytes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, sha256: str) -> Path:
        """Return where a file is or would be."""
        return self.root / sha256[:2] / sha256

    def put(self, data: bytes) -> str:
        """Keep bytes and return their name; keeping them again changes nothing."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path(sha256)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f"{sha256}.{os.getpid()}.{threading.get_ident()}.part")
            part.write_bytes(data)
            part.replace(path)  # a reader sees the whole file or none
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the bytes of a file.

        Raises:
            ConfigError: The file is gone or no longer what its name says.
        """
        path = self.path(sha256)
        try:
            data = path.read_bytes()
        except OSError:
            raise ConfigError(
                Phrase("the media file {path} is missing; restore it from a backup", path=path)
            ) from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ConfigError(
                Phrase("the media file {path} is damaged; restore it from a backup", path=path)
            )
        return data
