"""report on the command line: a file is written whole, or not at all and with a clear message."""

from pathlib import Path

import pytest

from promoter.cli.report import _write
from promoter.core.errors import ConfigError


def test_the_file_is_written_in_utf_8_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    _write(tmp_path / "P41.html", "Muối hạt Bạc Liêu\n")
    assert (tmp_path / "P41.html").read_bytes() == "Muối hạt Bạc Liêu\n".encode()
    assert [path.name for path in tmp_path.iterdir()] == ["P41.html"]


def test_an_older_report_is_replaced(tmp_path: Path) -> None:
    _write(tmp_path / "P41.html", "a")
    _write(tmp_path / "P41.html", "b")
    assert (tmp_path / "P41.html").read_text() == "b"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot write .*none/P41\.html.*--out"):
        _write(tmp_path / "none" / "P41.html", "a")


def test_a_folder_in_the_place_of_the_file_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "P41.html").mkdir()
    with pytest.raises(ConfigError, match="cannot write"):
        _write(tmp_path / "P41.html", "a")
    assert [path.name for path in tmp_path.iterdir()] == ["P41.html"]
