"""doctor: what would stop this office from posting tomorrow, and how to mend it."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from promoter.cli.output import _, about, json_out, problem_line, say, settings_path

if TYPE_CHECKING:
    from promoter.core.errors import ConfigError
    from promoter.play.finding import Check

HELP = about(
    _("Looks for what would stop this office from posting tomorrow; posts nothing."),
    "promoter doctor",
)


def doctor(
    send: Annotated[
        bool, typer.Option("--send", help=_("Send a test to the addresses of alerts."))
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help=_("One JSON document on standard output."))
    ] = False,
) -> None:
    """Print every check; exit 1 if one failed."""
    checks = _checks(send=send)
    if as_json:
        json_out({"checks": [_document(item) for item in checks]})
    else:
        for item in checks:
            _print(item)
    if not all(item.ok for item in checks):
        raise SystemExit(1)


def _checks(*, send: bool) -> "list[Check]":
    from promoter.app import open_world
    from promoter.core.errors import ConfigError
    from promoter.play.doctor import diagnose

    try:
        world = open_world(settings_path(sys.argv[1:]), create=False)
    except ConfigError as error:
        return [_unopened(error)]
    try:
        return diagnose(world, send=send)
    finally:
        world.close()


def _unopened(error: "ConfigError") -> "Check":
    """Return the one check that can be made where settings, fonts or database are not usable."""
    from promoter.core.model import Phrase
    from promoter.play.finding import Part

    for problem in error.problems:
        print(problem_line(problem), file=sys.stderr)
    return Part("settings", Phrase("settings and files")).bad(
        error.phrase, Phrase("mend it, then «promoter check»")
    )


def _document(item: "Check") -> dict[str, Any]:
    return {
        "name": item.name,
        "ok": item.ok,
        "message": say(item.message),
        "fix": say(item.fix) if item.fix else None,
    }


def _print(item: "Check") -> None:
    sign = "✗" if not item.ok else "!" if item.fix else "✓"
    title = say(item.title) if item.title else item.name
    print(f"{sign} {title}: {say(item.message)}")
    if item.fix:
        print(f"    → {say(item.fix)}")
