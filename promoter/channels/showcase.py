"""showcase: our own public page, spoken to over HTTP with a token, like any other service."""

from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel, HttpUrl, SecretStr

from promoter.core.channel import Limits
from promoter.core.errors import ChannelError
from promoter.core.model import (
    PORTRAIT,
    Absent,
    Creative,
    Draft,
    Media,
    Phrase,
    Placement,
    Receipt,
    Record,
)
from promoter.remote.answer import Answer
from promoter.remote.http import Session


class Config(Record):
    """The keys of an account.

    Attributes:
        url: Where the site answers.
        token: What its API knows the account by.
    """

    url: HttpUrl
    token: SecretStr

    identity: ClassVar[str] = ""
    """Several accounts may post to one site."""


LIMITS = Limits(
    caption=2_000,
    measure=len,
    formats={Placement.FEED: PORTRAIT},
    media_bytes=2_000_000,
    posts_per_day=24,
    hashtags=10,
    age_gated=False,
    resend_after_absent=False,  # not needed: the post itself is read by its key, so absent is sure
)

NOT_THERE = (404, 410)

LEFTOVER = Phrase("It is a picture in no post: nobody is shown its address; nothing to remove.")
"""What a trial leaves behind, and how it is removed."""


class _Kept(BaseModel):
    sha256: str


class _Posted(BaseModel):
    url: str
    live: bool


class _NotThere(BaseModel):
    key: str


class _Refusal(BaseModel):
    reason: str


def connect(config: Config, session: Session) -> "Showcase":
    """Return the channel of an account; nothing is called yet."""
    token = config.token.get_secret_value()
    bound = session.bound(headers={"Authorization": f"Bearer {token}"}, judge=_judge)
    return Showcase(f"{str(config.url).rstrip('/')}/showcase/api", bound)


class Showcase:
    """One account on our own page. A receipt's remote id is the key: the API knows posts by it."""

    limits = LIMITS

    def __init__(self, api: str, session: Session) -> None:
        self._api = api
        self._session = session

    def prepare(self, creative: Creative, key: str, draft: Draft | None) -> Draft:
        """Upload the next picture that the draft does not list yet."""
        done = dict(draft.data) if draft else {}
        missing = [item for item in creative.media if item.sha256 not in done]
        if missing:
            self._upload(missing[0])
            done[missing[0].sha256] = "uploaded"
        return Draft(ready=all(item.sha256 in done for item in creative.media), data=done)

    def publish(self, creative: Creative, key: str, draft: Draft | None) -> Receipt:
        """Put the post under its key; the same key again is the same post."""
        return self._put(creative, key)

    def find(
        self, creative: Creative, key: str, draft: Draft | None, since: datetime
    ) -> Receipt | Absent:
        """Read the post itself by its key."""
        answer = self._session.read("GET", self._post(key), accept=NOT_THERE)
        if answer.status in NOT_THERE:
            self._check_absence(answer, key)
            return Absent(sure=True)
        return _receipt(answer, key)

    def correct(self, receipt: Receipt, creative: Creative) -> Receipt:
        """Upload what is shown now, then put it in the place of what was shown."""
        for item in creative.media:
            self._upload(item)
        return self._put(creative, receipt.remote_id)

    def withdraw(self, receipt: Receipt) -> None:
        """Take the post down; what is gone already is fine."""
        answer = self._session.publish("DELETE", self._post(receipt.remote_id), accept=NOT_THERE)
        if answer.status in NOT_THERE:
            self._check_absence(answer, receipt.remote_id)

    def _post(self, key: str) -> str:
        return f"{self._api}/posts/{key}"

    def _put(self, creative: Creative, key: str) -> Receipt:
        content = {
            "title": creative.title,
            "caption": creative.caption,
            "link": creative.link,
            "media": [
                {
                    "sha256": item.sha256,
                    "alt": item.alt,
                    "width": item.width,
                    "height": item.height,
                }
                for item in creative.media
            ],
        }
        return _receipt(self._session.publish("PUT", self._post(key), json=content), key)

    def _upload(self, item: Media) -> None:
        answer = self._session.upload(
            "PUT", f"{self._api}/media/{item.sha256}", data=item.data, mime=item.mime
        )
        if answer.parse(_Kept).sha256 != item.sha256:
            raise answer.unreadable()

    def _check_absence(self, answer: Answer, key: str) -> None:
        """Believe only the API itself: any page in its place may say 404 too."""
        if answer.parse(_NotThere).key != key:
            raise answer.unreadable()


def _receipt(answer: Answer, key: str) -> Receipt:
    posted = answer.parse(_Posted)
    return Receipt(remote_id=key, url=posted.url, live=posted.live)


def _judge(answer: Answer) -> ChannelError | None:
    """Let a refusal count only if the API itself said it, not whatever stands before it."""
    if 400 <= answer.status < 500 and answer.status != 429:
        try:
            answer.parse(_Refusal)
        except ChannelError as unreadable:
            return unreadable
    return None
