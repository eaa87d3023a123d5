"""Secrets: named in the settings, kept elsewhere."""

import stat
import threading
from pathlib import Path

import pytest

from promoter.core.errors import ConfigError
from promoter.secrets import Vault, cleaned, is_reference, resolve


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


def test_what_is_still_to_be_obtained_is_no_secret_yet() -> None:
    assert is_reference("connect")
    with pytest.raises(ConfigError, match="promoter accounts connect"):
        resolve("connect", nothing)


@pytest.mark.parametrize(
    "text",
    ["connected", "connect ", "connect:x", "abc123", "env: ", "env:A B", "file:token", "store:Tết"],
)
def test_a_secret_written_out_is_refused_and_not_shown(text: str) -> None:
    assert not is_reference(text)
    with pytest.raises(ConfigError) as caught:
        resolve(text, nothing)
    assert text not in str(caught.value)


# What people paste


@pytest.mark.parametrize(
    ("pasted", "secret"),
    [
        ("token-4711\n", "token-4711"),
        ("token-4711\r\n", "token-4711"),
        ("\ufeff \ttoken-4711\u00a0 ", "token-4711"),
        ("to\u200bken\u2060-47\u00ad11", "token-4711"),
        ("bi\u0301 ma\u0323\u0302t", "b\u00ed m\u1eadt"),
        ("a=b==", "a=b=="),
    ],
)
def test_what_comes_along_when_copying_is_no_part_of_a_secret(pasted: str, secret: str) -> None:
    assert cleaned(pasted) == secret


@pytest.mark.parametrize("pasted", ["", " \n", "\u200b", "planted\nplanted", "planted\x00x"])
def test_what_is_no_secret_is_refused_and_not_shown(pasted: str) -> None:
    with pytest.raises(ConfigError) as caught:
        cleaned(pasted)
    assert "planted" not in str(caught.value)


# Sealed credentials


def test_what_is_sealed_is_opened_again(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "var" / "promoter.key")
    sealed = vault.seal({"access_token": "planted-token-4711"})
    assert "planted" not in sealed
    assert Vault(tmp_path / "var" / "promoter.key").open(sealed) == {
        "access_token": "planted-token-4711"
    }


def test_the_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    Vault(tmp_path / "promoter.key").seal({})
    assert stat.S_IMODE((tmp_path / "promoter.key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["promoter.key"]


def test_processes_that_make_the_key_at_once_get_the_same(tmp_path: Path) -> None:
    sealed: list[str] = []

    def seal() -> None:
        sealed.append(Vault(tmp_path / "promoter.key").seal({"a": "b"}))

    threads = [threading.Thread(target=seal) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [Vault(tmp_path / "promoter.key").open(text) for text in sealed] == [{"a": "b"}] * 8


def test_a_key_in_the_environment_needs_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMOTER_SECRET", "một câu dài mà chỉ người giữ máy biết")
    sealed = Vault(tmp_path / "promoter.key").seal({"a": "b"})
    assert list(tmp_path.iterdir()) == []
    assert Vault(tmp_path / "other.key").open(sealed) == {"a": "b"}


def test_another_key_opens_nothing_and_says_what_to_do(tmp_path: Path) -> None:
    sealed = Vault(tmp_path / "one.key").seal({"a": "b"})
    with pytest.raises(ConfigError, match=r"bring back .*other\.key or PROMOTER_SECRET"):
        Vault(tmp_path / "other.key").open(sealed)


def test_a_key_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ConfigError, match="cannot be read or made"):
        Vault(tmp_path / "file" / "promoter.key").seal({})


def test_a_key_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "promoter.key").mkdir()
    with pytest.raises(ConfigError, match="cannot be read or made"):
        Vault(tmp_path / "promoter.key").seal({})
