"""The composition root: what accounts get from the settings, and what they may reach."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from promoter.app import World, open_world, read_settings
from promoter.core.errors import ConfigError, Rejected, Transient
from promoter.play.demo import _sample
from promoter.store import credentials
from tests.channels.conftest import creative, key

ROOT = Path(__file__).parent.parent


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """The shipped settings in a folder of their own."""
    shutil.copy(ROOT / "settings.toml", tmp_path)
    for folder in ("campaigns", "assets"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    return tmp_path / "settings.toml"


def change(settings: Path, old: str, new: str) -> None:
    text = settings.read_text(encoding="utf-8")
    assert old in text
    settings.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def world(settings: Path) -> Iterator[World]:
    """The office of the shipped settings."""
    opened = open_world(settings)
    yield opened
    opened.close()


def renewed(world: World, value: str) -> None:
    account = world.context.accounts["gian-hang"]
    sealed, origin = world.context.vault.seal({"access_token": value}), account.origin()
    with world.context.store.write() as session:
        credentials.lease(session, "gian-hang", 0, world.context.now(), world.context.lease())
        credentials.keep(session, "gian-hang", sealed, origin, world.context.now())


def test_a_sandbox_account_reaches_its_stand_in_and_nothing_else(world: World) -> None:
    channel: Any = world.context.accounts["fanpage"].connect()
    with pytest.raises(Transient, match=r"graph\.facebook\.com cannot be reached"):
        channel.prepare(creative(), key(), None)  # nobody listens on the sandbox's port here


def test_a_sandbox_account_cannot_be_led_to_a_real_host(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from promoter.remote import page

    monkeypatch.setattr(page, "HOST", "graph.example.com", raising=False)
    monkeypatch.setattr("facebook.FACEBOOK_GRAPH_URL", "https://graph.example.com/")
    channel: Any = world.context.accounts["fanpage"].connect()
    with pytest.raises(Rejected, match="is not this machine"):
        channel.prepare(creative(), key(), None)


def test_renewed_credentials_take_the_place_of_those_in_the_settings(world: World) -> None:
    before = world.context.accounts["gian-hang"].connect()
    renewed(world, "renewed-access-token")
    after = world.context.accounts["gian-hang"].connect()
    assert after is not before
    assert after is world.context.accounts["gian-hang"].connect()


def test_other_secrets_in_the_settings_make_renewed_ones_void(
    settings: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewed(world, "renewed-access-token")
    kept = world.context.accounts["gian-hang"].origin()
    monkeypatch.setenv("NEW_TOKEN", "authorised-anew")
    change(settings, '"store:shopee-access-token"', '"env:NEW_TOKEN"')
    again = open_world(settings)
    assert again.context.accounts["gian-hang"].origin() != kept
    seen: list[Any] = []

    def connect(config: Any, _session: Any) -> Any:
        seen.append(config)
        return config

    monkeypatch.setattr("promoter.channels.shopee.connect", connect)
    again.context.accounts["gian-hang"].connect()
    assert seen[0].access_token.get_secret_value() == "authorised-anew"
    again.close()


def test_other_keys_of_the_account_leave_renewed_credentials_in_force(
    settings: Path, world: World
) -> None:
    kept = world.context.accounts["gian-hang"].origin()
    change(settings, "stock = 20", "stock = 30")
    again = open_world(settings)
    assert again.context.accounts["gian-hang"].origin() == kept
    again.close()
    change(settings, 'shop_id = "220099887"', 'shop_id = "220099888"')
    other = open_world(settings)
    assert other.context.accounts["gian-hang"].origin() != kept
    other.close()


def test_a_channel_without_a_stand_in_has_no_sandbox(settings: Path) -> None:
    change(settings, 'channel = "showcase" ', 'sandbox = true\nchannel = "showcase" ')
    with pytest.raises(ConfigError) as caught:
        read_settings(settings)
    assert [problem.key for problem in caught.value.problems] == ["accounts.showcase.sandbox"]


def test_a_first_comment_needs_a_channel_that_takes_comments(settings: Path) -> None:
    change(settings, 'channel = "x"', 'first_comment = "{link}"\nchannel = "x"')
    with pytest.raises(ConfigError) as caught:
        read_settings(settings)
    assert [problem.key for problem in caught.value.problems] == ["accounts.x.first_comment"]


def test_the_demo_turns_real_accounts_into_harmless_ones(settings: Path) -> None:
    text = settings.read_text(encoding="utf-8")
    text = text.replace("sandbox = true\n", "").replace('"store:fanpage-token"', '"env:REAL_TOKEN"')
    text += '\n[accounts.cong]\nchannel = "webhook"\nurl = "https://x.vn/"\nsecret = "env:REAL"\n'
    settings.write_text(text, encoding="utf-8")
    played = open_world(settings, change=lambda real: _sample(real, 8000), loopback_only=True)
    accounts = played.settings.accounts
    assert set(accounts) == {"showcase", "fanpage", "x", "gian-hang", "cong"}
    assert all(item.sandbox or item.channel == "showcase" for item in accounts.values())
    for account in played.context.accounts.values():
        account.connect()  # no secret of the real office is needed
    assert "REAL" not in str([dict(item.own) for item in accounts.values()])
    assert accounts["cong"].own["url"] == "http://127.0.0.1:8000"
    played.close()
