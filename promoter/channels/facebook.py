"""facebook: posts of a Page; hidden drafts first, where the Page can publish them."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import unquote

from pydantic import BaseModel, Field, SecretStr
from pydantic_core import to_json

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
    Quality,
    Receipt,
    Record,
    Window,
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
        app_secret: Signs every call; needed if the app demands it.
        version: Of the Graph API.
        drafts: Make each post as a hidden draft before its slot. Only for a Page on which it was
            seen that the API publishes such a draft; for version 26 this is not documented.
    """

    page_id: str = Field(pattern=r"^\d+$")
    token: SecretStr
    app_secret: SecretStr | None = None
    version: str = Field(default="v26.0", pattern=r"^v\d+\.\d+$")
    drafts: bool = False


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
    # a second copy would stand beside the first on our own page, where it is seen and withdrawn;
    # and Facebook itself refuses the same photos (1366051) and the same words in a row (506)
    resend_after_absent=True,
)

EARLIER = timedelta(minutes=2)
"""How far the service's clock may be behind ours."""

INSIGHTS = {
    "post_media_view": "views",
    "post_total_media_view_unique": "reach",
    "post_clicks_by_type": "clicks",
}
"""Our names of Facebook's; of the clicks only those on links count."""

COUNTERS = "id,shares,comments.limit(0).summary(true),reactions.limit(0).summary(true)"
STATE = "id,is_published"

# keys of a draft's data beside the digests of pictures, whose values are the ids of photos
POST = "post"
ANEW = "anew"

HIDDEN = "#hidden"
"""Ends the address in the receipt of a post that was seen hidden after it was published."""

_SHIM = re.compile(r"https?://l\.facebook\.com/l\.php\?u=([^&\s]+)\S*")
_CLICK_ID = re.compile(r"[?&]fbclid=[\w-]+")


class _State(Node):
    is_published: bool


class _Shares(BaseModel):
    count: int


class _Summary(BaseModel):
    total_count: int


class _Counted(BaseModel):
    summary: _Summary


class _Counters(Node):
    shares: _Shares = _Shares(count=0)  # absent means zero, by the contract
    comments: _Counted | None = None
    reactions: _Counted | None = None


class _Value(BaseModel):
    value: object = None


class _Insight(BaseModel):
    name: str
    period: str = "lifetime"
    values: list[_Value]


class _Insights(BaseModel):
    data: list[_Insight]


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
    return Facebook(page, drafts=config.drafts)


class Facebook:
    """One Page. A receipt's remote id is that of the post: `<page>_<number>`."""

    limits = LIMITS

    def __init__(self, page: Page, *, drafts: bool) -> None:
        self._page = page
        self._drafts = drafts

    def prepare(self, creative: Creative, key: str, draft: Draft | None) -> Draft:
        """Upload the next picture that the draft does not list; then, with drafts, hide a post.

        If the answer to a hidden post is lost, its photos are taken and cannot be used again:
        they are uploaded anew, once. What is left over is seen by nobody.
        """
        done = dict(draft.data) if draft else {}
        missing = [item for item in creative.media if item.sha256 not in done]
        if missing:
            done[missing[0].sha256] = self._page.upload(missing[0])
        elif self._drafts and POST not in done:
            hidden = {"published": "false", "unpublished_content_type": "DRAFT"}
            try:
                done[POST] = self._post(Effect.UPLOAD, creative, done, **hidden)
            except graph.Duplicate as taken:
                if ANEW in done:
                    raise Transient(taken.phrase) from None
                return Draft(ready=False, data={ANEW: "yes"})
        uploaded = all(item.sha256 in done for item in creative.media)
        return Draft(ready=uploaded and (POST in done or not self._drafts), data=done)

    def publish(self, creative: Creative, key: str, draft: Draft | None) -> Receipt:
        """Show the hidden post, which is repeatable; without one, make a post of the photos.

        A single photo goes the same way as several: it is uploaded already, and Facebook does not
        post it twice. A hidden post is not called live yet: see `resume`.
        """
        done = draft.data if draft else {}
        if POST in done:
            self._page.change(done[POST], is_published="true")
            return _receipt(done[POST], live=False)
        if any(item.sha256 not in done for item in creative.media):
            raise Transient(Phrase("its pictures are not uploaded yet"))
        return _receipt(self._post(Effect.PUBLISH, creative, done))

    def resume(self, receipt: Receipt) -> Receipt:
        """Look whether a hidden post is public, now that the service has said so.

        Two looks decide, since one may come early; the first marks the receipt's address.

        Raises:
            Rejected: It is still hidden at the second look.
        """
        if self._page.read(_State, receipt.remote_id, fields=STATE).is_published:
            return _receipt(receipt.remote_id)
        if receipt.url.endswith(HIDDEN):
            raise Rejected(
                Phrase(
                    "the post is still hidden although {host} said that it is published; "
                    "set drafts = false in the account, then try the post again",
                    host=HOST,
                )
            )
        return Receipt(receipt.remote_id, receipt.url + HIDDEN, live=False)

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
        start = since - EARLIER
        fields, from_ = "id,message,created_time,is_published", str(int(start.timestamp()))
        for listed in self._page.items(self._page.id, "posts", fields=fields, since=from_):
            recent = listed.created_time is None or listed.created_time >= start
            if listed.is_published and recent and _is_shown(creative, listed.message):
                return _receipt(listed.id)
        return Absent(sure=False)

    def correct(self, receipt: Receipt, creative: Creative) -> Receipt:
        """Replace the words of a post, and look whether they stand there.

        Its pictures stay, whatever the creative shows now: a picture that states what is wrong
        can only be withdrawn together with its post, and posted anew.
        """
        self._page.change(receipt.remote_id, message=creative.caption)
        kept = self._page.read(Words, receipt.remote_id, fields="id,message")
        if _plain(kept.message) != _plain(creative.caption):
            raise Transient(Phrase("{host} still shows other words than were sent", host=HOST))
        return receipt

    def withdraw(self, receipt: Receipt) -> None:
        """Delete the post; that it is gone already counts only if it cannot be read either."""
        try:
            self._page.delete(receipt.remote_id)
        except (Rejected, NotAuthorized):  # 100/33; 10 is said too, and may mean a lost permission
            if not self._is_gone(receipt.remote_id):
                raise

    def comment(self, receipt: Receipt, text: str) -> None:
        """Write below the post as the Page, unless the same words of the Page stand there."""
        fields = "id,message,from"
        for item in self._page.items(receipt.remote_id, "comments", fields=fields):
            own = item.author is None or item.author.id == self._page.id
            if own and _plain(item.message) == _plain(text):
                return
        self._page.add(Effect.PUBLISH, receipt.remote_id, "comments", message=text)

    def metrics(self, receipts: Sequence[Receipt], now: datetime) -> list[Metric]:
        """Read counters and insights, one call each for every post.

        Reading ends when the account's allowance is nearly used up, or at the first trouble of
        the account; what was read before is returned.

        Raises:
            Transient, NotAuthorized: Nothing could be read.
        """
        meter = graph.Meter(graph.judge(self._page.version))
        page = replace(self._page, session=self._page.session.bound(judge=meter))
        reading = _Reading(page)
        found: list[Metric] = []
        try:
            for read in (reading.counters, reading.insights):
                for receipt in receipts:
                    if meter.used >= graph.BUSY:
                        return found
                    found += [_metric(receipt, *named, now) for named in read(receipt)]
        except (Transient, NotAuthorized):
            if not found:
                raise
        return found

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


