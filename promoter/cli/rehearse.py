"""rehearse: plays the coming weeks in minutes, against stand-ins, in a copy of the office."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from promoter.cli.output import _, about, json_out, note, progress, settings_path
from promoter.cli.world import clear_errors

HELP = about(
    _(
        "Plays the coming weeks in minutes, in a copy that can hurt nobody; on wish with failing "
        "services and a process that is killed again and again."
    ),
    "promoter rehearse --faults --kill 200 --out rehearsal",
)


def rehearse(
    out: Annotated[Path, typer.Option(help=_("Folder to write to."))] = Path("rehearsal"),
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help=_("Last day; four weeks if none."))
    ] = None,
    faults: Annotated[bool, typer.Option("--faults", help=_("Let the services fail."))] = False,
    kill: Annotated[
        int, typer.Option(min=0, max=10_000, help=_("Kill the delivering process so often."))
    ] = 0,
    seed: Annotated[str, typer.Option(help=_("What faults and kills are drawn from."))] = "1",
    as_json: Annotated[
        bool, typer.Option("--json", help=_("One JSON document on standard output."))
    ] = False,
) -> None:
    """Play the rehearsal; exit 2 if a post was doubled or lost, or a lane ended by a bug."""
    from promoter.play import rehearsal_page
    from promoter.play.rehearse import Wish
    from promoter.play.rehearse import rehearse as play

    last = until.date() if until else None
    wish = Wish(settings_path(sys.argv[1:]), out, last, faults, kill, seed)
    with clear_errors(), progress(_("the coming weeks")) as show:
        played = play(wish, show)
        page = rehearsal_page.write(played, out)
    found = played.verdict.document()
    json_out(found) if as_json else _tell(found)
    note(_("The report: {page}").format(page=page))
    if len(played.verdict.points) < kill:
        note(_("The plan is too short for so many kills; {kills} were made.").format(**found))
    if any(found[name] for name in ("duplicates", "lost", "false_absent", "bugs")):
        raise SystemExit(2)


def _tell(found: dict[str, object]) -> None:
    words = _(
        "{posts} posts: {published} went out, {missed} missed, {held} held; "
        "{duplicates} doubled, {lost} lost"
    )
    print(words.format(**found))
