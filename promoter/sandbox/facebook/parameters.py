"""Reads the parameters of a call from the query, a form or JSON, strict about their types."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from promoter.sandbox.contract import Request
from promoter.sandbox.facebook.refusal import Refusal, parameter

ALWAYS = frozenset({"access_token", "appsecret_proof", "pretty", "debug"})
"""Taken by every call; v26.0 ignores the last two."""

_MEDIUM = re.compile(r"attached_media\[(\d{1,4})\]")


class Parameters:
    """The parameters of one call by name: strings, or what JSON gave."""

    def __init__(self, values: Mapping[str, object], tokens: frozenset[str]) -> None:
        """Keep them.

        Args:
            tokens: All access tokens that were given, wherever that was.
        """
        self._values = values
        self.tokens = tokens

    def only(self, *names: str) -> None:
        """Refuse what is neither one of these names nor taken by every call."""
        for given in self._values:
            name = "attached_media" if _MEDIUM.fullmatch(given) else given
            if name == "date_format":  # gone with v26.0 (Graph API changelog, 2026-07-29)
                raise parameter("The date_format parameter is no longer supported")
            if name not in names and name not in ALWAYS:
                raise parameter(f"Unknown parameter: {given}")

    def has(self, name: str) -> bool:
        """Tell whether a parameter was given, empty or not."""
        if name == "attached_media" and any(_MEDIUM.fullmatch(given) for given in self._values):
            return True
        return name in self._values

    def text(self, name: str, default: str = "") -> str:
        """Return a string."""
        value = self._values.get(name, default)
        if not isinstance(value, str):
            raise parameter(f"Param {name} must be a string")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a boolean, which a form writes as true, false, 1 or 0."""
        value = self._values.get(name, default)
        words = {"true": True, "1": True, "false": False, "0": False}
        found = words.get(value) if isinstance(value, str) else value
        if not isinstance(found, bool):
            raise parameter(f"Param {name} must be a boolean")
        return found

    def number(self, name: str, default: int) -> int:
        """Return an integer from 0 up."""
        value = self._values.get(name, default)
        if isinstance(value, str) and re.fullmatch("[0-9]{1,18}", value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise parameter(f"Param {name} must be an unsigned integer")
        return value

    def moment(self, name: str) -> int | None:
        """Return a moment in Unix seconds, which may be given so or in ISO 8601; None without."""
        if name not in self._values:
            return None
        value = self._values[name]
        if isinstance(value, str) and not value.isdecimal():
            try:
                found = datetime.fromisoformat(value)
            except ValueError as error:
                raise parameter(f"Param {name} must be a valid date/time") from error
            return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
        return self.number(name, 0)

    def media(self) -> tuple[str, ...]:
        """Return the photo ids of `attached_media`, given as one list or as one field each."""
        numbered = {
            int(match[1]): value
            for name, value in self._values.items()
            if (match := _MEDIUM.fullmatch(name))
        }
        listed = _parsed(self._values.get("attached_media", []))
        if not isinstance(listed, list) or (numbered and "attached_media" in self._values):
            raise parameter("Param attached_media must be an array")
        if sorted(numbered) != list(range(len(numbered))):
            raise parameter("Param attached_media must be numbered from 0 without gaps")
        return tuple(_medium(item) for item in [*listed, *(numbered[i] for i in sorted(numbered))])


def read(request: Request) -> Parameters:
    """Return the parameters of a request; a GET has only those of its query."""
    sources = [_single(request.query)]
    if request.method != "GET":
        sources.append(_body(request))
    values: dict[str, object] = {}
    for source in sources:
        for name, value in source.items():
            if name != "access_token" and values.get(name, value) != value:
                raise parameter(f"Param {name} was given twice")
            values[name] = value
    found = [source.get("access_token") for source in sources]
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() in ("bearer", "oauth"):
        found.append(bearer.strip())
    return Parameters(values, frozenset(str(token) for token in found if token is not None))


def _body(request: Request) -> Mapping[str, object]:
    mime = request.headers.get("content-type", "")
    try:
        if not mime.startswith("application/json"):
            return _single(request.fields)
        value = request.json() if request.body else {}
    except (AttributeError, LookupError, ValueError) as error:  # so do parts without a name end
        raise Refusal(100, "Invalid request: the body cannot be read") from error
    if not isinstance(value, dict):
        raise Refusal(100, "Invalid request: the body must be an object")
    return value


def _single(values: Mapping[str, list[str]]) -> Mapping[str, object]:
    for name, given in values.items():
        if len(given) > 1:
            raise parameter(f"Param {name} was given twice")
    return {name: given[0] for name, given in values.items()}


def _parsed(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        parsed: object = json.loads(value)
    except ValueError as error:
        raise parameter("Param attached_media must be JSON") from error
    return parsed


def _medium(value: object) -> str:
    item = _parsed(value)
    if not isinstance(item, dict) or set(item) != {"media_fbid"}:
        raise parameter("Param attached_media must hold objects with a media_fbid")
    id_ = item["media_fbid"]
    if not isinstance(id_, str) or not id_.isdecimal():
        raise parameter("Param media_fbid must be an id")
    return id_
