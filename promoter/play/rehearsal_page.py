"""The report of a rehearsal: what would go out day by day, and what was held and why."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

import promoter.web
from promoter.core.delivery import State
from promoter.core.errors import ConfigError
from promoter.core.model import Creative, Phrase
from promoter.locale import Locale
from promoter.pipeline.context import Context
from promoter.play.rehearse import Rehearsal
from promoter.play.stage import open_stage
from promoter.play.verdict import Outcome, Verdict
from promoter.store import creatives, products

STATES = {
    State.PUBLISHED: Phrase("went out"),
    State.PENDING: Phrase("being checked by the channel"),
    State.WAITING: Phrase("waits for approval"),
    State.DUE: Phrase("still to come"),
    State.READY: Phrase("still to come"),
    State.SENDING: Phrase("being sent"),
    State.UNKNOWN: Phrase("being looked for"),
    State.HELD: Phrase("held"),
    State.FAILED: Phrase("refused by the channel"),
    State.MISSED: Phrase("missed"),
    State.CANCELLED: Phrase("cancelled"),
    State.REJECTED: Phrase("rejected"),
    State.WITHDRAWN: Phrase("taken down"),
}
WEIGHTS = (400, 600, 800)
STATIC = Path(promoter.web.__file__).parent / "static"
GOOD = (State.PUBLISHED, State.DUE, State.READY)


@dataclass(frozen=True, slots=True)
class _Shown:
    """One post of the page.

    Attributes:
        picture: File name of its card; empty where there is none.
        note: Why it did not go out; empty where that is plain.
    """

    time: str
    day: str
    place: str
    product: str
    state: str
    good: bool
    note: str
    caption: str
    picture: str
    alt: str


def write(found: Rehearsal, out: Path) -> Path:
    """Write the page and its pictures into a folder, and return the page.

    Raises:
        ConfigError: The folder cannot be written.
    """
    world = open_stage(found.stage)
    try:
        return _write(world.context, found, out)
    except OSError as error:
        raise ConfigError(
            Phrase("cannot write to {folder}: {why}", folder=out, why=error.strerror or "")
        ) from None
    finally:
        world.close()


def _write(context: Context, found: Rehearsal, out: Path) -> Path:
    locale, zone = context.office.locale, context.office.zone
    outcomes = sorted(found.verdict.outcomes, key=lambda item: (item.post.at, item.post.account))
    (out / "media").mkdir(parents=True, exist_ok=True)
    days = [
        (f"{locale.weekday(day)}, {locale.day(day)}", [_shown(context, item, out) for item in some])
        for day, some in groupby(outcomes, lambda item: item.post.at.astimezone(zone).date())
    ]
    troubles = [post for _, some in days for post in some if not post.good]
    page = out / "index.html"
    page.write_text(
        _template().render(
            _=locale.text,
            weights=[_with_font(out / "media", weight) for weight in WEIGHTS],
            language=locale.language,
            office=context.office.name,
            start=locale.moment(found.start, zone),
            end=locale.moment(found.verdict.end, zone),
            clean=not (found.verdict.duplicates or found.verdict.lost),
            figures=_figures(found.verdict, locale),
            drill=_drill(found.verdict, locale),
            days=days,
            troubles=troubles,
        ),
        encoding="utf-8",
    )
    return page


def _with_font(folder: Path, weight: int) -> int:
    name = f"be-vietnam-pro-{weight}.woff2"
    shutil.copy2(STATIC / name, folder / name)
    return weight


def _template() -> Any:
    loader = PackageLoader("promoter.play", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template(
        "rehearsal.html"
    )


def _figures(verdict: Verdict, locale: Locale) -> list[tuple[str, str, bool]]:
    """Return what stands in large letters: words, number, and whether the number is good."""
    told = [
        (Phrase("posts planned"), len(verdict.outcomes), True),
        (Phrase("went out"), verdict.count(State.PUBLISHED), True),
        (Phrase("twice at a channel"), verdict.duplicates, verdict.duplicates == 0),
        (Phrase("lost"), verdict.lost, verdict.lost == 0),
        (Phrase("thought absent, but live"), verdict.false_absent, verdict.false_absent == 0),
        (Phrase("held for a person"), verdict.count(State.HELD), verdict.count(State.HELD) == 0),
        (Phrase("missed"), verdict.count(State.MISSED), verdict.count(State.MISSED) == 0),
    ]
    return [(locale.say(words), locale.number(number), good) for words, number, good in told]


def _drill(verdict: Verdict, locale: Locale) -> list[tuple[str, str]]:
    """Return what the drill did, line by line; nothing without faults and kills."""
    if not (verdict.faults or verdict.points):
        return []
    found = verdict.document()
    faults = sum(verdict.faults.values())
    told = [
        (Phrase("times the delivering process was killed"), len(verdict.points)),
        (Phrase("calls that met a fault"), faults),
        (Phrase("times nobody knew whether a post had gone out"), found["doubts"]),
        (Phrase("posts in doubt that were settled without a person"), found["resolved"]),
        (
            Phrase("minutes that took at most, where the channel answered"),
            found["longest_doubt_minutes"],
        ),
        (Phrase("second copies that were taken down"), found["second_copies_taken_down"]),
    ]
    lines = [(locale.say(words), locale.number(float(str(value)))) for words, value in told]
    return [*lines, (locale.say(Phrase("seed")), verdict.seed)]


def _shown(context: Context, item: Outcome, out: Path) -> _Shown:
    post, life = item.post, item.delivery
    locale, zone = context.office.locale, context.office.zone
    with context.store.read() as session:
        composed = creatives.get(session, post.key)
        known = [products.product(session, code) for code in post.products]
    creative = composed.creative if composed else None
    names = [product.name if product else "" for product in known]
    picture, alt = _picture(context, creative, out)
    good = life.state in GOOD
    return _Shown(
        time=f"{post.at.astimezone(zone):%H:%M}",
        day=locale.day(post.at.astimezone(zone).date()),
        place=" · ".join(dict.fromkeys((post.account, post.channel))),
        product=" · ".join(
            f"{code} {name}" for code, name in zip(post.products, names, strict=True)
        ),
        state=locale.say(STATES[life.state]),
        good=good,
        note=locale.say(life.note) if life.note and not good else "",
        caption=creative.caption if creative else "",
        picture=picture,
        alt=alt,
    )


def _picture(context: Context, creative: Creative | None, out: Path) -> tuple[str, str]:
    """Put a post's first picture beside the page; return its name and words."""
    media: Sequence[Any] = creative.media if creative else ()
    for medium in media:
        source = context.media.path(medium.sha256)
        target = out / "media" / f"{medium.sha256}.jpg"
        if source.exists():
            if not target.exists():
                shutil.copy2(source, target)
            return target.name, medium.alt
    return "", ""
