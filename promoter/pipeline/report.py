"""report: what was done for a producer in a period, and what came of it."""

from difflib import get_close_matches
from functools import partial

from promoter.core import report as reports
from promoter.core.errors import ConfigError
from promoter.core.insight import Evidence
from promoter.core.model import Phrase
from promoter.core.period import Period, local_day
from promoter.core.period import period as period_of
from promoter.core.report import NEXT, Findings, Report
from promoter.pipeline.context import Context
from promoter.render import document
from promoter.render.words import Words
from promoter.store import database
from promoter.store import reports as rows


def report(context: Context, producer: str, period: str | Period) -> Report:
    """Return the report of a producer.

    Args:
        context: The world.
        producer: Its code.
        period: `2026-11`, `2026-W47`, `2026-10-26..2026-11-22`, or its days.

    Raises:
        ConfigError: There is no such producer or period, or the period has not begun.
    """
    asked = period_of(period) if isinstance(period, str) else period
    return reports.report(_findings(context, producer, asked))


def _findings(context: Context, code: str, asked: Period) -> Findings:
    zone = context.office.zone
    with context.store.read() as session:
        now = database.now(session)
        today = local_day(now, zone)
        maker = rows.producer(session, code)
        if maker is None:
            raise _unknown(code, rows.producer_codes(session))
        if asked.first > today:
            raise _not_begun(context, asked)
        past = asked.until(today)
        before = past.before()
        first, own_first = rows.began(session), rows.began(session, code)
        shown = rows.published(session, code, past, zone)
        keys = [post.key for post in shown]
        on_show = rows.on_show(session, code, past, zone)
        return Findings(
            office=context.office.name,
            producer=maker,
            products=rows.products(session, code),
            period=asked,
            today=today,
            evidence=Evidence(
                producer=code,
                period=past,
                began=local_day(first, zone) if first else None,
                own_began=local_day(own_first, zone) if own_first else None,
                posts=shown,
                earlier=rows.count(session, code, before, zone),
                visits=rows.visits(session, code, Period(before.first, past.last)),
                tallies=rows.tallies(session, past, zone),
                groups=rows.groups(session),
                on_show=on_show,
                readings=rows.counts(session, on_show, past, zone),
                as_of=now,
            ),
            pictures=rows.pictures(session, keys),
            planned=rows.planned(session, code, now, NEXT, zone),
        )


def _unknown(code: str, known: list[str]) -> ConfigError:
    if not known:
        return ConfigError(
            Phrase("there are no producers yet; bring them in with «promoter catalog import»")
        )
    near = get_close_matches(code.upper(), known, n=3, cutoff=0.0)
    return ConfigError(
        Phrase(
            "there is no producer «{code}»; the nearest codes are {near}",
            code=code,
            near=", ".join(near),
        )
    )


def _not_begun(context: Context, asked: Period) -> ConfigError:
    return ConfigError(
        Phrase(
            "the period begins on {day}: there is nothing to report yet",
            day=context.office.locale.day(asked.first),
        )
    )


def page(context: Context, told: Report) -> str:
    """Return a report as one HTML file that can be mailed, read offline and printed.

    Raises:
        ConfigError: The picture of the best post is gone from the media store.
    """
    picture = told.best.picture if told.best else None
    locale = context.office.locale
    words = Words(
        language=locale.language,
        text=locale.text,
        say=locale.say,
        number=locale.number,
        day=locale.day,
        moment=partial(locale.moment, zone=context.office.zone),
    )
    return document.html(told, words, context.media.get(picture.sha256) if picture else None)
