"""What channels counted, in words: names of metrics and channels, and one line for each channel."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from promoter.core.engagement import ByChannel, Told
from promoter.core.model import Phrase, Quality, Window
from promoter.render.words import Words

CHANNELS = {"showcase": Phrase("the office's own page")}
"""Channels whose name is no brand; the others are called by their own name."""

COUNTED = {
    "views": Phrase("views"),
    "reactions": Phrase("reactions"),
    "comments": Phrase("comments"),
    "shares": Phrase("shares"),
    "saves": Phrase("times saved"),
    "clicks": Phrase("link clicks"),
    "likes": Phrase("likes"),
    "carts": Phrase("times put into a cart"),
    "units": Phrase("units sold"),
    "orders": Phrase("orders"),
    "revenue": Phrase("revenue"),
}

ESTIMATED = Phrase("estimated")
SIMULATED = Phrase("sandbox numbers, not real")
MONEY = "revenue"
"""The one metric that is an amount, in đồng."""


@dataclass(frozen=True, slots=True)
class Count:
    """One number and what it is.

    Attributes:
        note: That it covers fewer posts than others, or is estimated; mostly empty.
    """

    value: str
    name: str
    note: str


@dataclass(frozen=True, slots=True)
class Line:
    """What one channel counted.

    Attributes:
        about: Of how many posts or listings, and up to when.
        counts: At least one.
        sandbox: The warning that the numbers are simulated; empty if they are real.
    """

    channel: str
    about: str
    counts: tuple[Count, ...]
    sandbox: str

    @property
    def text(self) -> str:
        """Return all of it in one line, as it stands on paper."""
        counts = (f"{count.value} {count.name} {count.note}" for count in self.counts)
        return f"{self.channel} {' · '.join(counts)} – {self.about}"


def channel(name: str, words: Words) -> str:
    """Return the name of a channel as people know it."""
    return words.say(CHANNELS[name]) if name in CHANNELS else name.capitalize()


def name(metric: str, window: Window) -> Phrase:
    """Return what a number is; a name that is not ours is said as it is."""
    known = COUNTED.get(metric, Phrase(metric))
    if window is Window.ROLLING_30_DAYS:
        return Phrase("{name} in 30 days", name=known)
    return known


def lines(found: Iterable[ByChannel], words: Words) -> list[Line]:
    """Return a line for each channel that counted something."""
    return [_line(item, item.as_of, words) for item in found if item.as_of]


def simulated(found: Iterable[ByChannel], words: Words) -> str:
    """Return one warning for all lines, if every number is simulated; else an empty text."""
    told = [item.sandbox for item in found if item.told]
    return words.say(SIMULATED) if told and all(told) else ""


def silent(found: Sequence[ByChannel], words: Words) -> str:
    """Return which channels told nothing at all; an empty text if each told something."""
    told = {item.channel for item in found if item.told}
    names = dict.fromkeys(item.channel for item in found if item.channel not in told)
    if not names:
        return ""
    listed = ", ".join(channel(name, words) for name in names)
    return words.say(Phrase("No figures yet: {names}", names=listed))


def _line(item: ByChannel, as_of: datetime, words: Words) -> Line:
    counted = max(told.posts for told in item.told)
    values = {"posts": _posts(counted, item, words), "moment": words.moment(as_of)}
    return Line(
        channel=channel(item.channel, words),
        about=words.say(
            Phrase("{posts} · counted since they were listed, up to {moment}", **values)
            if item.listing
            else Phrase("{posts} · counted up to {moment}", **values)
        ),
        counts=tuple(
            _count(told, _part(told.posts, item, words) if told.posts < counted else None, words)
            for told in item.told
        ),
        sandbox=words.say(SIMULATED) if item.sandbox else "",
    )


def _posts(counted: int, item: ByChannel, words: Words) -> Phrase:
    """Return of how many posts or listings there are numbers, if not of all of them."""
    values = {"counted": words.number(counted), "shown": words.number(item.posts)}
    match item.listing, counted == item.posts:
        case False, True:
            return Phrase("posts: {shown}", **values)
        case False, False:
            return Phrase("posts: {counted} of {shown}", **values)
        case True, True:
            return Phrase("listings: {shown}", **values)
        case _:
            return Phrase("listings: {counted} of {shown}", **values)


def _part(counted: int, item: ByChannel, words: Words) -> Phrase:
    number = words.number(counted)
    if item.listing:
        return Phrase("only of {number} listings", number=number)
    return Phrase("only of {number} posts", number=number)


def _count(told: Told, part: Phrase | None, words: Words) -> Count:
    number = words.number(told.value)
    estimated = ESTIMATED if told.quality is Quality.ESTIMATED else None
    return Count(
        value=words.say(Phrase("{amount} VND", amount=number)) if told.name == MONEY else number,
        name=words.say(name(told.name, told.window)),
        note=", ".join(words.say(note) for note in (part, estimated) if note),
    )
