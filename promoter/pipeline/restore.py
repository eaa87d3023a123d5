"""restore: puts a backup in the place of what the store holds, and trusts nothing it cannot know.

What was due since the backup was made may be live: it is looked up before anything is sent, and
the office stands still until a person has said that no other machine does its work.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

from promoter.core import delivery as life
from promoter.core.delivery import Delivery, State
from promoter.core.errors import ConfigError
from promoter.core.model import Phrase
from promoter.pipeline.context import Context
from promoter.store import archive, backup, database, deliveries, migrations, whereabouts
from promoter.store.archive import Head
from promoter.store.backup import Kept
from promoter.store.database import Session

LOOK_BEFORE = timedelta(hours=1)
"""Services' clocks differ from ours: a look-up begins so long before a post can have gone out."""

RESTORED = "restored"
"""The office's pause that nobody but a restore or a copy has made."""

MAYBE = Phrase("it may have been sent after the backup was made; it is looked up first")
UNDER_WAY = Phrase("it was being sent when the backup was made; it is looked up first")


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    Attributes:
        head: What the backup says of itself.
        before: The backup of what was there before; None if there was nothing to keep.
        kept: What stayed though the backup says otherwise.
        doubtful: How many posts are looked up before anything is sent.
    """

    head: Head
    before: Path | None
    kept: Kept
    doubtful: int


def restore(context: Context, file: Path, generation: int) -> Restored:
    """Let the store hold what a backup holds, and the office stand still.

    All or nothing; a running engine may go on: what it is sending is looked up, too. Credentials
    that were renewed since and stops in force stay, if the backup is of this store.

    Args:
        generation: The store comes further than this, too.

    Raises:
        ConfigError: The backup is damaged, foreign or newer, or there is no room: then nothing
            was changed.
    """
    with archive.reading(file) as source:
        _refuse_newer(file, source.head)
        before = _safety(context)
        _put_media(context, source)
        with context.store.write() as session:
            least = max(generation, whereabouts.standing(session).generation)
            kept = backup.put_back(session, source)
            further = max(least, whereabouts.standing(session).generation) + 1
            whereabouts.claim(session, source.head.store or uuid4().hex, further)
            doubtful = distrust(session, source.head.made_at, context.office.zone)
    return Restored(source.head, before, kept, doubtful)


def _refuse_newer(file: Path, head: Head) -> None:
    if not migrations.known(head.revision):
        raise ConfigError(
            Phrase(
                "the backup {file} is of version {found}, this promoter knows {known}; install the "
                "newer one; nothing was changed",
                file=file,
                found=head.revision,
                known=migrations.HEAD,
            )
        )


def _safety(context: Context) -> Path | None:
    """Keep what is there beside the store, if a person would miss it.

    Not beside the backup: that may lie on a medium that cannot be written.
    """
    with context.store.read() as session:
        if not whereabouts.has_posts(session):
            return None
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    here = whereabouts.file(context.store) or context.media.root
    before = here.with_name(f"before-restore-{moment}.zip")
    backup.write(context.store, context.media, before)
    return before


def _put_media(context: Context, source: archive.Archive) -> None:
    """Put the files before the rows that name them; more than are needed do no harm."""
    try:
        for data in source.media():
            context.media.put(data)
    except OSError as error:
        raise ConfigError(
            Phrase(
                "cannot write the media file {path}: {why}; make room, then restore again; the "
                "database was not changed",
                path=error.filename or context.media.root,
                why=error.strerror or str(error),
            )
        ) from error


def distrust(session: Session, since: datetime, zone: ZoneInfo) -> int:
    """Let the office stand still, and look up what may have gone out; return how many posts.

    Args:
        since: What happened later the store may not know; one in the future counts as now.
        zone: The office's: posts go out on their own local day, and a slot may have been moved
            within it; a key that was used after this moment is not planned anew before tomorrow.
    """
    now = database.now(session)
    known = min(since, now)
    first, tomorrow = _midnight(known, zone), _midnight(now, zone, days=1)
    keys = [*whereabouts.sending(session), *whereabouts.in_doubt(session, known, first, tomorrow)]
    whereabouts.let_go(session)
    for key in keys:
        old = deliveries.get(session, key)
        if old is not None:
            deliveries.end_open(session, key, "Restored", now)
            deliveries.save(session, old, doubted(old, since, now, zone), now)
    locked = database.value(session, "locked")
    whereabouts.keep(
        session,
        paused=database.value(session, "paused") or RESTORED,
        locked=min(locked, known.isoformat()) if locked else known.isoformat(),
        **{"plan.not_before": tomorrow.isoformat()},
    )
    return len(keys)


def doubted(delivery: Delivery, since: datetime, now: datetime, zone: ZoneInfo) -> Delivery:
    """Return the delivery as one that may be live, though the store does not know it.

    Its draft says nothing any more: another one may have been made and shown since.
    """
    under_way = delivery.state in (State.SENDING, State.UNKNOWN)
    unsent = replace(delivery, draft=None, looks=0, sure=0)
    if not under_way:
        day = _midnight(delivery.at, zone)
        earliest = day if since > now else max(since, day)  # the future tells nothing of today
        unsent = replace(unsent, sent_at=earliest - LOOK_BEFORE)
    return life.lost(unsent, now, UNDER_WAY if under_way else MAYBE)


def _midnight(moment: datetime, zone: ZoneInfo, days: int = 0) -> datetime:
    """Return when a moment's local day began, or one some days later, in UTC."""
    day = moment.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, datetime.min.time(), zone).astimezone(UTC)
