"""How the command line speaks: the reader's language, tables, JSON, and clear endings.

Only light modules are imported here, since `--help` must be quick.
"""

import gettext
import json
import os
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from promoter import CATALOGS


def language(arguments: Sequence[str]) -> str:
    """Choose the language: PROMOTER_LOCALE, else the office's, else Vietnamese."""
    named = os.environ.get("PROMOTER_LOCALE", "")
    if named in ("vi", "en"):
        return named
    try:
        with settings_path(arguments).open("rb") as file:
            found = tomllib.load(file)["office"]["locale"]
    except (OSError, ValueError, KeyError, TypeError):
        return "vi"  # what is wrong with the file is told by whoever needs it
    return found if found in ("vi", "en") else "vi"


def settings_path(arguments: Sequence[str]) -> Path:
    """Return the settings file that the arguments name, before they are parsed."""
    for position, word in enumerate(arguments):
        if word == "--config" and position + 1 < len(arguments):
            return Path(arguments[position + 1])
        if word.startswith("--config="):
            return Path(word.removeprefix("--config="))
    return Path(os.environ.get("PROMOTER_CONFIG", "settings.toml"))


LANGUAGE = language(sys.argv[1:])
_catalog = gettext.translation("promoter", CATALOGS, [LANGUAGE], fallback=True)


def _(english: str) -> str:
    """Translate fixed words."""
    return _catalog.gettext(english)


def about(words: str, example: str) -> str:
    """Return a command's help: what it does, and an example."""
    lead = _("Example:")  # not inside the f-string, where the collector of words cannot see it
    return f"{words}\n\n{lead} {example}"


def language_of_click() -> None:
    """Let the words of the command-line library itself come from our catalogue, too."""
    os.environ["LANGUAGE"] = LANGUAGE
    gettext.bindtextdomain("promoter", str(CATALOGS))
    gettext.textdomain("promoter")


LIBRARY = (
    _("Aborted!"),
    _("default: {default}"),
    _("required"),
    _("Arguments"),
    _("Options"),
    _("Commands"),
    _("Missing command."),
    _("No such command {name!r}."),
)
"""What the library itself says through gettext, named here so that `make words` collects it."""


def say(phrase: Any) -> str:
    """Translate a phrase of the core."""
    values = {
        name: say(value) if hasattr(value, "values") and hasattr(value, "text") else value
        for name, value in phrase.values.items()
    }
    return _(phrase.text).format(**values)


def fail(phrase: Any, problems: Iterable[Any] = ()) -> NoReturn:
    """End with exit code 1 and one clear message on standard error."""
    for problem in problems:
        print(problem_line(problem), file=sys.stderr)
    print(_("Error: ") + say(phrase), file=sys.stderr)
    raise SystemExit(1)


def problem_line(problem: Any) -> str:
    """Write a problem the way compilers do: file:line:column: key: words."""
    place = ":".join(str(part) for part in (problem.file, problem.line, problem.column) if part)
    kind = _("warning") if problem.severity == "warning" else _("error")
    return f"{place}: {kind}: {problem.key + ': ' if problem.key else ''}{say(problem.phrase)}"


def json_out(value: Any) -> None:
    """Print one JSON document on standard output."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table that fits the terminal; on a pipe its lines are wide enough to be searched."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    view = Table(title=title or None, box=box.SIMPLE_HEAD, title_justify="left", expand=False)
    for column in columns:
        view.add_column(column, overflow="fold")
    for row in rows:
        view.add_row(*("" if cell is None else str(cell) for cell in row))
    width = None if sys.stdout.isatty() else 200
    Console(markup=False, highlight=False, width=width).print(view)


@contextmanager
def progress(words: str) -> Iterator[Callable[[float], None]]:
    """Show a bar on a terminal, and nothing elsewhere; give the function that moves it."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        console=console,
        transient=True,
        disable=not console.is_terminal or "--quiet" in sys.argv,
    )
    with bar:
        task = bar.add_task(words, total=1.0, visible=False)
        yield lambda done: bar.update(task, completed=done, visible=0 < done < 1)


def note(text: str) -> None:
    """Print a diagnostic on standard error, unless --quiet."""
    if "--quiet" not in sys.argv:
        print(text, file=sys.stderr)
