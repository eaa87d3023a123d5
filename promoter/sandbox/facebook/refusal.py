"""What Facebook says when it refuses a call: one envelope, told apart by code and subcode."""

from typing import Any

UNREADABLE = 1366046
POSTED = 1366051


class Refusal(Exception):
    """A call is refused; nothing was done."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        subcode: int | None = None,
        kind: str = "OAuthException",
        user: tuple[str, str] | None = None,
    ) -> None:
        """Name the reason.

        Args:
            user: Title and text that are meant for people.
        """
        super().__init__(message)
        self.code = code
        self._message, self._subcode, self._kind, self._user = message, subcode, kind, user

    def content(self, trace: str) -> dict[str, Any]:
        """Return the envelope; `trace` is what Meta's support would ask for."""
        error: dict[str, Any] = {"message": self._message, "type": self._kind, "code": self.code}
        if self._subcode is not None:
            error["error_subcode"] = self._subcode
        if self._user:
            error["is_transient"] = False
            error["error_user_title"], error["error_user_msg"] = self._user
        return {"error": {**error, "fbtrace_id": trace}}


def parameter(reason: str) -> Refusal:
    """Return the refusal of a parameter."""
    return Refusal(100, f"(#100) {reason}")


def content(subcode: int, title: str, text: str) -> Refusal:
    """Return the refusal of what was to be posted; the reason is in the words for people."""
    return Refusal(100, "Invalid parameter", subcode=subcode, user=(title, text))


def missing(method: str, id_: str) -> Refusal:
    """Return the refusal of an object that is not there, not ours, or cannot do that."""
    return Refusal(
        100,
        f"Unsupported {method.lower()} request. Object with ID '{id_}' does not exist, cannot be"
        " loaded due to missing permissions, or does not support this operation",
        subcode=33,
        kind="GraphMethodException",
    )


def unknown_path(path: str) -> Refusal:
    """Return the refusal of a path that leads nowhere."""
    return Refusal(2500, f"Unknown path components: {path}")


def unreadable_photo(reason: str) -> Refusal:
    """Return the refusal of a picture."""
    return content(
        UNREADABLE,
        "Can't Read Files",
        f"{reason}: photos have to be smaller than 4 MB and JPG, PNG, GIF or TIFF files.",
    )
