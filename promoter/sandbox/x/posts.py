"""Posts as X keeps them, and as it shows them to programs: fields, metrics, ids, pages."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from promoter.sandbox import engagement
from promoter.sandbox.x import problem

Names = Literal["tweet", "post"]
"""Which words the server uses: its documentation says tweet, its specification says post."""

PRIVATE = ("non_public_metrics", "organic_metrics")
PRIVATE_DAYS = timedelta(days=30)
"""How long the owner may read private metrics."""

EPOCH = 1_288_834_974_657
"""Milliseconds since 1970 from which ids count."""

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def snowflake(at: datetime, number: int) -> str:
    """Return an id as X makes them: the moment in milliseconds, then a number below 4 194 304."""
    milliseconds = round(at.timestamp() * 1_000) - EPOCH
    return str(milliseconds << 22 | number % (1 << 22))


def short(number: int) -> str:
    """Return the address under which X wraps a link."""
    state = int.from_bytes(hashlib.blake2b(str(number).encode(), digest_size=8).digest())
    letters = []
    for _ in range(10):
        state, rest = divmod(state, len(_ALPHABET))
        letters.append(_ALPHABET[rest])
    return "https://t.co/" + "".join(letters)


def fields(names: Names) -> tuple[str, ...]:
    """Return which fields of a post can be asked for; X has more, promoter needs none of them."""
    history = f"edit_history_{names}_ids"
    return (
        "attachments",
        "author_id",
        "created_at",
        history,
        "entities",
        "id",
        "non_public_metrics",
        "organic_metrics",
        "public_metrics",
        "text",
    )


def audience(id_: str, record: Mapping[str, Any], now: datetime) -> dict[str, int]:
    """Return what X counts of a post, by our names; without a link there are no clicks."""
    counts = engagement.audience(id_, datetime.fromisoformat(record["at"]), now)
    del counts["reach"]
    if not any("media_key" not in link for link in record["links"]):
        counts["clicks"] = 0
    return counts


def metrics(counts: Mapping[str, int], names: Names) -> dict[str, dict[str, int]]:
    """Return the metrics of a post as X divides them."""
    reposted = "retweet_count" if names == "tweet" else "repost_count"
    quotes, visits = counts["shares"] // 4, counts["clicks"] // 2
    spread = {
        reposted: counts["shares"] - quotes,
        "reply_count": counts["comments"],
        "like_count": counts["reactions"],
    }
    clicked = {"url_link_clicks": counts["clicks"], "user_profile_clicks": visits}
    seen = {"impression_count": counts["views"]}
    engaged = sum(counts[name] for name in counts if name != "views") + visits
    return {
        "public_metrics": {
            **spread,
            "quote_count": quotes,
            "bookmark_count": counts["saves"],
            **seen,
        },
        "non_public_metrics": {**seen, **clicked, "engagements": engaged},
        "organic_metrics": {**seen, **spread, **clicked},
    }


def shown(
    id_: str, record: Mapping[str, Any], wanted: Sequence[str], now: datetime, names: Names
) -> dict[str, Any]:
    """Return a post with the fields that were asked for and those that always come."""
    everything: dict[str, Any] = {
        "id": id_,
        "text": record["text"],
        f"edit_history_{names}_ids": [id_],
        "author_id": record["author"],
        "created_at": moment(record["at"]),
        **metrics(audience(id_, record, now), names),
    }
    if record["links"]:
        everything["entities"] = {"urls": record["links"]}
    if record["media"]:
        everything["attachments"] = {"media_keys": [media_key(one) for one in record["media"]]}
    always = ("id", "text", f"edit_history_{names}_ids")
    return {name: value for name, value in everything.items() if name in {*always, *wanted}}


def withheld(
    id_: str,
    record: Mapping[str, Any],
    wanted: Sequence[str],
    reader: str,
    now: datetime,
    parameter: str,
    names: Names,
) -> list[dict[str, Any]]:
    """Return the errors of fields that this reader may not see now.

    A post with such an error is left out of the answer's data altogether (docs.x.com, timelines,
    edge cases: a page may then be empty and still have a next one).
    """
    age = now - datetime.fromisoformat(record["at"])
    if record["author"] == reader and age <= PRIVATE_DAYS:
        return []
    values = metrics(audience(id_, record, now), names)
    paths = [f"{group}.{name}" for group in PRIVATE if group in wanted for name in values[group]]
    return problem.hidden(parameter, id_, paths)


def media_key(id_: str) -> str:
    """Return by what a post names its picture."""
    return f"3_{id_}"


def moment(at: str) -> str:
    """Return a moment as X writes it: whole seconds, though milliseconds are shown."""
    return datetime.fromisoformat(at).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def token(id_: str) -> str:
    """Return what asks for the page after this post."""
    return base64.b32hexencode(id_.encode()).decode().rstrip("=").lower()


def untoken(token_: str) -> int:
    """Return the id of the post before a page.

    Raises:
        ValueError: No such token was ever given.
    """
    padded = token_.upper() + "=" * (-len(token_) % 8)
    return int(base64.b32hexdecode(padded))
