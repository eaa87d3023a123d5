"""The commands by name; each loads what it needs only when it is called."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from promoter.cli import (
    accounts,
    backup,
    catalog,
    doctor,
    measure,
    plan,
    posts,
    rehearse,
    report,
    stop,
)
from promoter.cli.output import (
    _,
    about,
    json_out,
    language_of_click,
    note,
    say,
    settings_path,
)
from promoter.cli.world import clear_errors, world

if TYPE_CHECKING:
    from collections.abc import Callable

    from promoter.app import World
    from promoter.store.deliveries import AccountState

language_of_click()
app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # they may be secrets
    help=_("Promotes a province's OCOP products: catalogue, campaigns, cards, posts, reports."),
)
app.add_typer(catalog.app, name="catalog")
app.add_typer(posts.app, name="posts")
app.add_typer(accounts.app, name="accounts")
app.command(help=report.HELP)(report.report)
app.command(help=measure.HELP)(measure.measure)
app.command(help=rehearse.HELP)(rehearse.rehearse)
app.command(help=doctor.HELP)(doctor.doctor)
app.command(help=stop.HELP)(stop.stop)
app.command(help=backup.BACKUP)(backup.backup)
app.command(help=backup.RESTORE)(backup.restore)

Json = Annotated[bool, typer.Option("--json", help=_("One JSON document on standard output."))]
OneCampaign = Annotated[str, typer.Option("--campaign", help=_("Only this campaign."))]


@app.callback()
def options(
    config: Annotated[Path, typer.Option(help=_("The settings file."))] = Path("settings.toml"),
    quiet: Annotated[bool, typer.Option(help=_("Only errors."))] = False,
    verbose: Annotated[bool, typer.Option(help=_("Tell every step."))] = False,
) -> None:
    """Read the options that all commands share; `settings_path` reads --config earlier."""
    import logging

    level = logging.DEBUG if verbose else logging.ERROR if quiet else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s %(name)s %(message)s")


@app.command(
    help=about(_("Plays the sample catalogue: four past weeks, then live."), "promoter demo")
)
def demo(
    port: Annotated[int, typer.Option(help=_("Port of the site on this machine."))] = 8000,
    fresh: Annotated[
        bool, typer.Option("--fresh", help=_("Forget the last demo and begin anew."))
    ] = False,
    until_live: Annotated[
        bool, typer.Option("--until-live", help=_("End as soon as the site is live."))
    ] = False,
) -> None:
    """Play the demo."""
    from promoter.cli.output import progress
    from promoter.play.demo import play

    with clear_errors(), progress(_("four past weeks")) as show:
        play(
            settings_path(sys.argv[1:]),
            port=port,
            fresh=fresh,
            stay=not until_live,
            tell=lambda phrase: note(say(phrase)),
            progress=show,
        )


@app.command(
    help=about(_("Finds all mistakes in settings, campaigns and templates."), "promoter check")
)
def check(
    files: Annotated[
        list[Path] | None, typer.Argument(help=_("Campaign files; all if none."))
    ] = None,
    as_json: Json = False,
) -> None:
    """Print every problem; exit 1 if one is an error."""
    from promoter.cli.check import problems
    from promoter.cli.output import problem_line

    found = problems(sys.argv[1:], files or [])
    if as_json:
        json_out({"problems": [_problem(item) for item in found]})
    else:
        for item in found:
            print(problem_line(item))
        if not found:
            print(_("No mistakes found."))
    if any(item.severity == "error" for item in found):
        raise SystemExit(1)


def _problem(item: Any) -> dict[str, Any]:
    return {
        "file": item.file,
        "line": item.line,
        "column": item.column,
        "key": item.key,
        "severity": item.severity.value,
        "code": item.code,
        "message": say(item.phrase),
    }


app.command(help=plan.PLAN)(plan.plan)
app.command(help=plan.APPLY)(plan.apply)


@app.command(
    help=about(
        _("Writes pictures and captions as they would go out, with a contact sheet."),
        "promoter preview --product BL-086 --out preview",
    )
)
def preview(
    out: Annotated[Path, typer.Option(help=_("Folder to write to."))] = Path("preview"),
    campaign: OneCampaign = "",
    product: Annotated[str, typer.Option(help=_("Only this product, in all formats."))] = "",
    account: Annotated[str, typer.Option(help=_("Only this account."))] = "",
    as_json: Json = False,
) -> None:
    """Write the preview."""
    from promoter.play import preview as story

    with world() as opened:
        if product:
            files = story.of_product(opened.context, product, out)
        else:
            files = story.of_plan(opened.context, opened.campaigns, campaign, account, out)
    if as_json:
        json_out({"files": [str(path) for path in files]})
    else:
        print(_("Written: {count} files in {folder}").format(count=len(files), folder=out))


@app.command(help=about(_("Shows at a glance how the office stands."), "promoter status"))
def status(as_json: Json = False) -> None:
    """Print counts by state and the state of the accounts."""
    from promoter.cli import status as page

    with world(create=False) as opened:
        found = page.standing(opened.context)
        if as_json:
            json_out(page.document(found))
        else:
            page.show(opened.context, found)


@app.command(help=about(_("Stops all public calls within two seconds."), "promoter pause"))
def pause(
    account: Annotated[str, typer.Option(help=_("Only this account."))] = "",
    reason: Annotated[str, typer.Option(help=_("Why; colleagues will read it."))] = "",
) -> None:
    """Pause the office or one account."""
    import getpass

    from promoter.core.model import Phrase
    from promoter.pipeline.stop import plain, signed

    who, why = getpass.getuser(), plain(reason)
    words = Phrase("paused by {who}", who=who)
    if why:
        words = Phrase("paused by {who}: {reason}", who=who, reason=why)
    with world() as opened:
        if account:
            _set_account(opened, account, lambda state: replace(state, paused=True, problem=words))
        else:
            opened.context.store.set_value("paused", signed(who, why))
    print(_("Paused."))


@app.command(help=about(_("Goes on after a pause."), "promoter resume --account fanpage"))
def resume(
    account: Annotated[str, typer.Option(help=_("Only this account."))] = "",
    other_machine_off: Annotated[
        bool,
        typer.Option(
            "--other-machine-off",
            help=_("No other machine does this office's work: after a restore or a move."),
        ),
    ] = False,
) -> None:
    """Resume the office or one account."""
    with world() as opened:
        backup.unlock(opened.context, off=other_machine_off)
        if account:
            _set_account(
                opened,
                account,
                lambda state: replace(state, paused=False, wait_until=None, problem=None),
            )
        else:
            opened.context.store.set_value("paused", "")
    print(_("Going on."))


def _set_account(
    opened: "World", name: str, change: "Callable[[AccountState], AccountState]"
) -> None:
    from promoter.core.errors import ConfigError
    from promoter.core.model import Phrase
    from promoter.store import deliveries

    if name not in opened.context.accounts:
        known = ", ".join(sorted(opened.context.accounts))
        raise ConfigError(Phrase("no account {name}; known are {known}", name=name, known=known))
    with opened.context.store.write() as session:
        state = deliveries.account(session, name)
        deliveries.save_account(session, name, change(state))


@app.command(help=about(_("Runs the service: posts on time and serves the site."), "promoter run"))
def run(
    once: Annotated[bool, typer.Option("--once", help=_("Do what is due now, then end."))] = False,
    no_web: Annotated[bool, typer.Option("--no-web", help=_("Without the site."))] = False,
    as_json: Json = False,
) -> None:
    """Run the service."""
    from promoter.play.run import run as serve
    from promoter.play.run import run_once

    with world() as opened:
        if not once:
            serve(opened, web=not no_web, tell=note)
            return
        counts = run_once(opened, web=not no_web)
        if as_json:
            json_out(counts)
        else:
            print(", ".join(f"{state} {number}" for state, number in sorted(counts.items())))
