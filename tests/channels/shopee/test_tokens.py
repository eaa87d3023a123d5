"""How a pair of tokens is exchanged for the next: once, and never in doubt without saying so."""

from typing import Any

import pytest

from promoter.core.errors import NotAuthorized, OutcomeUnknown, Transient
from promoter.sandbox.contract import Fault
from tests.channels.shopee.shop import KEYS, Office, connected, says_no, scripted
from tests.channels.shopee.test_wire import receipt

PATH = "auth/access_token/get"
PAIR = {
    "error": "",
    "partner_id": 2001887,
    "shop_id": 220099887,
    "access_token": "71594a4c54537649697341796363674a",
    "refresh_token": "516c6b577753554375764a63704d7245",
    "expire_in": 14400,
}


def test_the_new_pair_is_given_by_the_names_of_the_config() -> None:
    with scripted({PATH: PAIR}) as script:
        found = connected(script.url).refresh()
    assert found.values == {name: PAIR[name] for name in ("access_token", "refresh_token")}


def test_the_exchange_is_signed_without_the_token_that_ended() -> None:
    with scripted({PATH: PAIR}) as script:
        connected(script.url).refresh()
    (query,) = script.to(PATH)
    assert set(query) == {"partner_id", "timestamp", "sign"}
    (body,) = script.sent(PATH)
    assert body == {
        "refresh_token": KEYS["refresh_token"],
        "partner_id": 2001887,
        "shop_id": 220099887,
    }


def test_the_new_pair_is_never_shown() -> None:
    with scripted({PATH: PAIR}) as script:
        found = connected(script.url).refresh()
    assert not [value for value in found.values.values() if value in f"{found!r} {found}"]


@pytest.mark.parametrize(
    "code",
    [
        "refresh_token_expired",
        "error_shop_refresh_token",
        "invalid_code",
        "shop_access_expired",
        "shop_no_linked",
        "shop_banned",
        "error_param",
        "error_that_nobody_knows",
    ],
)
def test_a_refused_exchange_needs_a_person(code: str) -> None:
    with scripted({PATH: says_no(code)}) as script, pytest.raises(NotAuthorized):
        connected(script.url).refresh()


def test_the_words_say_who_must_act() -> None:
    with (
        scripted({PATH: says_no("refresh_token_expired", "Your refresh_token expired.")}) as script,
        pytest.raises(NotAuthorized, match="the owner of the shop must authorise promoter again"),
    ):
        connected(script.url).refresh()


def test_without_a_refresh_token_nobody_is_asked() -> None:
    with scripted({}) as script, pytest.raises(NotAuthorized, match="refresh_token"):
        connected(script.url, refresh_token=None).refresh()
    assert script.calls == []


@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
@pytest.mark.parametrize("value", [None, ""])
def test_half_a_pair_is_a_doubt(name: str, value: str | None) -> None:
    pair: dict[str, Any] = {**PAIR, name: value}
    with scripted({PATH: pair}) as script, pytest.raises(OutcomeUnknown):
        connected(script.url).refresh()


@pytest.mark.parametrize("fault", [Fault.LOST_ANSWER, Fault.CUT, Fault.SERVER_ERROR_AFTER])
def test_a_lost_answer_is_a_doubt_since_the_token_may_be_used_up(
    shop: Office, fault: Fault
) -> None:
    shop.box.arm(fault, "POST", PATH)
    with pytest.raises(OutcomeUnknown):
        shop.channel(seconds=0.4).refresh()
    shop.box.settled()
    with pytest.raises(NotAuthorized):
        shop.channel().refresh()


def test_a_throttled_exchange_leaves_the_token_as_it_was(shop: Office) -> None:
    shop.box.arm(Fault.THROTTLED, "POST", PATH)
    with pytest.raises(Transient):
        shop.channel().refresh()
    assert shop.channel().refresh().values


def test_the_new_token_is_accepted_and_the_next_exchange_works(shop: Office) -> None:
    pair: dict[str, Any] = dict(shop.channel().refresh().values)
    assert shop.channel(**pair).metrics([receipt()], shop.now) == []
    assert shop.channel(**pair).refresh().values != pair
