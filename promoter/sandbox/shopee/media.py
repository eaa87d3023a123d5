"""The upload of pictures."""

import hashlib
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from PIL import Image

from promoter.sandbox.shelf import Shelf
from promoter.sandbox.shopee.reply import Call, Reply
from promoter.sandbox.shopee.shape import missing, wrong

MOST_BYTES = 10_000_000
"""The documentation says 10.0 MB, and not of which; these are the smaller ones."""
MOST_FILES = 8
"""The documentation says fewer than nine."""


class Pictures:
    """Keeps pictures and their ids; a picture may be used by the shops of one partner."""

    def __init__(self, shelf: Shelf) -> None:
        """Open them."""
        self._shelf = shelf

    def upload(self, call: Call) -> Reply:
        """Keep pictures; what is wrong with one is said beside it, in a success."""
        form = call.request
        _check_fields(form.fields)
        files = form.files.get("image", [])
        if form.files.keys() - {"image"}:
            raise wrong("", "files are taken as image")
        if not files:
            raise missing("", "image")
        if len(files) > MOST_FILES:
            raise wrong("", "the number of images must be less than 9")
        listed = [self._kept(number, call, file.data) for number, file in enumerate(files)]
        good = [entry["image_info"] for entry in listed if not entry["error"]]
        first = good[0] if good else _info("")
        return Reply({"image_info": first, "image_info_list": listed})

    def known(self, partner: str, id_: str) -> bool:
        """Tell whether a partner uploaded a picture."""
        record = self._shelf.get("picture", id_)
        return record is not None and record["partner"] == partner

    def _kept(self, number: int, call: Call, data: bytes) -> dict[str, Any]:
        problem = _problem(data)
        id_ = "" if problem else self._keep(call.partner, data)
        error = "error_param" if problem else ""
        return {"id": number, "error": error, "message": problem, "image_info": _info(id_)}

    def _keep(self, partner: str, data: bytes) -> str:
        seed = f"{partner}/{self._shelf.number()}".encode()
        id_ = f"vn-11134207-{hashlib.blake2b(seed, digest_size=12).hexdigest()}"
        self._shelf.put_file(id_, data)
        self._shelf.put("picture", id_, {"partner": partner})
        return id_


def url(id_: str) -> str:
    """Return where the public finds a picture."""
    return f"https://cf.shopee.vn/file/{id_}"


def _check_fields(fields: Mapping[str, list[str]]) -> None:
    accepted = {"scene": ("normal", "desc"), "ratio": ("1:1",)}  # 3:4 is for chosen sellers
    for name, values in fields.items():
        if len(values) != 1 or values[0] not in accepted.get(name, ()):
            raise wrong("", f"{name} is unknown or has a value that is not accepted")


def _problem(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        return "image size is over 10.0 MB"
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG")) as picture:
            picture.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return "invalid image format"
    return ""


def _info(id_: str) -> dict[str, Any]:
    urls = [{"image_url_region": "VN", "image_url": url(id_)}] if id_ else []
    return {"image_id": id_, "image_url_list": urls}
