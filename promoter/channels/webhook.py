"""webhook: signed JSON to any system that takes posts; docs/channels.md tells its protocol."""

import ipaddress
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl, SecretStr
from pydantic_core import to_json

from promoter.core.channel import Limits
from promoter.core.errors import ChannelError, NotAuthorized, Rejected
from promoter.core.model import (
    PORTRAIT,
    Absent,
    Creative,
    Draft,
    Listing,
    Media,
    Phrase,
    Placement,
    Receipt,
    Record,
    digest,
)
from promoter.core.schema import wrong
from promoter.remote.answer import Answer, Effect
from promoter.remote.http import Session
from promoter.remote.signing import hmac_sha256

LIMITS = Limits(
    caption=5_000,
    measure=len,
    formats={Placement.FEED: PORTRAIT},
    media_bytes=4_000_000,
    posts_per_day=24,
    hashtags=10,
    age_gated=False,
    # what stands behind it is not known: perhaps a second copy could be neither seen nor removed
    resend_after_absent=False,
)

UNKNOWN_EVENT = 501
ADDRESS = ("https://", "http://")
NO_ADDRESS = (404, 405)
"""Nobody takes events here; or, to an event that names a post, that there is no such post."""
NO_LOOK = (*NO_ADDRESS, UNKNOWN_EVENT)
"""Nobody can be asked here; whether there is a post is said in JSON, never by the status."""


def _sealed(url: HttpUrl) -> HttpUrl:
    if url.scheme != "https" and not _is_this_machine(url.host or ""):
        raise wrong("bad-value", Phrase("needs https, or an address of this machine"))
    return url


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


class Config(Record):
    """The keys of an account.

    Attributes:
        url: Where the receiver answers.
        secret: Known to both; signs every call.
    """

    url: Annotated[HttpUrl, AfterValidator(_sealed)]
    secret: SecretStr

    @property
    def identity(self) -> str:
        """Return the receiver's host and a digest of its address, which may hold a token."""
        return f"{self.url.host} {digest(str(self.url), size=4)}"


class _Posted(BaseModel):
    """A post that the receiver has; one that gives its posts numbers is understood, too."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str = Field(min_length=1)
    url: str | None = None

    def receipt(self) -> Receipt:
        """Return the receipt; an address that is none of the web is left out."""
        url = self.url or ""
        shown = url.startswith(ADDRESS)
        return Receipt(remote_id=self.id, url=url if shown else "")


class _Absent(BaseModel):
    absent: Literal[True]


class _Reason(BaseModel):
    """A refusal in the very words of the protocol, as no framework says it by itself."""

    reason: str = Field(min_length=1)


class _Gone(Rejected):
    """There is no such post."""


def connect(config: Config, session: Session) -> "Webhook":
    """Return the channel of an account; nothing is called yet."""
    secret = config.secret.get_secret_value()
    return Webhook(str(config.url), secret, session.bound(secrets=[secret], judge=_judge))


class Webhook:
    """One receiver. A receipt's remote id is what the receiver calls the post."""

    limits = LIMITS

    def __init__(self, url: str, secret: str, session: Session) -> None:
        self._url = url
        self._secret = secret
        self._session = session

    def publish(self, creative: Creative, key: str, draft: Draft | None) -> Receipt:
        """Send the post under its key; a receiver that keeps keys makes no second one of it."""
        body = {"event": "post.publish", "key": key, **_content(creative)}
        return self._write(body, key).parse(_Posted).receipt()

    def find(
        self, creative: Creative, key: str, draft: Draft | None, since: datetime
    ) -> Receipt | Absent:
        """Ask for the post of a key; a receiver that cannot be asked leaves it open."""
        body = {"event": "post.find", "key": key, "link": creative.link}
        call = self._signed(body, key)
        answer = self._session.read("POST", self._url, accept=NO_LOOK, **call)
        if answer.status in NO_LOOK:
            return Absent(sure=False)
        try:
            return _found(answer)
        except ChannelError:  # it speaks no JSON, or not of posts
            return Absent(sure=False)

    def correct(self, receipt: Receipt, creative: Creative) -> Receipt:
        """Send what is shown now in the place of what was shown."""
        body = {"event": "post.correct", "id": receipt.remote_id, **_content(creative)}
        return self._write(body).parse(_Posted).receipt()

    def withdraw(self, receipt: Receipt) -> None:
        """Have the post taken down; that there is none is fine if the receiver itself says so.

        Raises:
            Rejected: A person has found the post by its address, which the receiver does not know.
        """
        try:
            self._write({"event": "post.withdraw", "id": receipt.remote_id}).parse(_Absent)
        except _Gone:
            if receipt.remote_id.startswith(ADDRESS):
                raise Rejected(
                    Phrase(
                        "the number of the post is not known; do it by hand at {url}",
                        url=receipt.remote_id,
                    )
                ) from None

    def _write(self, body: Mapping[str, Any], key: str = "") -> Answer:
        session = self._session if key else self._session.bound(judge=_judge_of_post)
        return session.publish("POST", self._url, **self._signed(body, key))

    def _signed(self, body: Mapping[str, Any], key: str) -> dict[str, Any]:
        """Return the content of a call: its signature covers the moment and the exact bytes."""
        data = to_json(body)
        moment = str(int(self._session.clock().timestamp()))
        signature = hmac_sha256(self._secret, f"{moment}.".encode() + data)
        headers = {
            "X-Promoter-Timestamp": moment,
            "X-Promoter-Signature": f"sha256={signature}",
        }
        if key:
            headers["X-Promoter-Key"] = key
        return {"data": data, "mime": "application/json", "headers": headers}


