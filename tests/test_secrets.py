"""Secrets: named in the settings, kept elsewhere."""

from pathlib import Path

import pytest

from promoter.core.errors import ConfigError
from promoter.secrets import is_reference, resolve


def nothing(name: str) -> str:
    raise AssertionError(name)


def test_a_secret_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANPAGE_TOKEN", "bí-mật")
    assert resolve("env:FANPAGE_TOKEN", nothing) == "bí-mật"


@pytest.mark.parametrize("value", [None, "", " "])
def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    monkeypatch.delenv("FANPAGE_TOKEN", raising=False)
    if value is not None:
        monkeypatch.setenv("FANPAGE_TOKEN", value)
    with pytest.raises(ConfigError, match="FANPAGE_TOKEN"):
        resolve("env:FANPAGE_TOKEN", nothing)


def test_a_secret_comes_from_a_file_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("bí-mật\n", encoding="utf-8")
    assert resolve(f"file:{tmp_path}/token", nothing) == "bí-mật"


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe"])
def test_a_file_without_a_secret_is_named(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    with pytest.raises(ConfigError, match="token"):
        resolve(f"file:{tmp_path}/token", nothing)


def test_a_folder_is_no_secret(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        resolve(f"file:{tmp_path}", nothing)


def test_the_store_gives_its_own() -> None:
    assert resolve("store:showcase", lambda name: f"made for {name}") == "made for showcase"


@pytest.mark.parametrize("text", ["abc123", "env: ", "env:A B", "file:token", "store:Tết"])
def test_a_secret_written_out_is_refused_and_not_shown(text: str) -> None:
    assert not is_reference(text)
    with pytest.raises(ConfigError) as caught:
        resolve(text, nothing)
    assert text not in str(caught.value)