class _Reading:
    """One round of reading: a metric that the API no longer knows is not asked for again."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._names = list(INSIGHTS)

    def counters(self, receipt: Receipt) -> list[tuple[str, int]]:
        """Return what is counted on the post itself; nothing if it is gone."""
        try:
            found = self._page.read(_Counters, receipt.remote_id, fields=COUNTERS)
        except Rejected:
            return []
        counted = {"comments": found.comments, "reactions": found.reactions}
        return [
            ("shares", found.shares.count),
            *((name, each.summary.total_count) for name, each in counted.items() if each),
        ]

    def insights(self, receipt: Receipt) -> list[tuple[str, int]]:
        """Return what is known about the post's public, of the metrics that still exist."""
        try:
            return self._ask(receipt, self._names)
        except graph.Missing:
            return []
        except Rejected:  # by one unknown name, all are refused
            return self._one_by_one(receipt)

    def _one_by_one(self, receipt: Receipt) -> list[tuple[str, int]]:
        found: list[tuple[str, int]] = []
        alive = []
        for name in self._names:
            try:
                found += self._ask(receipt, [name])
                alive.append(name)
            except Rejected:
                continue
        self._names = alive or self._names  # if all are refused, it is not because of their names
        return found

    def _ask(self, receipt: Receipt, names: Sequence[str]) -> list[tuple[str, int]]:
        told = self._page.read(_Insights, receipt.remote_id, "insights", metric=",".join(names))
        return [(INSIGHTS[row.name], value) for row in told.data for value in _counted(row)]


def _counted(row: _Insight) -> list[int]:
    """Return the one number that counts in an insight, or nothing."""
    if row.name not in INSIGHTS or row.period != "lifetime" or not row.values:
        return []
    value = row.values[-1].value
    if isinstance(value, dict):
        value = value.get("link clicks")
    return [value] if type(value) is int else []  # not a bool


def _metric(receipt: Receipt, name: str, value: int, now: datetime) -> Metric:
    return Metric(receipt.remote_id, name, value, Window.CUMULATIVE, now, Quality.EXACT)


def _receipt(id_: str, *, live: bool = True) -> Receipt:
    # not the permalink, which may take seconds to exist: this address leads to it
    return Receipt(id_, f"https://www.facebook.com/{id_}", live=live)


def _plain(text: str) -> str:
    """Return a text as we wrote it: Facebook may wrap its links and add ids of clicks to them."""
    unwrapped = _SHIM.sub(lambda link: unquote(link[1]), text)
    bare = _CLICK_ID.sub("", unwrapped)
    return " ".join(unicodedata.normalize("NFC", bare).split())


def _is_shown(creative: Creative, message: str) -> bool:
    """Tell whether a message is this creative's: by its link's code, else by its exact words."""
    code = creative.link.rstrip("/").rpartition("/")[2]
    if code and code in creative.caption:
        return (
            re.search(rf"(?<![a-zA-Z0-9]){re.escape(code)}(?![a-zA-Z0-9])", _plain(message))
            is not None
        )
    return _plain(message) == _plain(creative.caption)
