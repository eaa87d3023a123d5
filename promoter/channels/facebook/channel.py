"""The verbs of a Page: photos first, then one post of them, hidden at first if it can be shown."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from urllib.parse import unquote

from pydantic import Field, SecretStr
from pydantic_core import to_json

from promoter.channels.facebook import counting
from promoter.channels.facebook.address import is_certain, post_id
from promoter.channels.facebook.login import App, Login
from promoter.core.account import Credentials, Identity
from promoter.core.channel import Limits
from promoter.core.errors import NotAuthorized, Rejected, Transient
from promoter.core.model import (
    PORTRAIT,
    Absent,
    Creative,
    Draft,
    Metric,
    Phrase,
    Placement,
    Receipt,
    Record,
)
from promoter.remote import graph
from promoter.remote.answer import Effect
from promoter.remote.http import Session
from promoter.remote.page import HOST, Node, Page, Words


class Config(Record):
    """The keys of an account.

    Attributes:
        page_id: Number of the Page.
        token: A Page token, of an app that is Live: the posts of an app in development are seen
            by its own people alone.
        app_id: Number of that app; needed to be authorised in the browser.
        app_secret: Signs every call; needed if the app demands it, and together with app_id.
        version: Of the Graph API.
        drafts: Make each post as a hidden draft before its slot. Only for a Page on which it was
            seen that the API publishes such a draft; for version 26 this is not documented.
    """

    page_id: str = Field(pattern=r"^\d+$")
    token: SecretStr
    app_id: str | None = Field(default=None, pattern=r"^[0-9]{1,20}$")
    app_secret: SecretStr | None = None
    version: str = Field(default="v26.0", pattern=r"^v\d+\.\d+$")
    drafts: bool = False

    @property
    def identity(self) -> str:
        """Return what Facebook knows the Page by."""
        return self.page_id


def _length(text: str) -> int:
    return len(unicodedata.normalize("NFC", text))


LIMITS = Limits(
    caption=63_206,  # of Facebook's own pages; the API names no limit
    measure=_length,
    formats={Placement.FEED: PORTRAIT},
    media_bytes=4_000_000,  # by the text of error 1366046; the reference says 10 MB
    posts_per_day=24,
    hashtags=10,
    age_gated=False,
    # a second copy is noticed and taken down, but people saw it by then: Facebook refuses photos
    # that it has posted, not words when another post stands between them and the first
    resend_after_absent=False,
)

API_ENDS: Mapping[str, date] = {
    "v20.0": date(2026, 9, 24),
    "v21.0": date(2027, 1, 21),
    "v22.0": date(2027, 5, 20),
    "v23.0": date(2027, 10, 8),
    "v24.0": date(2028, 2, 18),
    "v25.0": date(2028, 7, 29),
}
"""When a version of the API ends (Graph API changelog, read 2026-11); v26.0 has no date yet."""

EARLIER = timedelta(minutes=2)
"""How far the service's clock may be behind ours."""

STATE = "id,is_published"

# keys of a draft's data beside the digests of pictures, whose values are the ids of photos
POST = "post"
ANEW = "anew"
UPLOADED = "uploaded"
"""The Unix second of the first upload, as text."""

FRESH = timedelta(hours=20)
"""Until then photos are used; after about a day those in no post are said to be cleared away."""

JUST_NOW = timedelta(minutes=1)
"""So long photos are not looked at: what failed with them is not prepared again any sooner."""

HIDDEN = "#hidden-"
"""Ends, with a Unix second, the address in a receipt: since then the post was seen hidden."""

SLOW = timedelta(minutes=10)
"""How long a published draft may stay hidden."""

_SHIM = re.compile(r"https?://l\.facebook\.com/l\.php\?u=([^&\s]+)\S*")
_CLICK_ID = re.compile(r"[?&]fbclid=[\w-]+")


class _State(Node):
    is_published: bool


class _Named(Node):
    name: str = ""


def connect(config: Config, session: Session) -> "Facebook":
    """Return the channel of an account; nothing is called yet."""
    token = config.token.get_secret_value()
    secret = config.app_secret.get_secret_value() if config.app_secret else ""
    signed = graph.proof(token, secret)
    bound = session.bound(
        headers={"Authorization": f"Bearer {token}"},
        secrets=(secret, *signed.values()),
        judge=graph.judge(config.version),
    )
    page = Page(config.page_id, bound, config.version, signed)
    app = App(config.app_id, secret) if config.app_id and secret else None
    login = Login(config.page_id, app, config.version, session)
    return Facebook(page, login, token, drafts=config.drafts)


