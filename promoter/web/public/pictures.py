"""The pictures of the media store, whole and in small renditions for phones.

Renditions are made at the first request and kept beside the original. There are four of them for
each picture and never more, whatever is asked for.
"""

import os
import re
import threading
from functools import lru_cache
from pathlib import Path

from PIL import Image, UnidentifiedImageError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from promoter.media import MediaStore
from promoter.web.public.answers import FOREVER, has

WIDTHS = (480, 960)
KINDS = {"webp": "image/webp", "jpg": "image/jpeg"}
QUALITY = {"webp": 74, "jpg": 78}
_NAME = re.compile(r"([0-9a-f]{64})(?:-(480|960))?\.(jpg|webp)")
_ORIGINALS = {b"\xff\xd8": "image/jpeg", b"\x89P": "image/png", b"RI": "image/webp"}


class Pictures:
    """Serves pictures by the SHA-256 of their original."""

    def __init__(self, media: MediaStore) -> None:
        self._media = media
        self._making = threading.Lock()  # one at a time: a phone must not take all processors
        self.size = lru_cache(maxsize=4096)(self._size)

    def serve(self, request: Request, name: str) -> Response:
        """Return a picture by its name: `<sha256>.jpg`, `<sha256>-480.webp`."""
        match = _NAME.fullmatch(name)
        if match is None or (match[2] is None and match[3] != "jpg"):
            raise HTTPException(404)
        original = self._media.path(match[1])
        if not original.is_file():
            raise HTTPException(404)
        headers = {"cache-control": FOREVER, "etag": f'"{name}"'}
        if has(request, headers["etag"]):
            return Response(status_code=304, headers=headers)
        if match[2] is None:
            return FileResponse(original, headers=headers, media_type=_kind(original))
        path = self._rendition(original, int(match[2]), match[3])
        return FileResponse(path, headers=headers, media_type=KINDS[match[3]])

    def _rendition(self, original: Path, width: int, kind: str) -> Path:
        path = original.with_name(f"{original.name}-{width}.{kind}")
        if path.is_file():
            return path
        with self._making:
            if not path.is_file():
                _make(original, width, kind, path)
        return path

    def _size(self, sha256: str) -> tuple[int, int] | None:
        """Return width and height of an original, or None if it is not there."""
        try:
            with Image.open(self._media.path(sha256)) as image:
                return image.size
        except (OSError, UnidentifiedImageError):
            return None


def _kind(path: Path) -> str:
    with path.open("rb") as file:
        return _ORIGINALS.get(file.read(2), "application/octet-stream")


def _make(original: Path, width: int, kind: str, path: Path) -> None:
    try:
        with Image.open(original) as opened:
            opened.draft("RGB", (width, width))  # decodes a JPEG at the nearest larger eighth
            image = opened.convert("RGB")
    except (OSError, UnidentifiedImageError):
        raise HTTPException(404) from None
    image.thumbnail((width, width * 4), Image.Resampling.LANCZOS)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    form = "WEBP" if kind == "webp" else "JPEG"
    image.save(part, form, quality=QUALITY[kind], method=4, optimize=True, progressive=True)
    part.replace(path)  # a reader sees the whole file or none
