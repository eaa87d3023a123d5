"""plan and apply: what the campaigns ask for, and making the store look like it."""

import csv
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from promoter.core import campaign as campaigns
from promoter.core import planner
from promoter.core.cadence import calendar
from promoter.core.campaign import Campaign, Known
from promoter.core.errors import ConfigError
from promoter.core.link import links
from promoter.core.model import Phrase, Post, digest
from promoter.core.planner import Plan
from promoter.core.problem import Problem, Severity
from promoter.core.situation import Situation, Target
from promoter.pipeline.context import Context
from promoter.store import database, posts, products

log = logging.getLogger("promoter.plan")

MEMORY = timedelta(days=120)
"""How far back posts count one by one; of older ones only each producer's last turn counts."""


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a campaign file."""

    name: str
    file: str
    text: str


def read_files(path: Path) -> list[Text]:
    """Return the text of a campaign file, or of all in a folder in order of name.

    Raises:
        ConfigError: There is nothing there, or it cannot be read.
    """
    if not path.exists():
        raise ConfigError(Phrase("there are no campaigns at {path}", path=path))
    return [_read_file(file) for file in (sorted(path.glob("*.toml")) if path.is_dir() else [path])]


def _read_file(path: Path) -> Text:
    try:
        return Text(path.stem, str(path), path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise ConfigError(
            Phrase("cannot read {path}; it must be a text file in UTF-8", path=path)
        ) from None


def known(context: Context) -> Known:
    """Return the names that a campaign may use: accounts, products, templates, calendar days."""
    with context.store.read() as session:
        catalogue = products.products(session, stopped=True)  # a stop makes no campaign wrong
    return Known(
        accounts={
            account.name: tuple(account.limits.formats) for account in context.accounts.values()
        },
        codes=frozenset(item.code for item in catalogue) or None,
        tags=frozenset(tag for item in catalogue for tag in item.tags) or None,
        cards=context.studio.templates(),
        captions=context.captions.templates(),
        calendar=read_calendar(context.assets / "calendar.csv"),
    )


def read_calendar(path: Path) -> dict[str, frozenset[date]]:
    """Return the days that a campaign can leave out by name.

    Raises:
        ConfigError: The calendar cannot be read.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return calendar(csv.DictReader(file))
    except (OSError, ValueError, KeyError, csv.Error) as error:
        raise ConfigError(
            Phrase("cannot read the calendar {path}: {why}", path=path, why=str(error))
        ) from None


def parse(texts: Sequence[Text], names: Known) -> tuple[list[Campaign], list[Problem]]:
    """Return the campaigns that could be read, and every problem of every file."""
    found, problems = [], []
    for item in texts:
        value, wrong = campaigns.parse(item.text, item.file, item.name, names)
        problems += wrong
        if value:
            found.append(value)
    return found, problems


def read(context: Context, texts: Sequence[Text]) -> list[Campaign]:
    """Return the campaigns of some texts.

    Raises:
        ConfigError: Some text has errors; all of them are named.
    """
    found, problems = parse(texts, known(context))
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise ConfigError(Phrase("the campaigns have errors; nothing was changed"), problems)
    return found


def plan(context: Context, values: Sequence[Campaign]) -> Plan:
    """Return what would change if these were all the campaigns of the office."""
    return planner.plan(_situation(context, values))


def wanted(context: Context, values: Sequence[Campaign]) -> list[Post]:
    """Return the posts that these campaigns ask for from now on, whether they stand or not."""
    return planner.everything(_situation(context, values))[0]


def apply(
    context: Context, texts: Sequence[Text], by: str, *, force: bool = False
) -> tuple[Plan, list[Campaign]]:
    """Make the store look like what the campaigns ask for, and keep their texts.

    Raises:
        ConfigError: A campaign has errors.
        UnsafePlan: Much would be cancelled or changed, and `force` is not set.
    """
    values = read(context, texts)
    found = plan(context, values)
    if not force:
        planner.confirm(found)
    kept = {item.name: (item.text, digest(item.text)) for item in texts}
    _write(context, found, kept, by)
    return found, values


def extend(context: Context) -> Plan:
    """Plan the next 28 days from the texts that were applied; the engine calls it every night.

    A text that has become wrong since (its account has left the settings) cancels nothing.
    """
    with context.store.read() as session:
        stored = posts.campaigns(session)
    texts = [Text(name, f"{name}.toml", text) for name, text in stored.items()]
    values, problems = parse(texts, known(context))
    broken = {item.name for item in texts} - {value.name for value in values}
    for name in sorted(broken):
        why = next((item.phrase for item in problems if item.file == f"{name}.toml"), "")
        log.error("%s cannot be read any more, its posts stay as they are: %s", name, why)
    found = plan(context, values)
    kept = tuple(post for post in found.cancel if post.campaign not in broken)
    found = replace(found, cancel=kept)
    _write(context, found, None, "")
    return found


def _write(context: Context, found: Plan, kept: dict[str, tuple[str, str]] | None, by: str) -> None:
    with context.store.write() as session:
        now = database.now(session)
        if kept is not None:
            posts.keep_campaigns(session, kept, by, now)
        posts.apply(session, found, lambda post: links(post, context.office.public_url), now)


def _situation(context: Context, values: Sequence[Campaign]) -> Situation:
    secret = bytes.fromhex(context.store.secret("post-key"))
    with context.store.read() as session:
        now = database.now(session)
        catalogue = products.products(session)
        makers = products.producers(session)
        standing = posts.standing(session, now - MEMORY)
        not_before = database.value(session, "plan.not_before")
    if not_before:  # restored: a key of an earlier day may have been used without our knowing
        now = max(now, datetime.fromisoformat(not_before))
    return Situation(
        campaigns=values,
        products=catalogue,
        remote=frozenset(code for code, maker in makers.items() if maker.remote),
        youth=frozenset(code for code, maker in makers.items() if maker.youth_startup),
        targets=_targets(context),
        standing=standing,
        zone=context.office.zone,
        secret=secret,
        now=now,
        until=(now + planner.HORIZON).astimezone(context.office.zone).date(),
    )


def _targets(context: Context) -> Mapping[str, Target]:
    return {
        account.name: Target(
            account.name,
            account.channel,
            account.daily_limit,
            account.min_gap,
            account.owner,
            account.limits.age_gated,
        )
        for account in context.accounts.values()
    }
