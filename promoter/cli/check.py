"""check: every mistake in settings, campaigns, templates and brand, in one list."""

from collections.abc import Sequence
from pathlib import Path

from promoter.app import World, open_world
from promoter.cli.output import settings_path
from promoter.core.errors import ConfigError
from promoter.core.model import Phrase
from promoter.core.problem import Problem
from promoter.pipeline import plan


def problems(arguments: Sequence[str], files: Sequence[Path]) -> list[Problem]:
    """Return all problems of some campaign files, or of everything if none are named."""
    path = settings_path(arguments)
    try:
        world = open_world(path)
    except ConfigError as error:
        return list(error.problems) or [_whole(str(path), error)]
    try:
        return _of_world(world, files)
    finally:
        world.close()


def _of_world(world: World, files: Sequence[Path]) -> list[Problem]:
    found: list[Problem] = []
    try:
        texts = (
            [item for path in files for item in plan.read_files(path)]
            if files
            else plan.read_files(world.campaigns)
        )
        found += plan.parse(texts, plan.known(world.context))[1]
    except ConfigError as error:
        found.append(_whole(str(world.campaigns), error))
    if not files:
        found += world.context.captions.check()
    return found


def _whole(file: str, error: ConfigError) -> Problem:
    return Problem(file, None, None, "", "unusable", Phrase("{why}", why=error.phrase))
