"""A report as one HTML file: no other file, no script, small enough for a weak phone and a mail."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from math import ceil
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from promoter.core.insight import (
    ENOUGH,
    PEERS,
    Item,
    Measure,
    Numbers,
    Share,
    Trend,
    trend,
)
from promoter.core.model import Phrase
from promoter.core.period import Period, unit
from promoter.core.report import LACKS, URGENT, Gap, Paper, Report
from promoter.render import engagement
from promoter.render.chart import chart
from promoter.render.engagement import channel
from promoter.render.thumbnail import data_uri
from promoter.render.words import Words

PICTURE_BYTES = 60 * 1024
"""Most bytes of the picture as it stands in the page, in base64."""

ROWS = 6
MANY = 5
"""On paper the picture gives way to more than MANY kinds of missing papers."""

LINE, LINES = 46, 45
"""On paper the letters get smaller for a body of more than LINES lines of LINE letters in a column:
one sheet of A4 must do."""

HEADS, CHART, PICTURE = 10, 28, 18
"""How many such lines the left column takes without picture and papers, the right one without
posts, and the picture."""

GROUPS = {
    "food": Phrase("food"),
    "beverage": Phrase("beverages"),
    "herbal": Phrase("herbal products"),
    "handicraft": Phrase("handicrafts"),
    "ornamental": Phrase("ornamental plants and animals"),
    "tourism": Phrase("community tourism"),
}
BY = {
    "day": Phrase("Clicks by day"),
    "week": Phrase("Clicks by week"),
    "month": Phrase("Clicks by month"),
}
AGAINST_BEFORE = {
    Trend.MORE: Phrase("Clearly more clicks than in the period before."),
    Trend.FEWER: Phrase("Clearly fewer clicks than in the period before."),
    Trend.ALIKE: Phrase("The difference to the period before may be chance."),
}
AGAINST_GROUP = {
    Trend.MORE: Phrase("Clearly more clicks than is usual in the group."),
    Trend.FEWER: Phrase("Clearly fewer clicks than is usual in the group."),
    Trend.ALIKE: Phrase("The difference to what is usual in the group may be chance."),
}


def html(told: Report, words: Words, picture: bytes | None) -> str:
    """Return the page of a report.

    Args:
        told: What it says.
        words: The reader's language.
        picture: The card of the best post as it went out, if it had one.
    """
    parts = {
        "_": words.text,
        "words": words,
        "told": told,
        "title": _title(told.period, words),
        "tiles": _tiles(told.numbers, words),
        "verdicts": [words.say(phrase) for phrase in _verdicts(told.numbers, words)],
        "chart": _chart(told, words),
        "rows": _rows(told, words),
        "rest": max(0, len(told.posts) - ROWS),
        "best": _best(told, words, picture),
        "share": _share(told.share, words),
        "counted": engagement.lines(told.numbers.by_channel, words),
        "simulated": engagement.simulated(told.numbers.by_channel, words),
        "silent": engagement.silent(told.numbers.by_channel, words),
        "papers": _papers(told.papers, words),
        "many": len({gap.paper for gap in told.papers}) > MANY,
        "certificates": _certificates(told, words),
        "coming": _coming(told, words),
        "notes": [words.say(phrase) for phrase in _notes(told, words)],
    }
    return _template().render(parts, dense=_height(parts) > LINES)


def _height(parts: Mapping[str, Any]) -> int:
    """Return about how many lines the body takes on paper.

    What channels counted runs over both columns; below it the taller column counts.
    """
    picture = PICTURE if parts["best"] and parts["best"]["picture"] else 0
    papers = [1 + _wrapped(paper["names"]) for paper in parts["papers"]]
    left = HEADS + sum(papers) + (picture // 2 if parts["many"] else picture)
    rows = [_wrapped(f"{row['names']} · {row['channel']}") for row in parts["rows"]]
    right = CHART + sum(rows) + sum(1 + _wrapped(post["names"]) for post in parts["coming"])
    wide = 3 + sum(_wrapped(line.text, LINE * 2) for line in parts["counted"])
    return wide + max(left, right)


def _wrapped(text: str, width: int = LINE) -> int:
    return ceil(len(text) / width)


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2")


def _title(span: Period, words: Words) -> str:
    if span.month:
        return words.say(
            Phrase("Month {month}/{year}", month=span.first.month, year=span.first.year)
        )
    if span.week:
        year, week, _ = span.first.isocalendar()
        return words.say(Phrase("Week {week}/{year}", week=week, year=year))
    return words.days(span)


def _tiles(numbers: Numbers, words: Words) -> list[dict[str, str]]:
    named = (
        (Phrase("Posts published"), numbers.posts),
        (Phrase("Link clicks"), numbers.links),
        (Phrase("QR scans"), numbers.qr),
    )
    return [_tile(name, measure, words) for name, measure in named]


def _tile(name: Phrase, measure: Measure, words: Words) -> dict[str, str]:
    return {
        "name": words.say(name),
        "value": words.value(measure.value),
        "missing": "" if measure.value is not None else words.say(Phrase("no figures yet")),
        "previous": words.value(measure.previous),
        "median": words.value(measure.median),
    }


def _verdicts(numbers: Numbers, words: Words) -> Iterable[Phrase]:
    clicks = numbers.clicks
    if clicks.value is None:
        yield Phrase("None of your products had been posted by then: there was nothing to click.")
        return
    yield Phrase(
        "Clicks in all: {value} (before: {previous}; group: {median}).",
        value=words.value(clicks.value),
        previous=words.value(clicks.previous),
        median=words.value(clicks.median),
    )
    if clicks.previous is None:
        yield Phrase("There is no earlier period to compare with yet.")
    if clicks.median is None:
        yield Phrase("Too few others of the group had posts (at least {peers}).", peers=PEERS)
    before, group = trend(clicks.value, clicks.previous), trend(clicks.value, clicks.median)
    if before:
        yield AGAINST_BEFORE[before]
    if group:
        yield AGAINST_GROUP[group]
    known = [other for other in (clicks.previous, clicks.median) if other is not None]
    if known and not (before or group):
        yield Phrase(
            "Fewer than {enough} clicks on one side: too few to say more or less.", enough=ENOUGH
        )


def _chart(told: Report, words: Words) -> dict[str, Any] | None:
    drawn = chart(told.bars, words.number, partial(_label, words=words))
    if drawn is None:
        return None
    return {
        "drawn": drawn,
        "heading": words.say(BY[unit(told.period)]),
        "spoken": "; ".join(
            f"{words.days(bar.span)}: {words.number(bar.links + (bar.qr or 0))}"
            for bar in told.bars
            if bar.links is not None
        ),
    }


def _label(span: Period, words: Words) -> tuple[str, ...]:
    if span.days == 1:
        return (words.short(span.first),)
    if span.month:
        return (f"{span.first:%m/%Y}",)
    return words.short(span.first), f"–{words.short(span.last)}"


def _rows(told: Report, words: Words) -> list[dict[str, str]]:
    return [
        {
            "day": words.short(post.day),
            "names": _names(post.products, words),
            "channel": channel(post.channel, words),
            "url": _safe(post.url),
            "clicks": words.number(post.clicks),
        }
        for post in told.posts[:ROWS]
    ]


def _safe(url: str) -> str:
    """Return a web address, or nothing: a channel's answer must not bring another scheme."""
    return url if url.startswith(("https://", "http://")) else ""


