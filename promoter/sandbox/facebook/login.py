"""How a person agrees in the browser, and what an app gets for it: the person's and Pages' tokens.

The dialog agrees by itself, as somebody would who has all tasks on all Pages of the app.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from urllib.parse import urlencode, urlsplit

from promoter.sandbox.contract import Answer, Request
from promoter.sandbox.facebook.fields import parse, project
from promoter.sandbox.facebook.listing import Key, asked, part
from promoter.sandbox.facebook.parameters import Parameters
from promoter.sandbox.facebook.refusal import Refusal, parameter
from promoter.sandbox.facebook.tokens import PERSON, SCOPES, Grant, Tokens, digest
from promoter.sandbox.shelf import Shelf

HOST = "www.facebook.com"
CODE_SECONDS = 10 * 60
SHORT_SECONDS = 90 * 60
LONG_SECONDS = 60 * 86_400
TASKS = ("ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE")

_DIALOG = re.compile(r"/v\d{1,3}\.\d{1,2}/dialog/oauth")


class Login:
    """The dialog, and the three calls after it."""

    def __init__(self, tokens: Tokens, shelf: Shelf, *, agrees: bool, tasks: Sequence[str]) -> None:
        """Open the dialog.

        Args:
            agrees: Whether the person does.
            tasks: What the person may do on the Pages.
        """
        self._tokens, self._shelf, self._agrees, self._tasks = tokens, shelf, agrees, tasks

    def dialog(self, request: Request, now: datetime) -> Answer:
        """Send the browser back with a code, or with the person's refusal."""
        given = {name: values[0] for name, values in request.query.items()}
        try:
            redirect = self._checked(request, given)
        except Refusal as refusal:
            page = f"<!DOCTYPE html><html><body><p>{escape(str(refusal))}</body></html>"
            return Answer(400, page.encode())
        said = {
            "error": "access_denied",
            "error_code": "200",
            "error_description": "Permissions error",
            "error_reason": "user_denied",
        }
        if self._agrees:
            said = {"code": self._code(given, now)}
        query = urlencode({**said, "state": given["state"]})
        joint = "&" if urlsplit(redirect).query else "?"
        return Answer(302, b"", {"Location": f"{redirect}{joint}{query}#_=_"})

    def exchange(self, method: str, parameters: Parameters, now: datetime) -> dict[str, object]:
        """Give a token of the person for a code, or a long one for a short one."""
        if method != "GET":
            raise parameter("A GET is expected")
        app = parameters.text("client_id")
        secret = self._tokens.secret(app)
        if not secret or secret != parameters.text("client_secret"):
            raise Refusal(1, "Error validating client secret.")
        if not parameters.has("grant_type"):
            parameters.only("client_id", "client_secret", "redirect_uri", "code")
            return self._for_code(app, parameters, now)
        parameters.only("client_id", "client_secret", "grant_type", "fb_exchange_token")
        if parameters.text("grant_type") != "fb_exchange_token":
            raise parameter("Invalid grant_type")
        grant = self._tokens.given(parameters.text("fb_exchange_token"))
        if grant is None or grant.page or grant.app != app or (grant.until or 0) <= _second(now):
            raise Refusal(190, "Invalid OAuth access token - Cannot parse access token")
        return self._token(grant, now, LONG_SECONDS)

    def pages(
        self, request: Request, parameters: Parameters, grant: Grant, now: datetime
    ) -> dict[str, object]:
        """Return the Pages of the person, each with its token.

        A Page's token has no end if the person's is a long one, else it ends together with it.
        """
        parameters.only("fields", "limit", "after", "before")
        found = self._tokens.pages(grant) if "pages_show_list" in grant.scopes else []
        fields = parse(parameters.text("fields") or "access_token,category,name,tasks,id")
        long = (grant.until or 0) - _second(now) > SHORT_SECONDS
        until = None if long else grant.until

        def show(page: tuple[str, str]) -> object:
            own = Grant(grant.app, grant.scopes, grant.confirmed, page[1], until)
            known = {
                "id": page[1],
                "name": page[0],
                "access_token": lambda _field: self._tokens.give(own),
                "tasks": list(self._tasks),
                "category": "Agricultural cooperative",
            }
            return project(fields, known, "Page")

        keyed: list[tuple[Key, tuple[str, str]]] = [
            ((0, number), page) for number, page in enumerate(found)
        ]
        return part(asked(request.path, request.query, parameters), keyed, show)

    def me(self, parameters: Parameters) -> dict[str, object]:
        """Return the person."""
        parameters.only("fields")
        known = {"id": PERSON, "name": "Nguyễn Văn A"}
        return project(parse(parameters.text("fields") or "name,id"), known, "User")

    def _checked(self, request: Request, given: Mapping[str, str]) -> str:
        if request.method != "GET" or any(len(found) > 1 for found in request.query.values()):
            raise parameter("Invalid parameter")
        known = {"client_id", "redirect_uri", "state", "scope", "response_type"}
        if set(given) != known or given["response_type"] != "code" or not given["state"]:
            raise parameter("Missing or unknown parameter")
        self._tokens.secret(given["client_id"])
        for scope in given["scope"].split(","):
            if scope not in SCOPES:
                raise parameter(f"Invalid Scopes: {scope}")
        redirect = urlsplit(given["redirect_uri"])
        local = redirect.scheme == "http" and redirect.hostname == "localhost"
        if redirect.fragment or not (local or redirect.scheme == "https"):
            raise parameter("URL Blocked: this redirect failed")
        return given["redirect_uri"]

    def _code(self, given: Mapping[str, str], now: datetime) -> str:
        code = self._tokens.name("AQ", given["state"])
        record = {
            "app": given["client_id"],
            "redirect": given["redirect_uri"],
            "scopes": given["scope"].split(","),
            "made": _second(now),
            "used": False,
        }
        self._shelf.put("code", digest(code), record)
        return code

    def _for_code(self, app: str, parameters: Parameters, now: datetime) -> dict[str, object]:
        code = parameters.text("code")
        record = self._shelf.get("code", digest(code))
        if record is None or record["app"] != app:
            raise Refusal(100, "Invalid verification code format.")
        if record["used"]:
            raise Refusal(100, "This authorization code has been used.", subcode=36009)
        if _second(now) - record["made"] > CODE_SECONDS:
            raise Refusal(100, "This authorization code has expired.", subcode=36007)
        if record["redirect"] != parameters.text("redirect_uri"):
            raise Refusal(
                100,
                "Error validating verification code. Please make sure your redirect_uri is"
                " identical to the one you used in the OAuth dialog request",
                subcode=36008,
            )
        self._shelf.put("code", digest(code), {**record, "used": True})
        grant = Grant(app, tuple(record["scopes"]), record["made"])
        return self._token(grant, now, SHORT_SECONDS)

    def _token(self, grant: Grant, now: datetime, seconds: int) -> dict[str, object]:
        until = _second(now) + seconds
        token = self._tokens.give(Grant(grant.app, grant.scopes, grant.confirmed, "", until))
        return {"access_token": token, "token_type": "bearer", "expires_in": seconds}


def is_dialog(request: Request) -> bool:
    """Tell whether a browser asks for the dialog."""
    return request.host == HOST and _DIALOG.fullmatch(request.path) is not None


def _second(now: datetime) -> int:
    return int(now.timestamp())
