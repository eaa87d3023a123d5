"""alert: tells people what they should know, in one message, again only when it lasts."""

import logging
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from promoter.core import alarm
from promoter.core.alarm import AccountSeen, Alert, Kind, Message, Observed, StopSeen
from promoter.core.model import Phrase
from promoter.pipeline import lane
from promoter.pipeline.accounts import by_person, consent
from promoter.pipeline.context import Context
from promoter.store import alerts, credentials, database, deliveries, stops
from promoter.store.database import Session

log = logging.getLogger("promoter.alert")


def alert(context: Context) -> int:
    """Look for what a person should know, and tell what is new; return how many things were told.

    No transaction is open while the message leaves. If this process dies between the message and
    the note of it, the message is sent once more.
    """
    observed = observe(context)
    found, now = alarm.alerts(observed), observed.now
    with context.store.write() as session:
        known = alerts.remember(session, ((item.subject, item.kind) for item in found), now)
        fresh = alarm.to_tell(found, known, now)
        before = alerts.not_before(session)
        if not fresh or not alarm.may_send(before, now) or context.stopping.is_set():
            return 0
        until = now + alarm.AGAIN_AFTER_FAILURE
        if not alerts.reserve(session, before, until):
            return 0
    if not context.alerts(message(context, fresh)):
        return 0
    with context.store.write() as session:
        alerts.told(session, ((item.subject, item.kind) for item in fresh), now)
        alerts.reserve(session, until, now + alarm.EVERY)
    log.info("%s told", len(fresh))
    return len(fresh)


def observe(context: Context) -> Observed:
    """Return all that alarms depend on; whether an engine runs is not asked: it is who asks."""
    folder, free = disk(context)
    with context.store.read() as session:
        now = database.now(session)
        return Observed(
            now=now,
            posts=alerts.suspects(session, now),
            accounts={name: _account(session, name) for name in context.accounts},
            stops=[_stop(item) for item in stops.stopped(session)],
            paused=lane.stands_still(session),
            locked=bool(database.value(session, "locked")),
            free=free,
            disk=str(folder),
        )


def standing(context: Context) -> list[Alert]:
    """Return what a person should know now, as another process sees it: is there an engine?"""
    seen = engine_seen(context)
    observed = observe(context)
    return alarm.alerts(replace(observed, seen=seen))


def engine_seen(context: Context) -> datetime | None:
    """Return when an engine was last alive on this store; None if never."""
    seen = context.store.value("seen")
    return datetime.fromisoformat(seen) if seen else None


def _account(session: Session, name: str) -> AccountSeen:
    state, kept = deliveries.account(session, name), credentials.get(session, name)
    return AccountSeen(
        name=name,
        paused=state.paused,
        wait_until=state.wait_until,
        problem=None if by_person(state) else state.problem,
        issued_at=kept.issued_at,
        expires_at=kept.expires_at,
        consent_until=consent(session, name),
    )


def _stop(found: stops.Stop) -> StopSeen:
    subject = found.subject
    return StopSeen(subject.kind.value, subject.code, found.name, found.seen)


def disk(context: Context) -> tuple[Path, int | None]:
    """Return the folder of the store and the media that has the least room, and its free bytes."""
    folders = [context.media.root]
    if context.store.sqlite:
        folders.append(Path(context.store.where.removeprefix("sqlite:///")).parent)
    known = {folder: free for folder in folders if (free := _free(folder)) is not None}
    folder = min(known or folders, key=lambda item: known.get(item, 0))
    return folder, known.get(folder)


def _free(folder: Path) -> int | None:
    """Return the free bytes where a folder is or will be made."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


WORDS: Mapping[Kind, Phrase] = {
    Kind.SILENT: Phrase("The service does not run"),
    Kind.LOCKED: Phrase("Another machine may be at this office's work"),
    Kind.DISK: Phrase("The disk is nearly full"),
    Kind.STOPPED: Phrase("Stopped, and still live"),
    Kind.LATE: Phrase("Not sent in time"),
    Kind.PAUSED: Phrase("Accounts that stand still"),
    Kind.HELD: Phrase("Nobody knows whether it went out"),
    Kind.LOOK: Phrase("Live, but look at it"),
    Kind.FAILED: Phrase("Refused"),
    Kind.EXPIRES: Phrase("Authorisations that end soon"),
    Kind.UNAPPROVED: Phrase("Not approved, and due within 24 hours"),
    Kind.MISSED: Phrase("Missed: too late to be sent"),
}


def message(context: Context, found: list[Alert]) -> Message:
    """Return one message about some alerts, as a person reads it on a phone."""
    office, say = context.office, context.office.locale.say
    parts = []
    for kind, named, more in alarm.shown(found):
        lines = [f"{say(WORDS[kind])} ({len(named) + more}):"]
        lines += [f"• {line(context, item)}" for item in named]
        if more:
            lines.append(say(Phrase("… and {count} more: «promoter status»", count=more)))
        parts.append("\n".join(lines))
    title = Phrase("{office}: {count} things to look at", office=office.name, count=len(found))
    return Message(say(title), "\n\n".join(parts), alarm.worst(found))


def line(context: Context, item: Alert) -> str:
    """Return an alert in one line: which product, where, when, why, and what to do."""
    office, say = context.office, context.office.locale.say
    at = office.locale.moment(item.at, office.zone) if item.at else ""
    what = " · ".join(part for part in (item.product, item.account, at) if part)
    why = f"{say(item.reason)} → {say(item.next_step)}"
    return f"{what}: {why}" if what else why
