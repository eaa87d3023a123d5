"""What an account is connected with: what the settings name, or what was obtained in its place."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from promoter.app import World, open_world, read_settings
from promoter.core.account import Credentials
from promoter.core.errors import ConfigError
from promoter.pipeline import connect
from tests.test_app import change
from tests.test_app import settings as settings

HOOK = (
    '\n[accounts.cong]\nchannel = "webhook"\nurl = "https://cong.example.vn/hook"\nsecret = "{}"\n'
)


class Opened:
    """Worlds of the same settings, opened one after another."""

    def __init__(self, settings: Path) -> None:
        self.settings = settings
        self._open: list[World] = []

    def again(self) -> World:
        self._open.append(open_world(self.settings))
        return self._open[-1]

    def close(self) -> None:
        for world in self._open:
            world.close()


@pytest.fixture
def opened(settings: Path) -> Iterator[Opened]:
    """The shipped settings, and a webhook that is still to be connected."""
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text + HOOK.format("connect"), encoding="utf-8")
    made = Opened(settings)
    yield made
    made.close()


def give(world: World, name: str = "cong", **values: str) -> None:
    account = world.context.accounts[name]
    connect.connect(world.context, account, lambda: Credentials(values))


def keys(world: World, monkeypatch: pytest.MonkeyPatch, name: str = "cong") -> Mapping[str, str]:
    """Return the secrets with which the channel is made."""
    seen: list[Any] = []
    channel = world.context.accounts[name].channel
    with monkeypatch.context() as patch:
        patch.setattr(f"promoter.channels.{channel}.connect", lambda config, _: seen.append(config))
        world.context.accounts[name].connect()
    return {
        key: value.get_secret_value()
        for key, value in seen[0]
        if hasattr(value, "get_secret_value")
    }


def test_what_is_still_to_be_obtained_says_how(opened: Opened) -> None:
    with pytest.raises(ConfigError, match="promoter accounts connect cong"):
        opened.again().context.accounts["cong"].connect()


def test_what_was_obtained_is_used_and_outlives_the_process(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(opened.again(), secret="obtained-4711")
    assert keys(opened.again(), monkeypatch) == {"secret": "obtained-4711"}


def test_what_was_obtained_stands_in_place_of_a_variable(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", "of-the-variable")
    change(opened.settings, 'secret = "connect"', 'secret = "env:HOOK"')
    give(opened.again(), secret="obtained-4711")
    assert keys(opened.again(), monkeypatch) == {"secret": "obtained-4711"}
    monkeypatch.setenv("HOOK", "another-one")
    assert keys(opened.again(), monkeypatch) == {"secret": "another-one"}


def test_an_account_whose_variable_is_missing_can_be_connected(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(opened.settings, 'secret = "connect"', 'secret = "env:NOWHERE"')
    world = opened.again()
    with pytest.raises(ConfigError, match="NOWHERE"):
        world.context.accounts["cong"].connect()
    give(world, secret="obtained-4711")
    assert keys(opened.again(), monkeypatch) == {"secret": "obtained-4711"}


def test_what_was_obtained_for_one_address_is_not_sent_to_another(opened: Opened) -> None:
    give(opened.again(), secret="obtained-4711")
    change(opened.settings, "cong.example.vn/hook", "other.example.vn/hook")
    with pytest.raises(ConfigError, match="accounts connect"):
        opened.again().context.accounts["cong"].connect()


def test_the_rest_of_an_account_may_change(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    give(opened.again(), secret="obtained-4711")
    change(opened.settings, 'secret = "connect"', 'secret = "connect"\nmin_gap = "2h"')
    assert keys(opened.again(), monkeypatch) == {"secret": "obtained-4711"}


def test_one_secret_may_be_obtained_and_the_others_named(opened: Opened) -> None:
    change(opened.settings, '"store:fanpage-token"', '"connect"')
    world = opened.again()
    assert world.connectors["fanpage"].asked() == ["token"]
    assert world.connectors["cong"].asked() == ["secret"]
    assert set(world.connectors["x"].asked()) == set(world.connectors["x"].known())
    with pytest.raises(ConfigError, match="accounts connect fanpage"):
        world.connectors["fanpage"].check([])
    world.connectors["fanpage"].check(["token"])


def test_another_missing_secret_is_told_before_anybody_is_asked(opened: Opened) -> None:
    change(opened.settings, '"store:x-access-token"', '"connect"')
    change(opened.settings, '"store:x-consumer-key"', '"env:NOWHERE"')
    connector = opened.again().connectors["x"]
    with pytest.raises(ConfigError, match="NOWHERE"):
        connector.check(connector.asked())


def test_the_channel_is_there_for_a_person_who_is_to_authorise_it(opened: Opened) -> None:
    assert opened.again().connectors["cong"].before()


def test_the_showcase_knows_a_token_that_was_obtained(opened: Opened) -> None:
    change(opened.settings, '"store:showcase"', '"connect"')
    world = opened.again()
    assert world.showcase_tokens() == {}
    give(world, "showcase", token="obtained-4711")
    assert world.showcase_tokens() == {"showcase": "obtained-4711"}


def test_a_stand_in_makes_what_is_still_to_be_obtained(opened: Opened) -> None:
    import socket

    change(opened.settings, '"store:x-access-token"', '"connect"')
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        assert opened.again().sandbox(listener)


# Who accounts are


def test_accounts_know_who_they_are_by_the_settings_alone(opened: Opened) -> None:
    accounts = opened.again().context.accounts
    assert accounts["x"].identity == "x 102938475600002"
    assert accounts["cong"].identity.startswith("webhook cong.example.vn ")
    assert accounts["showcase"].identity == ""


def test_two_accounts_that_are_one_are_refused_at_the_second(opened: Opened) -> None:
    text = opened.settings.read_text(encoding="utf-8")
    second = HOOK.format("env:HOOK").replace("accounts.cong", "accounts.again")
    opened.settings.write_text(text + second, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_settings(opened.settings)
    (problem,) = caught.value.problems
    assert problem.key == "accounts.again.channel"
    assert problem.line == text.count("\n") + 3
    assert "webhook" in str(problem.phrase)
    assert "cong" in str(problem.phrase)


def test_several_accounts_may_post_to_one_site(opened: Opened) -> None:
    text = opened.settings.read_text(encoding="utf-8")
    second = (
        '\n[accounts.xa]\nchannel = "showcase"\nurl = "http://127.0.0.1:8000"\ntoken = "store:xa"\n'
    )
    opened.settings.write_text(text + second, encoding="utf-8")
    read_settings(opened.settings)


def test_a_stand_in_is_no_second_account(opened: Opened) -> None:
    text = opened.settings.read_text(encoding="utf-8")
    part = text[text.index("[accounts.x]") : text.index("[accounts.gian-hang]")]
    real = part.replace("[accounts.x]", "[accounts.x-that]").replace("sandbox = true\n", "")
    opened.settings.write_text(text + "\n" + real, encoding="utf-8")
    read_settings(opened.settings)
