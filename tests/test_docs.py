"""The README cannot go stale: commands, settings and channels in it are those of the program."""

import re
from pathlib import Path

import pytest

from docs.matrix import written
from promoter import app
from promoter.cli.main import app as commands
from promoter.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def names() -> list[str]:
    """Return every command as it is typed."""
    own = [
        item.name or getattr(item.callback, "__name__", "") for item in commands.registered_commands
    ]
    groups = [item.name for item in commands.registered_groups]
    return [str(name) for name in (*own, *groups)]


@pytest.mark.parametrize("name", names())
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"promoter {name}" in README


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_section_of_the_settings_is_in_the_readme(name: str) -> None:
    assert f"[{name}" in README


@pytest.mark.parametrize("name", sorted(app.channels()))
def test_every_channel_is_in_the_readme(name: str) -> None:
    assert f"`{name}`" in README


def test_the_two_commands_are_in_the_readme_and_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("demo", "test"):
        assert f"make {target}" in README
        assert re.search(rf"(?m)^{target}:", makefile)


def test_pictures_of_the_readme_exist() -> None:
    for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / path).is_file()


def test_the_matrix_of_channels_is_that_of_their_modules() -> None:
    assert written(README) == README, "run «make matrix»"
