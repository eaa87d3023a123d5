"""Looks at an uploaded picture as Facebook does: kind, bytes, and whether it can be opened."""

import io
import warnings

from PIL import Image

from promoter.sandbox.facebook.refusal import unreadable_photo

MOST_BYTES = 4_000_000
"""The reference allows 10 MB, error 1366046 speaks of less than 4: this is safe."""

FORMATS = ("JPEG", "PNG", "GIF", "TIFF")


def measured(data: bytes) -> tuple[int, int]:
    """Return width and height of a picture that Facebook takes.

    Raises:
        Refusal: It takes another kind, or fewer bytes, or cannot open it.
    """
    if len(data) > MOST_BYTES:
        raise unreadable_photo(f"{len(data)} bytes are too many")
    try:
        with warnings.catch_warnings():
            # so many pixels that Pillow suspects a bomb
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                picture.load()
                still = getattr(picture, "n_frames", 1) == 1
                size = picture.size
    except (OSError, SyntaxError, ValueError) as error:
        raise unreadable_photo("It cannot be opened") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise unreadable_photo("It has too many pixels") from error
    if not still:
        raise unreadable_photo("It moves")
    return size