def _names(items: Sequence[Item], words: Words, room: int = 60) -> str:
    """Return names within about `room` letters, at least one, and how many more there are."""
    shown: list[str] = []
    for item in items:
        if shown and len(", ".join([*shown, item.name])) > room:
            break
        shown.append(item.name)
    named, more = ", ".join(shown), len(items) - len(shown)
    return words.say(Phrase("{names} and {more} more", names=named, more=more)) if more else named


def _best(told: Report, words: Words, picture: bytes | None) -> dict[str, Any] | None:
    best = told.best
    if best is None:
        return None
    return {
        "heading": words.say(
            Phrase("The post with most clicks") if best.by_clicks else Phrase("The newest post")
        ),
        "names": _names(best.post.products, words),
        "line": words.say(
            Phrase(
                "{day} · {channel} · clicks: {clicks}",
                day=words.day(best.post.day),
                channel=channel(best.post.channel, words),
                clicks=words.number(best.post.clicks),
            )
        ),
        "url": _safe(best.post.url),
        "alt": best.picture.alt if best.picture else "",
        "warning": words.say(
            Phrase("Do not share this card any more: the certificate has run out since.")
        )
        if best.outdated
        else "",
        "picture": data_uri(picture, PICTURE_BYTES) if picture else "",
    }


