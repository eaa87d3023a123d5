"""The account: pictures go up before the slot, and one call makes the post."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

import tweepy
from pydantic import AfterValidator, BaseModel, SecretStr

from promoter.channels.x.answers import (
    DeletionAnswer,
    Gone,
    MadeAnswer,
    Page,
    Post,
    Posts,
    UserAnswer,
    judge,
)
from promoter.channels.x.marker import copies, shows
from promoter.channels.x.weight import weight
from promoter.core.account import Identity
from promoter.core.channel import Limits
from promoter.core.errors import NotAuthorized, Rejected, Transient
from promoter.core.model import (
    SQUARE,
    Absent,
    Creative,
    Draft,
    Media,
    Metric,
    Phrase,
    Placement,
    Quality,
    Receipt,
    Record,
    Window,
)
from promoter.core.schema import wrong
from promoter.remote.answer import Effect
from promoter.remote.http import Session, silence

# tweepy prints headers and bodies at DEBUG, the other two what is signed
for _library in ("tweepy", "oauthlib", "requests_oauthlib"):
    silence(_library)

API = "https://api.x.com/2"
HOST = {"api.twitter.com": "api.x.com"}
"""What tweepy 4.17 calls, and what X documents."""

FRESH = timedelta(hours=20)
"""Age up to which an upload is used; X forgets it after 24 hours."""
CLOCKS = timedelta(minutes=2)
"""How far our clock and that of X may be apart."""
MOST_IDS = 100
MOST_PAGES = 32
"""X shows the newest 3,200 posts of an account, 100 on a page."""

UNREADABLE = Phrase("X gave an answer that cannot be read")

NUMBER = re.compile("[0-9]{1,19}")
ADDRESS = re.compile(
    r"(?:https?://)?(?:(?:www|mobile|m)\.)?(?:x|twitter)\.com"
    r"/(?:i/web|\w+)/status/([0-9]{1,19})(?:[/?#].*)?",
    re.ASCII | re.IGNORECASE,
)
"""Of a post, as a person copies it; X shows the post whatever name stands in it."""

Model = TypeVar("Model", bound=BaseModel)

LIMITS = Limits(
    caption=280,
    measure=weight,
    formats={Placement.FEED: SQUARE},
    media_bytes=5_000_000,
    posts_per_day=24,  # for the readers' sake: X itself takes 100 in a quarter of an hour
    hashtags=2,
    age_gated=False,
    # X itself refuses the same words for some hours; a copy that comes later shows in the timeline,
    # where it is looked for after a post was sent again, and is deleted there
    resend_after_absent=True,
    brief=True,
)


def _digits(value: str) -> str:
    if not NUMBER.fullmatch(value):
        raise wrong(
            "bad-value", Phrase("needs the account's number, such as 2244994945, not its name")
        )
    return value


class Config(Record):
    """The keys of an account.

    Attributes:
        user_id: The account's number.
        consumer_key, consumer_secret: Of the app, which needs the right to read and write.
        access_token, access_token_secret: Of the account, made after that right was given.
    """

    user_id: Annotated[str, AfterValidator(_digits)]
    consumer_key: SecretStr
    consumer_secret: SecretStr
    access_token: SecretStr
    access_token_secret: SecretStr

    @property
    def identity(self) -> str:
        """Return what X knows the account by."""
        return self.user_id


LEFTOVER = Phrase("It is an upload in no post: X forgets it within 24 hours; nothing to remove.")
"""What a trial leaves behind, and how it is removed."""


def connect(config: Config, session: Session) -> "X":
    """Return the channel of an account; nothing is called yet."""
    keys = {
        name: value.get_secret_value() for name, value in config if isinstance(value, SecretStr)
    }
    return X(config.user_id, keys, session.bound(secrets=list(keys.values()), judge=judge))


@dataclass(frozen=True, slots=True)
class _Upload:
    """A picture at X, as a draft keeps it."""

    id: str
    at: datetime
    described: bool

    @classmethod
    def read(cls, text: str) -> "_Upload":
        id_, at, described = text.split(" ")
        return cls(id_, datetime.fromisoformat(at), described == "described")

    def __str__(self) -> str:
        return f"{self.id} {self.at.isoformat()} {'described' if self.described else 'plain'}"


class X:
    """One account on X.

    A receipt's remote id is the post's number, or its address if a person has found the post.
    """

    limits = LIMITS

    def __init__(self, user_id: str, keys: Mapping[str, str], session: Session) -> None:
        self._user_id = user_id
        self._keys = keys
        self._session = session

    def prepare(self, creative: Creative, key: str, draft: Draft | None) -> Draft:
        """Upload the next picture, or describe one that is uploaded."""
        done = self._fresh(draft)
        item = _next(creative, done)
        if item:
            kept = done.get(item.sha256)
            done[item.sha256] = self._described(kept, item) if kept else self._uploaded(item)
        return Draft(
            ready=_next(creative, done) is None,
            data={name: str(upload) for name, upload in done.items()},
        )

    def publish(self, creative: Creative, key: str, draft: Draft | None) -> Receipt:
        """Make the post; X knows no key, but refuses the same text for a while."""
        done = self._fresh(draft)
        if _next(creative, done):
            raise Transient(Phrase("the pictures at X are too old; they are uploaded again"))
        ids = [done[item.sha256].id for item in creative.media]
        made = self._ask(
            Effect.PUBLISH,
            MadeAnswer,
            lambda client: client.create_tweet(
                text=creative.caption, media_ids=ids or None, user_auth=True
            ),
        )
        return _receipt(made.data.id)

    def find(
        self, creative: Creative, key: str, draft: Draft | None, since: datetime
    ) -> Receipt | Absent:
        """Look for the post in the account's timeline, which may lag: an absence is never sure."""
        found = self._marked(creative, since)
        # the first of several: a later one may quote it
        return _receipt(found[0].id) if found else Absent(sure=False)

    def copies(self, creative: Creative, key: str, since: datetime) -> Sequence[Receipt]:
        """Return the posts with the marker that say the same; what people add is no copy."""
        found = self._marked(creative, since)
        return [_receipt(post.id) for post in found if copies(post, creative)]

    def identity(self) -> Identity:
        """Ask whose keys these are, and what they permit."""
        session = self._session.lend(Effect.READ)
        response = session.get(f"{API}/users/me", auth=self._sign())
        try:
            user = UserAnswer.model_validate(response.json()).data
        except (ValueError, RecursionError):
            user = None
        if user is None:
            raise Effect.READ.lost(UNREADABLE)
        name = f"@{user.username}" if user.username else user.name
        # in each answer to a signed call (Twitter API announcements, 2011-06-30)
        access = response.headers.get("x-access-level", "")
        return Identity(user.id, name, ("read and write",) if access == "read" else ())

    def metrics(self, receipts: Sequence[Receipt], now: datetime) -> list[Metric]:
        """Read the counts of these posts; their clicks X tells for 30 days only."""
        numbers = {one.remote_id: _number(one) for one in receipts}
        ids = list(dict.fromkeys(number for number in numbers.values() if number))
        batches = [ids[start : start + MOST_IDS] for start in range(0, len(ids), MOST_IDS)]
        told = {post.id: _counts(post) for batch in batches for post in self._counted(batch)}
        return [
            Metric(remote_id, name, value, Window.CUMULATIVE, now, Quality.EXACT)
            for remote_id, number in numbers.items()
            for name, value in told.get(number, {}).items()
        ]

    def withdraw(self, receipt: Receipt) -> None:
        """Delete the post; that there is none is fine if X itself says so.

        Raises:
            Rejected: The receipt does not tell the post's number; nothing was called.
        """
        number = _number(receipt)
        if not number:
            url = receipt.url or receipt.remote_id
            raise Rejected(
                Phrase("the number of the post is not known; do it by hand at {url}", url=url)
            )
        with suppress(Gone):
            self._ask(
                Effect.PUBLISH,
                DeletionAnswer,
                lambda client: client.delete_tweet(number, user_auth=True),
            )

    def _ask(self, effect: Effect, model: type[Model], question: Callable[[Any], Any]) -> Model:
        client = tweepy.Client(**self._keys, return_type=dict)
        client.session = self._session.lend(effect, renamed=HOST)
        try:
            return model.model_validate(question(client))
        except (ValueError, RecursionError):  # no JSON, too deep, or not what X documents
            pass
        raise effect.lost(UNREADABLE)

    def _sign(self) -> Any:
        return tweepy.OAuth1UserHandler(**self._keys).apply_auth()

    def _fresh(self, draft: Draft | None) -> dict[str, _Upload]:
        """Return the uploads of a draft that X still has, by the digest of the picture."""
        uploads = {name: _Upload.read(text) for name, text in (draft.data if draft else {}).items()}
        oldest = self._session.clock() - FRESH
        return {name: upload for name, upload in uploads.items() if upload.at > oldest}

    def _uploaded(self, item: Media) -> _Upload:
        data = item.data or b""
        if len(data) > LIMITS.media_bytes:
            raise Rejected(
                Phrase(
                    "the picture has {size} bytes, and X takes {limit}",
                    size=len(data),
                    limit=LIMITS.media_bytes,
                )
            )
        now = self._session.clock()
        # by hand: tweepy 4.17 uploads by v1.1 alone, which X has retired (tweepy, issue 2217)
        answer = self._session.upload(
            "POST",
            f"{API}/media/upload",
            data={"media_category": "tweet_image"},
            files={"media": (item.sha256, data, item.mime)},
            auth=self._sign(),
        )
        return _Upload(answer.parse(MadeAnswer).data.id, now, described=False)

    def _described(self, upload: _Upload, item: Media) -> _Upload:
        answer = self._session.upload(
            "POST",
            f"{API}/media/metadata",
            json={"id": upload.id, "metadata": {"alt_text": {"text": item.alt}}},
            auth=self._sign(),
        )
        if answer.parse(MadeAnswer).data.id != upload.id:
            raise answer.unreadable()
        return replace(upload, described=True)

    def _marked(self, creative: Creative, since: datetime) -> list[Post]:
        """Return the posts since a moment that carry a creative's marker, oldest first."""
        found = [post for post in self._timeline(since - CLOCKS) if shows(post, creative)]
        return found[::-1]

    def _timeline(self, since: datetime) -> Iterator[Post]:
        """Yield the account's posts since a moment, newest first."""
        token = ""
        for _ in range(MOST_PAGES):
            page = self._page(since, token)
            yield from page.data
            token = page.meta.next_token if page.meta else ""
            if not token:
                return

    def _page(self, since: datetime, token: str) -> Page:
        # the specification (v2.167) says post.fields, every page of the documentation tweet.fields
        page = self._ask(
            Effect.READ,
            Page,
            lambda client: client.get_users_tweets(
                self._user_id,
                start_time=since,
                max_results=100,
                pagination_token=token or None,
                tweet_fields=["created_at", "entities", "text"],
                user_auth=True,
            ),
        )
        if page.meta is None and page.errors:
            raise NotAuthorized(
                Phrase("X shows no posts of account {user}; check user_id", user=self._user_id)
            )
        if page.meta is None:
            raise Effect.READ.lost(UNREADABLE)
        return page

    def _counted(self, ids: list[str]) -> list[Post]:
        """Return posts with their counts; without clicks those whose clicks X does not tell.

        X leaves out a post of which it withholds one of the fields, and it may refuse the whole.
        """
        try:
            told = self._posts(ids, "public_metrics", "non_public_metrics")
        except (Rejected, NotAuthorized):
            told = []
        known = {post.id for post in told}
        rest = [id_ for id_ in ids if id_ not in known]
        return told + (self._posts(rest, "public_metrics") if rest else [])

    def _posts(self, ids: list[str], *fields: str) -> list[Post]:
        return self._ask(
            Effect.READ,
            Posts,
            lambda client: client.get_tweets(ids, tweet_fields=list(fields), user_auth=True),
        ).data


