"""Speaks to the Open Platform v2: signs each call, and says which failure means what.

Who calls travels in the address, as the service demands it, and so does the token; nothing of an
address but its host is ever shown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, BeforeValidator

from promoter.channels.shopee.verdict import verdict
from promoter.remote.answer import Answer
from promoter.remote.http import File, Session
from promoter.remote.signing import hmac_sha256

HOST = "partner.shopeemobile.com"

Content = TypeVar("Content")

Many = Annotated[list[Content], BeforeValidator(lambda value: value or [])]
"""A list that the service also leaves out or sends as null when it is empty."""


class Reply(BaseModel, Generic[Content]):
    """The envelope of a success."""

    response: Content


@dataclass(frozen=True, slots=True)
class Keys:
    """By whom and for which shop calls are made.

    Attributes:
        partner: Number of the app.
        shop: Number of the shop.
        refresh: Exchanges for a new pair of tokens, once; empty if there is none.
    """

    partner: str
    key: str = field(repr=False)
    shop: str
    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)


def public_sign(keys: Keys, path: str, second: int) -> str:
    """Return the signature of a call that is made for no shop.

    Args:
        path: With `/api/v2`, without host and query.
        second: Unix time; the service accepts it for five minutes.
    """
    return hmac_sha256(keys.key, f"{keys.partner}{path}{second}".encode())


def shop_sign(keys: Keys, path: str, second: int) -> str:
    """Return the signature of a call that is made for the shop; arguments as of `public_sign`."""
    base = f"{keys.partner}{path}{second}{keys.access}{keys.shop}"
    return hmac_sha256(keys.key, base.encode())


class Wire:
    """Calls of one shop; errors as of the session's verbs of the same names."""

    def __init__(self, keys: Keys, session: Session) -> None:
        """Bind a session to a shop; nothing is called yet."""
        self.keys = keys
        self.clock = session.clock
        secrets = [secret for secret in (keys.key, keys.access, keys.refresh) if secret]
        self._session = session.bound(secrets=secrets, judge=partial(verdict, clock=session.clock))

    def read(self, path: str, query: Iterable[tuple[str, object]] = ()) -> Answer:
        """Ask for something; a name may stand in the query more than once."""
        return self._session.read("GET", self._address(path, query))

    def upload(self, path: str, content: Mapping[str, Any]) -> Answer:
        """Write what the public does not see; repeatable."""
        return self._session.upload("POST", self._address(path), json=content)

    def publish(self, path: str, content: Mapping[str, Any]) -> Answer:
        """Write what the public sees."""
        return self._session.publish("POST", self._address(path), json=content)

    def upload_file(self, path: str, name: str, file: File) -> Answer:
        """Give a file to no shop in particular."""
        return self._session.upload(
            "POST", self._public_address(path), data={"scene": "normal"}, files={name: file}
        )

    def exchange(self, path: str, content: Mapping[str, Any]) -> Answer:
        """Make a call for no shop in particular that must not be made twice."""
        return self._session.publish("POST", self._public_address(path), json=content)

    def redeem(self, path: str, content: Mapping[str, Any], secret: str) -> Answer:
        """Make a call for no shop in particular whose loss costs no more than a new beginning.

        Args:
            secret: What of the content must not be shown.
        """
        session = self._session.bound(secrets=[secret])
        return session.upload("POST", self._public_address(path), json=content)

    def page(self, path: str, query: Iterable[tuple[str, object]]) -> str:
        """Return the signed address of a page for a browser; it is good for five minutes."""
        return self._public_address(path, query)

    def _address(self, path: str, query: Iterable[tuple[str, object]] = ()) -> str:
        second = int(self.clock().timestamp())
        caller = {
            "access_token": self.keys.access,
            "shop_id": self.keys.shop,
            "sign": shop_sign(self.keys, _full(path), second),
        }
        return self._url(path, second, [*caller.items(), *query])

    def _public_address(self, path: str, query: Iterable[tuple[str, object]] = ()) -> str:
        second = int(self.clock().timestamp())
        signed = ("sign", public_sign(self.keys, _full(path), second))
        return self._url(path, second, [signed, *query])

    def _url(self, path: str, second: int, query: list[tuple[str, object]]) -> str:
        common: list[tuple[str, object]] = [
            ("partner_id", self.keys.partner),
            ("timestamp", second),
        ]
        return f"https://{HOST}{_full(path)}?{urlencode([*common, *query])}"


def _full(path: str) -> str:
    return f"/api/v2/{path}"