def _share(share: Share, words: Words) -> dict[str, Any]:
    if share.even is None:
        return {"line": words.say(Phrase("Nothing was posted for any producer.")), "bars": ()}
    values = {
        "own": share.own,
        "total": words.number(share.total),
        "producers": words.number(share.producers),
        "even": words.value(share.even),
    }
    phrase = (
        Phrase(
            "You had {own} of {total} showings. Spread evenly over the {producers} producers "
            "who were shown, each would have {even}.",
            **values,
        )
        if share.own
        else Phrase(
            "None of the {total} showings was yours. The {producers} producers who were shown "
            "had {even} each on average.",
            **values,
        )
    )
    most = max(share.own, share.even)
    named = (
        (words.say(Phrase("Yours")), float(share.own)),
        (words.say(Phrase("Even part")), share.even),
    )
    bars = [(name, words.value(value), round(100 * value / most, 1)) for name, value in named]
    return {"line": words.say(phrase), "bars": bars}


def _certificates(told: Report, words: Words) -> str:
    return words.say(
        Phrase(
            "{in_force} of {products} products have a certificate in force.",
            in_force=told.certified,
            products=told.products,
        )
    )


def _papers(gaps: Sequence[Gap], words: Words) -> list[dict[str, Any]]:
    found = []
    for paper in Paper:
        same = [gap for gap in gaps if gap.paper is paper]
        if same:
            items = [gap.product for gap in same if gap.product]
            found.append(
                {
                    "urgent": paper in URGENT,
                    "what": words.say(LACKS[paper]),
                    "names": _dated(same, words) if same[0].day else _names(items, words, 90),
                }
            )
    return found


def _dated(gaps: Sequence[Gap], words: Words) -> str:
    items = [
        Item(gap.product.code, f"{gap.product.name} ({words.day(gap.day)})")
        for gap in gaps
        if gap.product and gap.day
    ]
    return _names(items, words, 90)


def _coming(told: Report, words: Words) -> list[dict[str, str]]:
    return [
        {
            "when": words.moment(post.at),
            "names": _names(post.products, words),
            "channel": channel(post.channel, words),
            "waiting": words.say(Phrase("waits for approval")) if post.waiting else "",
        }
        for post in told.next
    ]


def _notes(told: Report, words: Words) -> Iterable[Phrase]:
    numbers = told.numbers
    yield Phrase("Numbers as of {moment}.", moment=words.moment(numbers.as_of))
    yield Phrase(
        "A click is one opening of a link or QR code by a person; one person may click several "
        "times, and nobody is identified."
    )
    if sum(post.clicks for post in told.posts) < (numbers.clicks.value or 0):
        yield Phrase("Clicks on posts from before the period are counted, too.")
    if numbers.bots is not None and numbers.previews is not None:
        yield Phrase(
            "Not counted as visits: {bots} by machines, {previews} by link previews.",
            bots=words.number(numbers.bots),
            previews=words.number(numbers.previews),
        )
    if numbers.previous:
        yield Phrase(
            "Before: the {days} days {span}.",
            days=numbers.previous.days,
            span=words.days(numbers.previous),
        )
    if numbers.clicks.median is not None:
        yield Phrase(
            "Group: the middle value (median) of {peers} other producers of {group} with posts.",
            peers=numbers.peers,
            group=GROUPS.get(numbers.group, Phrase(numbers.group)),
        )
    if told.sample:
        yield Phrase("Sample data: the producer, its products and these numbers are made up.")
