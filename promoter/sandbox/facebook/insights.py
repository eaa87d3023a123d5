"""Simulated numbers of posts, and the metrics of v26.0 in which they are told."""

from collections.abc import Mapping
from datetime import UTC, datetime

from promoter.sandbox.engagement import audience, draw
from promoter.sandbox.facebook.page import Page, Post
from promoter.sandbox.facebook.refusal import Refusal, parameter

SHARES_OF_REACTIONS = {
    "like": 70,
    "love": 15,
    "care": 5,
    "wow": 4,
    "haha": 4,
    "sorry": 1,
    "anger": 1,
}
"""Of 100 reactions. What people give as care is told as like: the metrics do not know care."""

_SPAN = 90 * 24 * 3_600
_NAMES = ("views", "reach", "reactions", "comments", "shares", "clicks")
_VIDEO = ("post_video_views", "post_video_views_organic", "post_video_avg_time_watched")


def counts(page: Page, post: Post, now: datetime) -> dict[str, int]:
    """Return a post's numbers by our names; nobody has seen a hidden one.

    The Page's own comments count as comments.
    """
    since = post.since(int(now.timestamp()))
    if since is None:
        return {}
    found = audience(post.id, datetime.fromtimestamp(since, UTC), now)
    own = {"comments": len(page.comments(post.id))}
    return {name: found[name] + own.get(name, 0) for name in _NAMES}


def insights(
    page: Page, post: Post, now: datetime, wanted: str, since: int | None, until: int | None
) -> dict[str, object]:
    """Return the metrics whose names `wanted` lists.

    Raises:
        Refusal: One of them is dead or unknown, or there is none; then there are no others either.
    """
    names = {name for name in wanted.split(",") if name}
    if not names:
        raise Refusal(3001, "Invalid query: a metric has to be named", subcode=1504028)
    if since is not None and until is not None and not 0 <= until - since <= _SPAN:
        raise parameter("There cannot be more than 90 days between since and until")
    found = counts(page, post, now)
    known = metrics(post.id, found or dict.fromkeys(_NAMES, 0))
    if not names <= set(known):
        raise parameter("The value must be a valid insights metric")
    path = f"https://graph.facebook.com/v26.0/{post.id}/insights?metric={wanted}"
    day, moment = 24 * 3_600, int(now.timestamp())
    return {
        # not in the order of the question
        "data": [_told(post.id, name, known[name]) for name in sorted(names) if found],
        "paging": {
            "previous": f"{path}&since={moment - 2 * day}&until={moment - day}",
            "next": f"{path}&since={moment}&until={moment + day}",
        },
    }


def metrics(id_: str, found: Mapping[str, int]) -> dict[str, int | dict[str, int]]:
    """Return all metrics that are alive, from numbers by our names; what is 0 is in no dict."""
    clicks = {
        "link clicks": found["clicks"],
        "photo view": found["views"] // 40,
        "other clicks": found["views"] // 90,
    }
    reactions = _by_type(id_, found["reactions"])
    actions = {
        "like": found["reactions"],
        "comment": found["comments"],
        "share": found["shares"],
    }
    return {
        "post_media_view": found["views"],
        "post_total_media_view_unique": found["reach"],
        "post_clicks": sum(clicks.values()),
        "post_clicks_by_type": _present(clicks),
        "post_reactions_by_type_total": _present(reactions),
        **{f"post_reactions_{name}_total": count for name, count in reactions.items()},
        "post_activity_by_action_type": _present(actions),
        **dict.fromkeys(_VIDEO, 0),
    }


def _by_type(id_: str, total: int) -> dict[str, int]:
    """Return how many of each type there are; each only grows with the total."""
    found = {name: 0 for name in SHARES_OF_REACTIONS if name != "care"}
    for number in range(total):
        left = draw(1, 100, "reaction", id_, str(number))
        for name, share in SHARES_OF_REACTIONS.items():
            left -= share
            if left <= 0:
                found["like" if name == "care" else name] += 1
                break
    return found


def _present(values: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in values.items() if count}


def _told(id_: str, name: str, value: object) -> dict[str, object]:
    words = name.removeprefix("post_").replace("_", " ")
    return {
        "name": name,
        "period": "lifetime",
        "values": [{"value": value}],
        "title": f"Lifetime {words}",
        "description": f"Simulated: {words}",
        "id": f"{id_}/insights/{name}/lifetime",
    }
