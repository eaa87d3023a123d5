"""Who calls: Page tokens, the proof that the app's secret is known, and what a token is worth."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

from promoter.sandbox.contract import Request
from promoter.sandbox.facebook.parameters import Parameters
from promoter.sandbox.facebook.refusal import Refusal, parameter

SCOPES = (
    "pages_show_list",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_manage_posts",
    "pages_manage_engagement",
    "read_insights",
)
APP = "1203300000000000"

_CONFIRMED_SECONDS = 90 * 24 * 3_600

Accounts = Mapping[str, Mapping[str, str]]


def caller(accounts: Accounts, parameters: Parameters) -> str:
    """Return the name of the account that calls.

    Raises:
        Refusal: The token is missing or wrong, or the proof is.
    """
    token = _token(parameters)
    for name, account in accounts.items():
        if account["token"] == token:
            _check_proof(account.get("app_secret", ""), token, parameters)
            return name
    raise Refusal(190, "Invalid OAuth access token - Cannot parse access token")


def described(
    accounts: Accounts, request: Request, parameters: Parameters, now: datetime
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
    known = [account for account in accounts.values() if account["token"] == asked]
    if secret and app.isdecimal():
        if not any(account.get("app_secret") == secret for account in accounts.values()):
            raise Refusal(190, "Invalid OAuth access token signature.")
    elif caller(accounts, parameters) and _token(parameters) != asked:
        raise parameter("You must provide an app access token to inspect other tokens")
    return {"data": _worth(known[0]["page_id"], now) if known else _worthless()}


def _worth(page: str, now: datetime) -> dict[str, object]:
    return {
        "app_id": APP,
        "type": "PAGE",
        "application": "Promoter",
        "data_access_expires_at": int(now.timestamp()) + _CONFIRMED_SECONDS,
        "expires_at": 0,
        "is_valid": True,
        "issued_at": int(datetime(2026, 1, 5, tzinfo=UTC).timestamp()),
        "profile_id": page,
        "scopes": list(SCOPES),
        "granular_scopes": [{"scope": scope, "target_ids": [page]} for scope in SCOPES],
        "user_id": "10220000000000001",
    }


def _worthless() -> dict[str, object]:
    error = {"code": 190, "message": "Invalid OAuth access token - Cannot parse access token"}
    return {"error": error, "is_valid": False, "scopes": []}


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
