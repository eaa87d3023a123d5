"""Who calls: tokens of Pages and people, the proof that the app's secret is known, their worth."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from promoter.sandbox.contract import Request
from promoter.sandbox.facebook.parameters import Parameters
from promoter.sandbox.facebook.refusal import Refusal, parameter
from promoter.sandbox.shelf import Shelf

SCOPES = (
    "pages_show_list",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_manage_posts",
    "pages_manage_engagement",
    "read_insights",
)
APP = "1203300000000000"
"""Number of the app of an account that names none."""
PERSON = "10220000000000001"

_CONFIRMED_SECONDS = 90 * 24 * 3_600

Accounts = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person agreed to; a token of theirs, or of a Page, is worth no more.

    Attributes:
        page: Number of the Page that a token is for; empty for a token of the person.
        until: Unix second of the token's end; None if it has none.
        confirmed: When the person agreed.
    """

    app: str
    scopes: tuple[str, ...]
    confirmed: int
    page: str = ""
    until: int | None = None


def app_of(account: Mapping[str, str]) -> str:
    """Return the number of an account's app."""
    return account.get("app_id", APP)


class Tokens:
    """All tokens that are accepted: those of the settings, and those that were given since."""

    def __init__(self, accounts: Accounts, shelf: Shelf) -> None:
        """Know the accounts; digests of the tokens that are given stay on the shelf."""
        self._accounts, self._shelf = accounts, shelf

    def give(self, grant: Grant) -> str:
        """Return a new token for what a person agreed to."""
        token = self.name("EAA", grant.app)
        self._shelf.put("token", digest(token), asdict(grant))
        return token

    def name(self, kind: str, seed: str) -> str:
        """Return a text that was never given before."""
        return f"{kind}{digest(f'{seed}/{self._shelf.number()}')[:40]}"

    def given(self, token: str) -> Grant | None:
        """Return what a token was given for; None for one of the settings or an unknown one."""
        record = self._shelf.get("token", digest(token))
        return Grant(**{**record, "scopes": tuple(record["scopes"])}) if record else None

    def caller(self, parameters: Parameters, now: datetime) -> str | Grant:
        """Return the name of the account that calls, or what the person who calls agreed to.

        Raises:
            Refusal: The token is missing, wrong or over, or the proof is wrong.
        """
        token = _token(parameters)
        grant = self.given(token)
        if grant and grant.until is not None and now.timestamp() >= grant.until:
            expired = "Error validating access token: Session has expired."
            raise Refusal(190, expired, subcode=463)
        if grant and not grant.page:
            _check_proof(self.secret(grant.app), token, parameters)
            return grant
        for name, account in self._accounts.items():
            if account["page_id"] == grant.page if grant else account["token"] == token:
                _check_proof(account.get("app_secret", ""), token, parameters)
                return name
        raise Refusal(190, "Invalid OAuth access token - Cannot parse access token")

    def secret(self, app: str) -> str:
        """Return the secret of an app; empty if it has none.

        Raises:
            Refusal: There is no such app.
        """
        for account in self._accounts.values():
            if app_of(account) == app:
                return account.get("app_secret", "")
        raise Refusal(101, "Error validating application. Invalid application ID.")

    def pages(self, grant: Grant) -> list[tuple[str, str]]:
        """Return name and number of the Pages of whoever agreed, which are all of the app."""
        return [
            (name, account["page_id"])
            for name, account in self._accounts.items()
            if app_of(account) == grant.app
        ]

    def described(
        self, request: Request, parameters: Parameters, now: datetime
    ) -> dict[str, object]:
        """Return what the service knows of a token; the app may ask, and the token for itself.

        Raises:
            Refusal: Who asks is nobody.
        """
        parameters.only("input_token")
        if request.method != "GET" or not parameters.has("input_token"):
            raise parameter("A GET with an input_token is expected")
        asked = parameters.text("input_token")
        app, _, secret = _token(parameters).partition("|")
        if secret and app.isdecimal():
            self._check_app(app, secret)
            _check_proof(secret, _token(parameters), parameters)
        elif self.caller(parameters, now) and _token(parameters) != asked:
            raise parameter("You must provide an app access token to inspect other tokens")
        grant = self.given(asked) or self._of_settings(asked, now)
        return {"data": _worth(grant, now) if grant else _worthless()}

    def _check_app(self, app: str, secret: str) -> None:
        known = [item for item in self._accounts.values() if item.get("app_secret") == secret]
        if not any(account.get("app_id", app) == app for account in known):
            raise Refusal(190, "Invalid OAuth access token signature.")

    def _of_settings(self, token: str, now: datetime) -> Grant | None:
        for account in self._accounts.values():
            if account["token"] == token:
                return Grant(app_of(account), SCOPES, int(now.timestamp()), account["page_id"])
        return None


def _worth(grant: Grant, now: datetime) -> dict[str, object]:
    about = {"profile_id": grant.page} if grant.page else {}
    return {
        "app_id": grant.app,
        "type": "PAGE" if grant.page else "USER",
        "application": "Promoter",
        "data_access_expires_at": grant.confirmed + _CONFIRMED_SECONDS,
        "expires_at": grant.until or 0,
        "is_valid": grant.until is None or now.timestamp() < grant.until,
        "issued_at": int(datetime(2026, 1, 5, tzinfo=UTC).timestamp()),
        **about,
        "scopes": list(grant.scopes),
        "granular_scopes": [
            {"scope": scope, "target_ids": [grant.page]} if grant.page else {"scope": scope}
            for scope in grant.scopes
        ],
        "user_id": PERSON,
    }


def _worthless() -> dict[str, object]:
    error = {"code": 190, "message": "Invalid OAuth access token - Cannot parse access token"}
    return {"error": error, "is_valid": False, "scopes": []}


def digest(text: str) -> str:
    """Return what stands for a secret on the shelf."""
    return hashlib.sha256(text.encode()).hexdigest()


def _token(parameters: Parameters) -> str:
    if not parameters.tokens:
        raise Refusal(104, "An access token is required to request this resource.")
    if len(parameters.tokens) > 1:
        raise Refusal(190, "Invalid OAuth access token - Several were given")
    return next(iter(parameters.tokens))


def _check_proof(secret: str, token: str, parameters: Parameters) -> None:
    if secret and not parameters.has("appsecret_proof"):
        raise Refusal(
            100,
            "API calls from the server require an appsecret_proof argument",
            kind="GraphMethodException",
        )
    wanted = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
    if parameters.has("appsecret_proof") and (
        not secret or parameters.text("appsecret_proof") != wanted
    ):
        raise Refusal(
            100,
            "Invalid appsecret_proof provided in the API argument",
            kind="GraphMethodException",
        )
