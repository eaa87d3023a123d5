"""Photos cut to size, and finished grounds kept in memory."""

import io
import threading
from collections import OrderedDict
from collections.abc import Callable

from PIL import Image, ImageCms, ImageOps

from promoter.core.errors import ConfigError
from promoter.core.model import Phrase

ORIENTATION = 0x0112
TURNED = 5
"""From this EXIF orientation on, width and height are swapped."""
PAPER = "#FFFFFF"
CACHE_BYTES = 120_000_000


class Bases:
    """Cards without words, the most recent ones kept, bounded in bytes."""

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[object, ...], Image.Image] = OrderedDict()
        self._bytes = 0

    def get(self, key: tuple[object, ...], make: Callable[[], Image.Image]) -> Image.Image:
        """Return a copy of a base, made at its first use."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
        if found is not None:
            return found.copy()  # kept ones are never changed, so that no lock is needed
        made = make()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = made
                self._bytes += _size(made)
            while self._bytes > self._limit and len(self._kept) > 1:
                _, old = self._kept.popitem(last=False)
                self._bytes -= _size(old)
        return made.copy()

    def forget(self) -> bool:
        """Let go of all; tell whether there was anything."""
        with self._lock:
            kept = bool(self._kept)
            self._kept.clear()
            self._bytes = 0
        return kept


def _size(picture: Image.Image) -> int:
    return picture.width * picture.height * 4  # Pillow keeps RGB in four bytes


def crop(
    size: tuple[int, int], focus: tuple[float, float], width: int, height: int
) -> tuple[float, float, float, float]:
    """Return the largest part of a picture with the wanted shape, its focus as central as may be.

    Returns:
        Left, top, right, bottom in pixels of the picture.
    """
    share = max(width / size[0], height / size[1])
    wide, tall = width / share, height / share
    left = min(max(focus[0] * size[0] - wide / 2, 0.0), max(size[0] - wide, 0.0))
    top = min(max(focus[1] * size[1] - tall / 2, 0.0), max(size[1] - tall, 0.0))
    return left, top, left + wide, top + tall


def cropped(photo: bytes, focus: tuple[float, float], width: int, height: int) -> Image.Image:
    """Return a photo cut to a size around its focus point, in sRGB, decoded no larger than needed.

    Raises:
        ConfigError: The bytes are no picture, or a broken one.
    """
    try:
        with Image.open(io.BytesIO(photo)) as opened:
            turned = opened.getexif().get(ORIENTATION, 1) >= TURNED
            opened.draft("RGB", (height, width) if turned else (width, height))
            picture = _plain(ImageOps.exif_transpose(opened))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise ConfigError(
            Phrase("a product's photo cannot be read; import it again as JPEG or PNG")
        ) from None
    box = crop(picture.size, focus, width, height)
    return picture.resize((width, height), Image.Resampling.HAMMING, box=box)


def _plain(picture: Image.Image) -> Image.Image:
    """Return a picture in sRGB; what is transparent becomes white."""
    profile = picture.info.get("icc_profile")
    if picture.mode in ("RGBA", "LA", "P", "PA"):
        layer = picture.convert("RGBA")
        plain = Image.new("RGB", picture.size, PAPER)
        plain.paste(layer, mask=layer.getchannel("A"))
        picture = plain
    if profile and picture.mode in ("RGB", "CMYK"):
        picture = _in_srgb(picture, profile)
    return picture.convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in (ImageCms.getProfileDescription(source) or ""):
            return picture
        target = ImageCms.createProfile("sRGB")
        turned = ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return picture  # a broken profile: cameras write some; the colours are near enough
    return turned if turned is not None else picture