def _found(answer: Answer) -> Receipt | Absent:
    try:
        return answer.parse(_Posted).receipt()
    except ChannelError:
        answer.parse(_Absent)
    return Absent(sure=True)


def _content(creative: Creative) -> dict[str, Any]:
    listing = creative.listing
    return {
        "title": creative.title,
        "caption": creative.caption,
        "link": creative.link,
        "media": [_picture(item) for item in creative.media],
        "listing": _listing(listing) if listing else None,
    }


def _picture(item: Media) -> Mapping[str, Any]:
    return {
        "sha256": item.sha256,
        "mime": item.mime,
        "alt": item.alt,
        "width": item.width,
        "height": item.height,
        "data": b64encode(item.data or b"").decode(),
    }


def _listing(listing: Listing) -> Mapping[str, Any]:
    return {
        "code": listing.code,
        "product_class": listing.product_class,
        "price": {"amount": listing.price.amount, "currency": listing.price.currency},
        "grams": listing.grams,
        "gtin": listing.gtin,
    }


def _judge(answer: Answer) -> ChannelError | None:
    """Let a refusal count only with a reason in JSON: any page in between says 4xx, too."""
    asked = answer.effect is Effect.READ and answer.status in NO_LOOK
    refused = 400 <= answer.status < 500 or answer.status == UNKNOWN_EVENT
    if asked or answer.status == 429 or not refused:
        return None
    reason = answer.reason()
    return _refusal(answer, reason) if reason else answer.unreadable()


def _refusal(answer: Answer, reason: str) -> ChannelError | None:
    if answer.status in NO_ADDRESS:
        return NotAuthorized(
            Phrase(
                "{host} takes no posts at this address: {reason}; check the account's url",
                host=answer.host,
                reason=reason,
            )
        )
    if answer.status == UNKNOWN_EVENT:
        return Rejected(
            Phrase("{host} does not do this: {reason}", host=answer.host, reason=reason)
        )
    if answer.status == 409:
        return answer.effect.lost(
            Phrase("{host} may have the post already: {reason}", host=answer.host, reason=reason)
        )
    return None


def _judge_of_post(answer: Answer) -> ChannelError | None:
    """Judge an answer to an event that names a post: 404 may mean the post, not the address."""
    reason = answer.reason()
    if answer.status not in NO_ADDRESS or not reason:
        return _judge(answer)
    try:
        answer.parse(_Reason)
    except ChannelError:
        return Rejected(
            Phrase(
                "{host} takes no such event, or knows no such post: {reason}; look by hand",
                host=answer.host,
                reason=reason,
            )
        )
    return _Gone(Phrase("{host} knows no such post: {reason}", host=answer.host, reason=reason))
