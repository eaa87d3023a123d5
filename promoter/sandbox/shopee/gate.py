"""The gateway: who calls, when, with which signature, and how long a token lives."""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from promoter.sandbox.contract import Request
from promoter.sandbox.shelf import Shelf
from promoter.sandbox.shopee.reply import FORBIDDEN, Call, Refusal, Reply
from promoter.sandbox.shopee.shape import Fields, Kind

COMMON = frozenset({"partner_id", "timestamp", "sign", "access_token", "shop_id"})
"""Parameters of the address that belong to the gateway."""
CLOCK_SECONDS = 300
ACCESS_SECONDS = 4 * 3_600
REFRESH_SECONDS = 30 * 86_400
OVERLAP_SECONDS = 5 * 60
"""How long an access token is accepted after it was replaced."""
CONSENT_SECONDS = 365 * 86_400
"""How long a shop lets an app in before its owner has to agree again."""
LARGEST = 4_294_967_295

REFRESH = Fields({"refresh_token": Kind.TEXT, "partner_id": Kind.INTEGER, "shop_id": Kind.INTEGER})


def sign(key: str, *parts: str) -> str:
    """Return the signature of partner, path and second; of token and shop, too, for a shop."""
    return hmac.new(key.encode(), "".join(parts).encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Shop:
    """An account as the gateway knows it; the pair of tokens is the one that it was given first."""

    account: str
    partner: str
    id: str
    access: str
    refresh: str


class Gate:
    """Admits calls, and keeps digests of the tokens on the shelf."""

    def __init__(
        self,
        accounts: Mapping[str, Mapping[str, str]],
        shelf: Shelf,
        wall: Callable[[], float],
        *,
        absolute: bool = False,
    ) -> None:
        """Know the accounts; those of one partner share its key.

        Args:
            absolute: Whether `expire_in` is the second at which a token ends, as in one sample of
                the documentation, rather than how long it lives.
        """
        self._shelf, self._wall, self._absolute = shelf, wall, absolute
        self._keys = {keys["partner_id"]: keys["partner_key"] for keys in accounts.values()}
        self.shops = {
            (keys["partner_id"], keys["shop_id"]): Shop(
                name,
                keys["partner_id"],
                keys["shop_id"],
                keys["access_token"],
                keys["refresh_token"],
            )
            for name, keys in accounts.items()
        }

    def admit(self, request: Request, now: datetime, *, public: bool) -> tuple[str, str]:
        """Return partner and shop of a call; no shop for a public one.

        Raises:
            Refusal: Something is missing, wrong or too old.
        """
        partner = self._partner(request)
        second = self._second(request)
        given = one(request, "sign", "There is no sign in query.")
        if public:
            self._check_sign(partner, given, [partner, request.path, second])
            return partner, ""
        token = one(request, "access_token", "There is no access_token in query.")
        shop = one(request, "shop_id", "There is no shop_id in query.")
        if not _natural(shop):
            raise refused("error_param", "shop_id is invalid, should be an integer.")
        self._check_sign(partner, given, [partner, request.path, second, token, shop])
        self._check_token(self.linked(partner, shop), token, now, request.path)
        return partner, shop

    def refresh(self, call: Call) -> Reply:
        """Give a new pair for a refresh token that was not used yet."""
        given = call.given
        if str(given["partner_id"]) != call.partner:
            raise refused("error_param", "Invalid partner_id.")
        shop = self.linked(call.partner, str(given["shop_id"]), "shop_no_linked")
        record = self._tokens(shop, call.second)
        until = record["refresh"].pop(digest(given["refresh_token"]), None)
        if until is None:
            message = "Your refresh token is error ,please check refresh token or shopid."
            raise refused("error_shop_refresh_token", message)
        if call.second > until:
            raise refused("refresh_token_expired", "Your refresh_token expired.")
        if call.second > record["consent"] + CONSENT_SECONDS:
            raise refused("shop_access_expired", "The authorization of the shop has expired.")
        beside = {"partner_id": int(shop.partner), "shop_id": int(shop.id)}
        return Reply(beside=beside | self._pair(shop, record, call.second), warning=None)

    def agreed(self, shop: Shop, second: int) -> Mapping[str, object]:
        """Give a first pair to an app that the shop's owner has let in; earlier ones end."""
        record = self._tokens(shop, second) | {"refresh": {}, "consent": second}
        return self._pair(shop, record, second)

    def shop(self, call: Call) -> Reply:
        """Say who a shop is."""
        shop = self.shops[call.partner, call.shop]
        consent = self._tokens(shop, call.second)["consent"]
        beside = {
            "shop_name": f"Shop {shop.id}",
            "region": "VN",
            "status": "NORMAL",
            "is_cb": False,
            "is_sip": False,
            "auth_time": consent,
            "expire_time": consent + CONSENT_SECONDS,
        }
        return Reply(beside=beside, warning=None)

    def _pair(self, shop: Shop, record: dict[str, Any], second: int) -> dict[str, object]:
        """Put a new pair in the place of the one before."""
        access, refresh = (self.name(shop) for _ in range(2))
        record["access"] = {
            name: min(end, second + OVERLAP_SECONDS)
            for name, end in record["access"].items()
            if end > second - 86_400
        }
        record["access"][digest(access)] = second + ACCESS_SECONDS
        record["refresh"][digest(refresh)] = second + REFRESH_SECONDS
        self._shelf.put("tokens", _key(shop), record)
        ends = second + ACCESS_SECONDS if self._absolute else ACCESS_SECONDS
        return {"access_token": access, "refresh_token": refresh, "expire_in": ends}

    def _partner(self, request: Request) -> str:
        partner = one(request, "partner_id", "There is no partner_id in query.")
        if not _natural(partner):
            raise refused("error_param", "Partner_id is invalid, should be an integer.")
        if partner not in self._keys:
            raise refused("error_param", "Invalid partner_id.")
        return partner

    def _second(self, request: Request) -> str:
        second = one(request, "timestamp", "no timestamp.")
        if not _natural(second) or int(second) > LARGEST:  # a moment in milliseconds is larger
            raise refused("error_param", "Timestamp is invalid, should be an integer.")
        if abs(self._wall() - int(second)) > CLOCK_SECONDS:
            raise refused("error_param", "Timestamp is expired.")
        return second

    def _check_sign(self, partner: str, given: str, parts: Sequence[str]) -> None:
        wanted = sign(self._keys[partner], *parts)
        if not hmac.compare_digest(given.encode(), wanted.encode()):
            raise refused("error_sign", "Wrong sign.")

    def linked(self, partner: str, shop: str, error: str = "partner_shop_no_link") -> Shop:
        """Return a shop of a partner.

        Raises:
            Refusal: It has none of this number.
        """
        found = self.shops.get((partner, shop))
        if found is None:
            raise refused(error, "Invalid partner_id or shop_id, please have a check.")
        return found

    def _check_token(self, shop: Shop, token: str, now: datetime, path: str) -> None:
        second = int(now.timestamp())
        until = self._tokens(shop, second)["access"].get(digest(token))
        if until is None:  # the service's own spelling
            raise refused("invalid_acceess_token", "Invalid access_token, please have a check.")
        if second > until:
            prefix = "" if path.startswith("/api/v2/product/") else "common."
            raise refused(f"{prefix}error_auth", "Invalid access_token.")

    def _tokens(self, shop: Shop, second: int) -> dict[str, Any]:
        """Return when each token ends; the first pair begins when it is first used."""
        first = [digest(shop.access), digest(shop.refresh)]
        record = self._shelf.get("tokens", _key(shop))
        if record is None or record["first"] != first:
            record = {
                "first": first,
                "access": {first[0]: second + ACCESS_SECONDS},
                "refresh": {first[1]: second + REFRESH_SECONDS},
                "consent": second,
            }
            self._shelf.put("tokens", _key(shop), record)
        return {"consent": second} | record  # a shelf of earlier days does not know

    def name(self, shop: Shop) -> str:
        """Return a text that was never given before."""
        return digest(f"{shop.id}/{self._shelf.number()}")[:32]


def _key(shop: Shop) -> str:
    return f"{shop.partner}/{shop.id}"


def digest(token: str) -> str:
    """Return what stands for a secret on the shelf."""
    return hashlib.sha256(token.encode()).hexdigest()


def _natural(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def refused(error: str, message: str) -> Refusal:
    """Return a refusal of the gateway."""
    return Refusal(error, message, FORBIDDEN)


def one(request: Request, name: str, message: str) -> str:
    """Return a parameter of the address.

    Raises:
        Refusal: It is missing, empty, or given twice.
    """
    values = request.query.get(name, [])
    if len(values) != 1 or not values[0]:
        raise refused("error_param", message)
    return values[0]
