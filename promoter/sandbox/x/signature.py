"""Who signed a request: OAuth 1.0a with HMAC-SHA1, checked as RFC 5849 describes it.

Bodies take no part: the endpoints take JSON and multipart alone.
"""

import hmac
from base64 import b64encode
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from promoter.sandbox.contract import Request
from promoter.sandbox.shelf import Shelf

TOLERANCE_SECONDS = 5 * 60
"""How far a timestamp may be from the real clock."""

_NEEDED = {
    "oauth_consumer_key",
    "oauth_token",
    "oauth_signature_method",
    "oauth_signature",
    "oauth_timestamp",
    "oauth_nonce",
    "oauth_version",
}


class Guard:
    """Knows accounts by their keys, and which nonces were used."""

    def __init__(
        self,
        accounts: Mapping[str, Mapping[str, str]],
        shelf: Shelf,
        wall: Callable[[], float],
    ) -> None:
        """Let these accounts in; `wall` is the clock that timestamps are compared with."""
        self._accounts, self._shelf, self._wall = accounts, shelf, wall

    def signer(self, request: Request) -> str | None:
        """Return the account that signed a request, or None; its nonce is then used up."""
        given = _parameters(request.headers.get("authorization", ""))
        if not _NEEDED.issubset(given) or not self._timely(given):
            return None
        name = self._account(given)
        if name is None or not _right(request, given, self._accounts[name]):
            return None
        return name if self._unused(name, given) else None

    def _timely(self, given: Mapping[str, str]) -> bool:
        stamp = given["oauth_timestamp"]
        if not (stamp.isascii() and stamp.isdigit()):
            return False
        return abs(self._wall() - int(stamp)) <= TOLERANCE_SECONDS

    def _account(self, given: Mapping[str, str]) -> str | None:
        for name, keys in self._accounts.items():
            pair = (keys["consumer_key"], keys["access_token"])
            if pair == (given["oauth_consumer_key"], given["oauth_token"]):
                return name
        return None

    def _unused(self, account: str, given: Mapping[str, str]) -> bool:
        id_ = f"{account} {given['oauth_nonce']}"
        if not given["oauth_nonce"] or self._shelf.get("nonce", id_):
            return False
        self._forget()
        self._shelf.put("nonce", id_, {"stamp": int(given["oauth_timestamp"])})
        return True

    def _forget(self) -> None:
        """Forget now and then the nonces whose timestamps nobody would accept any more."""
        oldest = self._wall() - TOLERANCE_SECONDS
        swept = self._shelf.get("swept", "nonces")
        if swept and oldest < swept["at"] + TOLERANCE_SECONDS:
            return
        for id_, nonce in self._shelf.all("nonce").items():
            if nonce["stamp"] < oldest:
                self._shelf.remove("nonce", id_)
        self._shelf.put("swept", "nonces", {"at": oldest})


def signature(
    method: str, url: str, parameters: list[tuple[str, str]], secret: str, token_secret: str
) -> str:
    """Return the HMAC-SHA1 of a request, base64.

    Args:
        url: Without query.
        parameters: Of query and header, decoded; not the signature itself.
        secret: The consumer's.
    """
    encoded = sorted((_encoded(name), _encoded(value)) for name, value in parameters)
    normal = "&".join(f"{name}={value}" for name, value in encoded)
    message = "&".join((method.upper(), _encoded(url), _encoded(normal)))
    key = f"{_encoded(secret)}&{_encoded(token_secret)}"
    return b64encode(hmac.digest(key.encode(), message.encode(), "sha1")).decode()


def _right(request: Request, given: Mapping[str, str], keys: Mapping[str, str]) -> bool:
    if given["oauth_signature_method"] != "HMAC-SHA1" or given["oauth_version"] != "1.0":
        return False
    parameters = parse_qsl(urlsplit(request.target).query, keep_blank_values=True)
    parameters += [
        (name, value) for name, value in given.items() if name not in ("oauth_signature", "realm")
    ]
    url = f"https://{request.host}{request.path}"
    secrets = keys["consumer_secret"], keys["access_token_secret"]
    expected = signature(request.method, url, parameters, *secrets)
    return hmac.compare_digest(expected.encode(), given["oauth_signature"].encode())


def _parameters(header: str) -> dict[str, str]:
    """Return what a header of the scheme OAuth says; nothing if it is malformed."""
    scheme, _, rest = header.partition(" ")
    found: dict[str, str] = {}
    for part in rest.split(",") if scheme.lower() == "oauth" else ():
        name, _, value = part.strip().partition("=")
        name = unquote(name)
        if name in found or len(value) < 2 or value[0] + value[-1] != '""':
            return {}
        found[name] = unquote(value[1:-1])
    return found


def _encoded(text: str) -> str:
    return quote(text, safe="")
