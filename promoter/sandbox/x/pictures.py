"""Which pictures X takes: JPEG, PNG or WEBP up to 5 MB, opened to be sure."""

from io import BytesIO

from PIL import Image

from promoter.sandbox.x import problem

MOST_BYTES = 5_000_000
"""The documentation says 5 MB and not which kind; this is the smaller."""

MOST_PIXELS = 4_096
"""Of the longest side; not sure to be the service's own limit, so taken as one."""

_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def size(data: bytes) -> tuple[int, int, str]:
    """Return width, height and type of a picture; what follows its end is not looked at.

    Raises:
        Refusal: X would not take it.
    """
    if len(data) > MOST_BYTES:
        raise problem.invalid("media", len(data), f"The media is larger than {MOST_BYTES} bytes")
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as picture:
            width, height = picture.size
            if max(width, height) > MOST_PIXELS:
                raise problem.invalid("media", f"{width}x{height}", "The media is too large")
            picture.load()
            return width, height, f"image/{str(picture.format).lower()}"
    except (OSError, SyntaxError, ValueError, *_BOMBS):
        raise problem.invalid("media", "", "The type of the media is not recognized") from None
