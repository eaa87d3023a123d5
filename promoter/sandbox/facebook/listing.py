"""Lists in parts, each with cursors to the next one and the one before."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from promoter.sandbox.facebook.call import Call
from promoter.sandbox.facebook.parameters import Parameters
from promoter.sandbox.facebook.refusal import parameter

MOST = 100
USUAL = 25
_ORIGIN = "https://graph.facebook.com"

Key = tuple[int, int]
"""The place of an item in its list; lists ascend."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a list that is wanted.

    Attributes:
        path: Where the list is, with the version.
        query: What a link to another part repeats.
    """

    path: str
    query: Mapping[str, str]
    limit: int = USUAL
    after: str = ""
    before: str = ""


def wanted(call: Call) -> Part:
    """Return the part of a list that a call asks for; a list of its own has at most 100 a page."""
    return asked(call.path, call.query, call.parameters)


def asked(path: str, query: Mapping[str, Sequence[str]], parameters: Parameters) -> Part:
    """Return the part of a list that is asked for, as `wanted` does."""
    limit = parameters.number("limit", USUAL)
    if limit > MOST:
        raise parameter(f"The limit must not exceed {MOST}")
    kept = {name: values[0] for name, values in query.items()}
    after, before = parameters.text("after"), parameters.text("before")
    if after and before:
        raise parameter("Only one of after and before can be given")
    return Part(path, kept, limit, after, before)


def part(
    wanted: Part, items: Sequence[tuple[Key, Item]], show: Callable[[Item], object]
) -> dict[str, object]:
    """Return one part of a list in the form of the Graph API; an empty one has no cursors."""
    inside = list(items)
    if wanted.after:
        inside = [item for item in items if item[0] > _place(wanted.after)]
    chosen = inside[: wanted.limit]
    if wanted.before:
        inside = [item for item in items if item[0] < _place(wanted.before)]
        chosen = inside[-wanted.limit :] if wanted.limit else []
    answer: dict[str, object] = {"data": [show(item) for _key, item in chosen]}
    if chosen:
        first, last = chosen[0][0], chosen[-1][0]
        paging: dict[str, object] = {"cursors": {"before": _cursor(first), "after": _cursor(last)}}
        if items[-1][0] > last:
            paging["next"] = _link(wanted, "after", last)
        if items[0][0] < first:
            paging["previous"] = _link(wanted, "before", first)
        answer["paging"] = paging
    return answer


def _link(wanted: Part, direction: str, key: Key) -> str:
    kept = {name: value for name, value in wanted.query.items() if name not in ("after", "before")}
    query = urlencode({**kept, "limit": wanted.limit, direction: _cursor(key)})
    return f"{_ORIGIN}{wanted.path}?{query}"


def _cursor(key: Key) -> str:
    return base64.urlsafe_b64encode(f"{key[0]}:{key[1]}".encode()).decode()


def _place(cursor: str) -> Key:
    try:
        first, _, second = base64.urlsafe_b64decode(cursor).decode().partition(":")
        return int(first), int(second)
    except ValueError as error:
        raise parameter("Invalid cursors values") from error