class Facebook:
    """One Page. A receipt's remote id is that of the post: `<page>_<number>`."""

    limits = LIMITS

    def __init__(self, page: Page, login: Login, token: str, *, drafts: bool) -> None:
        self._page, self._login, self._token = page, login, token
        self._drafts = drafts

    def authorize_url(self, state: str, redirect: str, challenge: str) -> str:
        """Return where a person agrees.

        The challenge is not sent: Facebook documents it for the OpenID token alone, and calls that
        a test (Facebook Login, "OIDC Code Flow with PKCE"); here the app's secret binds the code.
        """
        return self._login.address(state, redirect)

    def exchange(self, params: Mapping[str, str], redirect: str, verifier: str) -> Credentials:
        """Return the token of the Page, which has no end of its own."""
        return Credentials({"token": self._login.token(params, redirect)})

    def identity(self) -> Identity:
        """Ask whose token this is, and with app_id and app_secret also what it is worth."""
        who = self._page.read(_Named, "me", fields="id,name")  # whatever Page the settings name
        worth = self._login.worth(self._token)
        return Identity(who.id, who.name, worth.lacks, worth.expires_at)

    def prepare(self, creative: Creative, key: str, draft: Draft | None) -> Draft:
        """Upload the next picture that the draft does not list; then, with drafts, hide a post.

        Photos that Facebook may have cleared away by now are uploaded anew. What is left over is
        seen by nobody.
        """
        done = self._usable(creative, draft)
        missing = [item for item in creative.media if item.sha256 not in done]
        if missing:
            done.setdefault(UPLOADED, str(self._second()))
            done[missing[0].sha256] = self._page.upload(missing[0])
        elif self._drafts and POST not in done:
            done = self._hidden(creative, done)
        uploaded = all(item.sha256 in done for item in creative.media)
        return Draft(ready=uploaded and (POST in done or not self._drafts), data=done)

    def publish(self, creative: Creative, key: str, draft: Draft | None) -> Receipt:
        """Show the hidden post, which is repeatable; without one, make a post of the photos.

        A single photo goes the same way as several: it is uploaded already, and Facebook does not
        post it twice. A hidden post is not called live yet: see `resume`.

        Raises:
            Transient: Its photos are not there (any more); it has to be prepared again.
        """
        done = draft.data if draft else {}
        if POST in done:
            self._page.change(done[POST], is_published="true")
            return _receipt(done[POST], live=False)
        if any(item.sha256 not in done for item in creative.media):
            raise Transient(Phrase("its pictures are not uploaded yet"))
        try:
            return _receipt(self._post(Effect.PUBLISH, creative, done))
        except graph.Missing as gone:
            if not creative.media:
                raise
            raise Transient(gone.phrase) from None

    def resume(self, receipt: Receipt) -> Receipt:
        """Look whether a hidden post is public, now that the service has said so.

        Publishing may be slow, so the looks of some minutes decide; the moment of the first is
        kept in the receipt's address.

        Raises:
            Rejected: It is still hidden.
        """
        try:
            state = self._page.read(_State, receipt.remote_id, fields=STATE)
        except graph.Missing as gone:  # it decides nothing: a post may be shown late
            raise Transient(gone.phrase, after=SLOW) from None
        if state.is_published:
            return _receipt(receipt.remote_id)
        address, _, first = receipt.url.partition(HIDDEN)
        first = first or str(self._second())
        if self._second() - int(first) < SLOW.total_seconds():
            return Receipt(receipt.remote_id, f"{address}{HIDDEN}{first}", live=False)
        raise Rejected(
            Phrase(
                "the post is still hidden although {host} said that it is published; delete the "
                "hidden draft on the page and set drafts = false in the account, then try the "
                "post again",
                host=HOST,
            )
        )

    def find(
        self, creative: Creative, key: str, draft: Draft | None, since: datetime
    ) -> Receipt | Absent:
        """Read the hidden post itself; without one, look through the Page's posts.

        A hidden post that is gone might be public under another id, so then the list is looked
        through too.
        """
        post = draft.data.get(POST) if draft else None
        if post:
            try:
                state = self._page.read(_State, post, fields=STATE)
                return _receipt(post) if state.is_published else Absent(sure=True)
            except graph.Missing:
                pass
        found = next(self._marked(creative, since), None)
        return _receipt(found.id) if found else Absent(sure=False)

    def copies(self, creative: Creative, key: str, since: datetime) -> Sequence[Receipt]:
        """Return the Page's posts with the marker that say the same; the list may lag.

        What people write of their own around the same link is no copy. Of a creative whose words
        are not known the marker alone decides.
        """
        known = creative.caption != creative.link
        found = [
            listed
            for listed in self._marked(creative, since)
            if not known or _letters(listed.message) == _letters(creative.caption)
        ]
        return [_receipt(listed.id) for listed in reversed(found)]

    def correct(self, receipt: Receipt, creative: Creative) -> Receipt:
        """Replace the words of a post, and look whether they stand there.

        Its pictures stay, whatever the creative shows now: a picture that states what is wrong
        can only be withdrawn together with its post, and posted anew.
        """
        post = post_id(receipt, self._page.id)
        self._page.change(post, message=creative.caption)
        kept = self._page.read(Words, post, fields="id,message")
        if _plain(kept.message) != _plain(creative.caption):
            raise Transient(Phrase("{host} still shows other words than were sent", host=HOST))
        return receipt

    def withdraw(self, receipt: Receipt) -> None:
        """Delete the post; that it is gone already counts only if it cannot be read either."""
        post = post_id(receipt, self._page.id)
        try:
            self._page.delete(post)
        except (Rejected, NotAuthorized):  # 100/33; 10 is said too, and may mean a lost permission
            if not (is_certain(receipt, self._page.id) and self._is_gone(post)):
                raise

    def comment(self, receipt: Receipt, text: str) -> None:
        """Write below the post as the Page, unless the same words of the Page stand there."""
        post = post_id(receipt, self._page.id)
        for item in self._page.items(post, "comments", fields="id,message,from"):
            own = item.author is None or item.author.id == self._page.id
            if own and _plain(item.message) == _plain(text):
                return
        self._page.add(Effect.PUBLISH, post, "comments", message=text)

    def metrics(self, receipts: Sequence[Receipt], now: datetime) -> list[Metric]:
        """Read counters and insights, one call each for every post: see `counting`."""
        return counting.read(self._page, receipts, now)

    def _marked(self, creative: Creative, since: datetime) -> Iterator[Words]:
        """Read the posts that carry the creative's marker, newest first."""
        start = since - EARLIER
        fields, from_ = "id,message,created_time,is_published", str(int(start.timestamp()))
        for listed in self._page.items(self._page.id, "posts", fields=fields, since=from_):
            recent = listed.created_time is None or listed.created_time >= start
            if listed.is_published and recent and _is_shown(creative, listed.message):
                yield listed

    def _usable(self, creative: Creative, draft: Draft | None) -> dict[str, str]:
        """Return what can still be used of a draft: all of it, or no photo."""
        done = dict(draft.data) if draft else {}
        age = timedelta(seconds=self._second() - int(done.get(UPLOADED, "0")))
        if POST in done or age < JUST_NOW:
            return done
        # a draft that was ready comes back after its post has failed, perhaps for want of photos
        again = draft is not None and draft.ready
        photos = [done[item.sha256] for item in creative.media if item.sha256 in done]
        if age > FRESH or (again and any(self._is_gone(photo) for photo in photos)):
            return {name: value for name, value in done.items() if name == ANEW}
        return done

    def _hidden(self, creative: Creative, done: Mapping[str, str]) -> dict[str, str]:
        """Make a hidden post, and return the draft's data with it.

        If the answer is lost, its photos are taken and cannot be used again: then, and if they are
        gone, they are uploaded anew, once.
        """
        hidden = {"published": "false", "unpublished_content_type": "DRAFT"}
        try:
            return {**done, POST: self._post(Effect.UPLOAD, creative, done, **hidden)}
        except (graph.Duplicate, graph.Missing) as taken:
            if isinstance(taken, graph.Missing) and not creative.media:
                raise
            if ANEW in done:
                raise Transient(taken.phrase) from None
        return {ANEW: "yes"}

    def _post(self, effect: Effect, creative: Creative, done: Mapping[str, str], **how: str) -> str:
        attached = {
            f"attached_media[{place}]": to_json({"media_fbid": done[item.sha256]}).decode()
            for place, item in enumerate(creative.media)
        }
        words = creative.caption
        return self._page.add(effect, self._page.id, "feed", message=words, **attached, **how)

    def _is_gone(self, id_: str) -> bool:
        try:
            self._page.read(Node, id_, fields="id")
        except graph.Missing:
            return True
        except (Rejected, NotAuthorized):
            pass
        return False

    def _second(self) -> int:
        return int(self._page.session.clock().timestamp())


def _receipt(id_: str, *, live: bool = True) -> Receipt:
    # not the permalink, which may take seconds to exist: this address leads to it
    return Receipt(id_, f"https://www.facebook.com/{id_}", live=live)


def _plain(text: str) -> str:
    """Return a text as we wrote it: Facebook may wrap its links and add ids of clicks to them."""
    unwrapped = _SHIM.sub(lambda link: unquote(link[1]), text)
    bare = _CLICK_ID.sub("", unwrapped)
    return " ".join(unicodedata.normalize("NFC", bare).split())


def _letters(text: str) -> str:
    return "".join(sign for sign in _plain(text).casefold() if sign.isalnum())


def _is_shown(creative: Creative, message: str) -> bool:
    """Tell whether a message is this creative's: by its link's code, else by its exact words."""
    code = creative.link.rstrip("/").rpartition("/")[2]
    if code and code in creative.caption:
        return (
            re.search(rf"(?<![a-zA-Z0-9]){re.escape(code)}(?![a-zA-Z0-9])", _plain(message))
            is not None
        )
    return _plain(message) == _plain(creative.caption)
