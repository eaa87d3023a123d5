"""Makes a card small enough to travel inside a page."""

import base64
from io import BytesIO

from PIL import Image

HEAD = "data:image/jpeg;base64,"


def data_uri(picture: bytes, limit: int) -> str:
    """Return a picture as a JPEG in an address, of at most `limit` characters."""
    room = (limit - len(HEAD)) // 4 * 3  # base64 makes 4 characters of 3 bytes
    return HEAD + base64.b64encode(reduced(picture, room)).decode()


def reduced(picture: bytes, room: int) -> bytes:
    """Return a picture as a JPEG of at most `room` bytes, as wide and as good as that allows."""
    small = b""
    with Image.open(BytesIO(picture)) as opened:
        opened.draft("RGB", (720, 720))  # decodes a JPEG at the nearest larger eighth
        image = opened.convert("RGB")
    for width in (720, 600, 480, 360, 240, 160):
        image.thumbnail((width, width * 2), Image.Resampling.LANCZOS)
        for quality in (80, 70, 58):
            out = BytesIO()
            image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
            small = out.getvalue()
            if len(small) <= room:
                return small
    return small
