"""backup, restore: the office in one file, the way back, and the question that follows it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from promoter.cli.output import _, about, note, say, settings_path
from promoter.cli.world import clear_errors, world

if TYPE_CHECKING:
    from promoter.pipeline.context import Context
    from promoter.store.backup import Kept

BACKUP = about(
    _("Writes the whole office into one file, also while the service runs."),
    "promoter backup /mnt/usb/ocop.zip",
)
RESTORE = about(
    _("Puts a backup in the place of what is there; everything is paused after it."),
    "promoter restore /mnt/usb/ocop.zip",
)
File = Annotated[Path, typer.Argument(help=_("The backup's file."))]


def backup(file: File) -> None:
    """Write a backup, and say what is not in it."""
    from promoter.secrets import VARIABLE
    from promoter.store.backup import write

    with world(create=False) as opened:
        head = write(opened.context.store, opened.context.media, file)
        key = opened.settings.store.media.parent / "promoter.key"
    print(
        _("Written: {file}: {posts} posts, {products} products, {media} media files").format(
            file=file,
            posts=head.tables["post"],
            products=head.tables["product"],
            media=len(head.media),
        )
    )
    if head.missing:
        note(_("Media files that are gone or damaged: {count}").format(count=len(head.missing)))
        for name in head.missing:
            note(f"  {name}")
    print(
        _(
            "The key of the accounts' credentials is not in it: keep {file} (or {variable}) "
            "somewhere else."
        ).format(file=key, variable=VARIABLE)
    )


def restore(file: File) -> None:
    """Restore a backup, and say what follows."""
    from promoter import place
    from promoter.app import open_world

    with clear_errors():
        opened = open_world(settings_path(sys.argv[1:]), restoring=True)
        try:
            done = place.put_back(opened.context, file)
            office = opened.context.office
            moment = office.locale.moment(done.head.made_at, office.zone)
        finally:
            opened.close()
    print(
        _("Restored: the office as it was at {moment}, {posts} posts").format(
            moment=moment, posts=done.head.tables["post"]
        )
    )
    if done.before:
        print(_("What was here before: {file}").format(file=done.before))
    print(
        _("Posts that are looked up before anything is sent: {count}").format(count=done.doubtful)
    )
    _tell_kept(done.kept)
    print(
        _(
            "What people decided since then is gone: approvals, refusals, and stops that are not "
            "named here. Look it over."
        )
    )
    print(
        _(
            "Everything is paused. Is no other machine at this office's work? "
            "Then: promoter resume --other-machine-off"
        )
    )


def _tell_kept(kept: "Kept") -> None:
    if kept.credentials:
        print(
            _("Kept, because they were renewed since: the credentials of {accounts}").format(
                accounts=", ".join(kept.credentials)
            )
        )
    if kept.stopped:
        print(_("Still stopped: {codes}").format(codes=", ".join(kept.stopped)))


def unlock(context: "Context", *, off: bool) -> None:
    """Let a restored or copied office go on, once a person has said that it is the only one.

    A pause that a person has made stays.

    Args:
        off: The person has said so already; else it is asked on a terminal.

    Raises:
        ConfigError: Nobody has said so.
    """
    from datetime import datetime

    from promoter.core.errors import ConfigError
    from promoter.core.model import Phrase
    from promoter.pipeline.restore import RESTORED
    from promoter.store import database, whereabouts

    store, office = context.store, context.office
    locked = store.value("locked")
    if not locked:
        return
    why = Phrase(
        "this office was restored or copied and knows nothing of what came after {moment}; if "
        "another machine is still at its work, posts would go out twice",
        moment=office.locale.moment(datetime.fromisoformat(locked), office.zone),
    )
    if not off and sys.stdin.isatty():
        note(say(why))
        off = typer.confirm(_("Is the other machine off?"))
    if not off:
        raise ConfigError(
            Phrase("{why}: switch it off, then «promoter resume --other-machine-off»", why=why)
        )
    with store.write() as session:
        ours = database.value(session, "paused") == RESTORED
        whereabouts.keep(session, locked="", **({"paused": ""} if ours else {}))