def _next(creative: Creative, done: Mapping[str, _Upload]) -> Media | None:
    """Return the first picture that is not uploaded, or not described."""
    for item in creative.media:
        kept = done.get(item.sha256)
        if kept is None or (item.alt and not kept.described):
            return item
    return None


def _number(receipt: Receipt) -> str:
    """Return the number of a receipt's post, or an empty text."""
    if NUMBER.fullmatch(receipt.remote_id):
        return receipt.remote_id
    address = ADDRESS.fullmatch(receipt.remote_id)
    return address[1] if address else ""


def _receipt(id_: str) -> Receipt:
    return Receipt(remote_id=id_, url=f"https://x.com/i/web/status/{id_}")


def _counts(post: Post) -> dict[str, int]:
    """Return our names for what X counts; what it does not tell is left out.

    The specification says repost_count, the documentation retweet_count.
    """
    public, private = post.public_metrics, post.non_public_metrics
    reposts = public.get("retweet_count", public.get("repost_count"))
    quotes = public.get("quote_count")
    found = {
        "views": public.get("impression_count"),
        "reactions": public.get("like_count"),
        "comments": public.get("reply_count"),
        "shares": None if reposts is None or quotes is None else reposts + quotes,
        "saves": public.get("bookmark_count"),
        "clicks": private.get("url_link_clicks"),
    }
    return {name: value for name, value in found.items() if value is not None}
