"""How a shop's pair of tokens is obtained from its owner, and exchanged for the next one."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import BaseModel, Field

from promoter.channels.shopee.verdict import Unwilling
from promoter.channels.shopee.wire import HOST, Wire
from promoter.core.account import Credentials, Identity
from promoter.core.errors import NotAuthorized, Rejected
from promoter.core.model import Phrase

CONSENT = "shop/auth_partner"
FIRST = "auth/token/get"
NEXT = "auth/access_token/get"
SHOP = "shop/get_shop_info"

MOMENTS = 10**9
"""From here on a life is no number of seconds but the Unix second of its end: so it is in one
sample of the documentation (Open Platform, "RefreshAccessToken", read 2026-11)."""


class _Pair(BaseModel):
    access_token: str = Field(min_length=1)
    refresh_token: str = Field(min_length=1)
    expire_in: object = None  # whatever it is, the pair that came with it must not be lost


class _Shop(BaseModel):
    shop_name: str = ""
    status: str = "NORMAL"
    region: str = "VN"
    expire_time: Annotated[int, Field(ge=0, lt=2**37)] | None = None


def consent_address(wire: Wire, state: str, redirect: str) -> str:
    """Return where the shop's owner agrees.

    The page knows no state, but sends the browser to the whole address that it was given.
    """
    parts = urlsplit(redirect)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), ("state", state)])
    return wire.page(CONSENT, [("redirect", parts._replace(query=query).geturl())])


def first(wire: Wire, params: Mapping[str, str]) -> Credentials:
    """Return the first pair for what came back from the browser.

    Raises:
        Rejected: Nobody agreed, for another shop, or the code is not good (any more).
        NotAuthorized: The app itself is not let in.
        Transient: No answer.
    """
    code, shop = params.get("code", ""), params.get("shop_id", "")
    if not code:
        raise Rejected(
            Phrase("nobody agreed at {host}; begin again, and confirm the page there", host=HOST)
        )
    if shop != wire.keys.shop:
        raise _another(shop, wire.keys.shop)
    content = {"code": code, "partner_id": int(wire.keys.partner), "shop_id": int(shop)}
    try:
        return _credentials(wire, wire.redeem(FIRST, content, code).parse(_Pair))
    except Unwilling as refused:
        phrase = refused.phrase
    raise Rejected(Phrase("the code is not good (any more); begin again: {why}", why=phrase))


def following(wire: Wire) -> Credentials:
    """Return the next pair for the refresh token, which is used up even if the answer is lost.

    Raises:
        NotAuthorized: The shop's owner must authorise again.
        Transient, OutcomeUnknown: No answer; OutcomeUnknown if the token may be used up.
    """
    keys = wire.keys
    if not keys.refresh:
        raise NotAuthorized(
            Phrase("the account has no refresh_token; the shop's owner must authorise again")
        )
    content = {
        "refresh_token": keys.refresh,
        "partner_id": int(keys.partner),
        "shop_id": int(keys.shop),
    }
    try:
        return _credentials(wire, wire.exchange(NEXT, content).parse(_Pair))
    except Rejected as refused:  # whatever it is, only a person gets another token
        phrase = refused.phrase
    raise NotAuthorized(phrase)


def identity(wire: Wire) -> Identity:
    """Ask who the shop is that the token is for, and until when its owner lets the app in."""
    shop = wire.read(SHOP).parse(_Shop)
    lacks = [] if shop.status == "NORMAL" else [f"status NORMAL ({shop.status})"]
    if shop.region != "VN":  # prices are in đồng
        lacks.append(f"region VN ({shop.region})")
    ends = datetime.fromtimestamp(shop.expire_time, UTC) if shop.expire_time else None
    return Identity(wire.keys.shop, shop.shop_name, tuple(lacks), ends)


def _credentials(wire: Wire, pair: _Pair) -> Credentials:
    values = {"access_token": pair.access_token, "refresh_token": pair.refresh_token}
    return Credentials(values, _life(pair.expire_in, wire.clock()))


def _life(told: object, now: datetime) -> timedelta | None:
    """Return how long an access token lives; None if that is not told in a way that is known."""
    if not isinstance(told, int) or isinstance(told, bool):
        return None
    seconds = told - int(now.timestamp()) if told > MOMENTS else told
    return timedelta(seconds=seconds) if 0 < seconds <= MOMENTS else None


def _another(shop: str, wanted: str) -> Rejected:
    if not shop:
        return Rejected(
            Phrase(
                "the owner of several shops agreed, with a main account; begin again with the "
                "account of the shop {wanted} alone",
                wanted=wanted,
            )
        )
    return Rejected(
        Phrase(
            "the owner of another shop agreed, {shop}; begin again as the owner of {wanted}, or "
            "correct shop_id",
            shop=shop[:20],
            wanted=wanted,
        )
    )
