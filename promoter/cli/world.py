"""Opens the world for a command, and turns errors into one clear message and exit code 1."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from promoter.cli.output import fail, note, say, settings_path

if TYPE_CHECKING:  # the world is heavy; a command that needs it loads it
    from promoter.app import World


@contextmanager
def world(*, create: bool = True) -> Iterator["World"]:
    """Give the settings and the context to a command, and close them after it.

    Args:
        create: Whether a store that does not exist yet is made.
    """
    import sys

    from promoter.app import open_world

    with clear_errors():
        opened = open_world(settings_path(sys.argv[1:]), create=create)
        if opened.notice:
            note(say(opened.notice))
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def clear_errors() -> Iterator[None]:
    """End with one message, without a traceback, on every error that a person can act on."""
    from promoter.core.errors import ConfigError, PromoterError

    try:
        yield
    except ConfigError as error:
        fail(error.phrase, error.problems)
    except PromoterError as error:
        fail(error.phrase)
