"""How a Page's token is obtained from a person in the browser, and what it is worth."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

from pydantic import Field

from promoter.core.errors import NotAuthorized, Rejected
from promoter.core.model import Phrase
from promoter.remote import graph
from promoter.remote.http import Session
from promoter.remote.page import HOST, Id, Page

BROWSER_HOST = "www.facebook.com"

SCOPES = (
    "pages_show_list",
    "pages_manage_posts",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_manage_engagement",
    "read_insights",
)
"""What a person is asked for: to post, to find posts again, to comment and to count."""

NEEDED = ("pages_manage_posts", "pages_read_engagement")
"""Without these no post goes out, or none is found again."""

TASKS = ("CREATE_CONTENT", "MANAGE", "FULL_CONTROL")
"""Ends of the tasks that let a person post; of some Pages they begin with PROFILE_PLUS_."""

Second = Annotated[int, Field(ge=0, lt=2**37)]
"""A Unix second; 0 is none."""

NAMED = 20
"""Pages that are named where the right one is not among them."""


class _Token(graph.Said):
    access_token: str = Field(min_length=1)


class _Listed(graph.Said):
    """A Page of the person's.

    Attributes:
        tasks: None where the service does not tell.
    """

    id: Id
    name: str = ""
    access_token: str = ""
    tasks: tuple[str, ...] | None = None


class _Granted(graph.Said):
    """A permission, and for which Pages it was given; for all if none is named."""

    scope: str
    target_ids: tuple[str, ...] = ()


class _Known(graph.Said):
    is_valid: bool = False
    expires_at: Second = 0
    data_access_expires_at: Second = 0
    scopes: tuple[str, ...] = ()
    granular_scopes: tuple[_Granted, ...] = ()


class _Answer(graph.Said):
    data: _Known


@dataclass(frozen=True, slots=True)
class App:
    """The app at Meta through which everything is called."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Worth:
    """What a token is good for.

    Attributes:
        lacks: Permissions that it lacks.
        expires_at: When a person must agree again; None if never.
    """

    lacks: tuple[str, ...] = ()
    expires_at: datetime | None = None


class Login:
    """One Page's way to its token."""

    def __init__(self, page: str, app: App | None, version: str, session: Session) -> None:
        """Name page and app; nothing is called yet.

        Args:
            session: Bound to no token.
        """
        self._page, self._app, self._version, self._session = page, app, version, session

    def address(self, state: str, redirect: str) -> str:
        """Return where a person agrees.

        Raises:
            Rejected: The settings do not name the app.
        """
        query = {
            "client_id": self._known_app().id,
            "redirect_uri": redirect,
            "state": state,
            "scope": ",".join(SCOPES),
            "response_type": "code",
        }
        return f"https://{BROWSER_HOST}/{self._version}/dialog/oauth?{urlencode(query)}"

    def token(self, params: Mapping[str, str], redirect: str) -> str:
        """Return the Page's token for what came back from the browser.

        The person's own token is exchanged for a long one first: only a Page's token that was
        derived from such a one has no end.

        Raises:
            Rejected: Nobody agreed, the code is not good, or the Page is not the person's.
            NotAuthorized: The app is not known, or the person may not post on the Page.
            Transient: No answer.
        """
        app, code = self._known_app(), params.get("code", "")
        if not code:
            raise _refused(params.get("error", ""))
        own = {"client_id": app.id, "client_secret": app.secret}
        short = self._exchanged(code, **own, redirect_uri=redirect, code=code)
        long = self._exchanged(
            short, **own, grant_type="fb_exchange_token", fb_exchange_token=short
        )
        return self._token_of_page(long)

    def worth(self, token: str) -> Worth:
        """Ask what the Page's token is good for; the app alone may ask, so without it none knows.

        Raises:
            NotAuthorized: The token is no longer valid, or the app may not ask.
            Transient: No answer.
        """
        if self._app is None:
            return Worth()
        asking = self._caller(f"{self._app.id}|{self._app.secret}", (token,))
        try:
            known = asking.read(_Answer, "debug_token", input_token=token).data
        except NotAuthorized as refused:
            raise NotAuthorized(
                Phrase(
                    "the app may not ask about the account's token; check app_id and app_secret: "
                    "{reason}",
                    reason=refused.phrase,
                )
            ) from None
        if not known.is_valid:
            raise NotAuthorized(
                Phrase(
                    "{host} no longer accepts the account's token; authorise it again", host=HOST
                )
            )
        ends = [second for second in (known.expires_at, known.data_access_expires_at) if second > 0]
        lacks = tuple(scope for scope in NEEDED if not self._has(known, scope))
        return Worth(lacks, datetime.fromtimestamp(min(ends), UTC) if ends else None)

    def _exchanged(self, secret: str, **given: str) -> str:
        return (
            self._caller("", (secret,)).read(_Token, "oauth", "access_token", **given).access_token
        )

    def _token_of_page(self, person: str) -> str:
        asking = self._caller(person)
        seen: list[_Listed] = []
        for page in asking.entries(_Listed, "me", "accounts", fields="id,name,access_token,tasks"):
            if page.id == self._page:
                return _token_with_tasks(page)
            seen.append(page)
        raise _elsewhere(self._page, seen)

    def _has(self, known: _Known, scope: str) -> bool:
        targets = [item.target_ids for item in known.granular_scopes if item.scope == scope]
        return scope in known.scopes and (
            not targets or any(not ids or self._page in ids for ids in targets)
        )

    def _known_app(self) -> App:
        if self._app:
            return self._app
        raise Rejected(
            Phrase(
                "to ask somebody in the browser, the account needs app_id and app_secret of your "
                "app at developers.facebook.com; without them give a Page token with --keys"
            )
        )

    def _caller(self, token: str, secrets: Sequence[str] = ()) -> Page:
        """Return the way to the API for a token, or for none."""
        secret = self._app.secret if self._app else ""
        proof = graph.proof(token, secret) if token else {}
        session = self._session.bound(
            headers={"Authorization": f"Bearer {token}"} if token else {},
            secrets=(secret, *secrets, *proof.values()),
            judge=graph.judge(self._version),
        )
        return Page(self._page, session, self._version, proof)


def _refused(error: str) -> Rejected:
    why = error if re.fullmatch("[a-z_]{1,40}", error) else "?"
    return Rejected(
        Phrase(
            "nobody agreed at {host} ({reason}); begin again, and agree to all that is asked",
            host=BROWSER_HOST,
            reason=why,
        )
    )


def _token_with_tasks(page: _Listed) -> str:
    allowed = page.tasks is None or any(task.endswith(TASKS) for task in page.tasks)
    if allowed and page.access_token:
        return page.access_token
    raise NotAuthorized(
        Phrase(
            "whoever agreed may not post on the page {name}; let its administrator give them the "
            "task to create content, then begin again",
            name=_shown(page),
        )
    )


def _elsewhere(wanted: str, seen: Sequence[_Listed]) -> Rejected:
    if not seen:
        return Rejected(
            Phrase(
                "whoever agreed showed no page to the app; begin again as somebody with a role on "
                "the page {wanted}, and choose it in the browser",
                wanted=wanted,
            )
        )
    return Rejected(
        Phrase(
            "the page {wanted} is not among those of whoever agreed: {pages}; correct page_id, or "
            "begin again as somebody with a role on that page, and choose it in the browser",
            wanted=wanted,
            pages=", ".join(_shown(page) for page in seen[:NAMED]),
        )
    )


def _shown(page: _Listed) -> str:
    return f"{' '.join(page.name.split())[:60]} ({page.id})"
