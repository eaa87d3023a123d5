"""report: what a producer is told, as a page or as numbers."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from promoter.cli.output import _, about, note, say
from promoter.cli.world import world

HELP = about(
    _("Writes the report of a producer: one page, or its numbers as JSON."),
    "promoter report --producer P41 --period 2026-11 --out P41.html",
)


class Format(StrEnum):
    """How a report is written."""

    HTML = "html"
    JSON = "json"


def report(
    producer: Annotated[str, typer.Option(help=_("Code of the producer."))],
    period: Annotated[str, typer.Option(help=_("2026-11, 2026-W47 or 2026-10-26..2026-11-22."))],
    form: Annotated[
        Format, typer.Option("--format", help=_("A page, or one JSON document."))
    ] = Format.HTML,
    out: Annotated[
        Path | None, typer.Option(help=_("File to write; standard output if none."))
    ] = None,
) -> None:
    """Write the report of a producer."""
    import json

    from promoter.core.report import as_json
    from promoter.pipeline import report as step

    with world(create=False) as opened:
        told = step.report(opened.context, producer, period)
        if form is Format.JSON:
            text = json.dumps(as_json(told, say), ensure_ascii=False, indent=2) + "\n"
        else:
            text = step.page(opened.context, told)
        if out is None:
            print(text, end="")
            return
        _write(out, text)
        note(_("Written: {file}").format(file=out))


def _write(out: Path, text: str) -> None:
    from promoter.core.errors import ConfigError
    from promoter.core.model import Phrase

    part = out.with_name(f"{out.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(out)  # whole or not at all
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ConfigError(
            Phrase(
                "cannot write {file}: {why}; choose another place with --out",
                file=out,
                why=error.strerror or str(error),
            )
        ) from None
