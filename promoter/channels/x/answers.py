"""What X answers, and what its refusals mean."""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from promoter.core.errors import ChannelError, NotAuthorized, Rejected, Scope, Transient
from promoter.core.model import Phrase
from promoter.remote.answer import Answer

CREDIT_WAIT = timedelta(hours=24)

Id = Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]


def _told(value: Any) -> Any:
    """Return an object without what is null: X tells of it as little as of what is missing."""
    if not isinstance(value, dict):
        return value
    return {name: one for name, one in value.items() if one is not None}


Counts = Annotated[dict[str, int], BeforeValidator(_told)]
"""Numbers by their name; a null is no number, and hides no other."""


class _Said(BaseModel):
    """A part of an answer; what is null in it counts as missing."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        return _told(value)


class _Made(_Said):
    id: Id


class MadeAnswer(_Said):
    """A picture or a post was made, or changed."""

    data: _Made


class _User(_Said):
    id: Id
    name: str = ""
    username: str = ""


class UserAnswer(_Said):
    """Whose keys a call was signed with."""

    data: _User


class _Deletion(_Said):
    deleted: Literal[True]


class DeletionAnswer(_Said):
    """A post was deleted."""

    data: _Deletion


class _Url(_Said):
    url: str = ""
    expanded_url: str = ""
    media_key: str = ""


class _Entities(_Said):
    urls: list[_Url] = []


class Post(_Said):
    """A post; of its fields those that were asked for.

    Attributes:
        text: As X keeps it: links wrapped in `t.co`, and `&`, `<`, `>` escaped as in HTML.
        entities: Where the wrapped links lead; a link that X added for a picture has a `media_key`.
    """

    id: Id
    text: str = ""
    entities: _Entities = _Entities()
    public_metrics: Counts = {}
    non_public_metrics: Counts = {}


class _Meta(_Said):
    next_token: str = ""


class Posts(_Said):
    """Posts that were asked for; one that X does not show is missing."""

    data: list[Post] = []


class Page(Posts):
    """A part of a timeline; X shows no timeline at all if there are `errors` and no `meta`."""

    meta: _Meta | None = None
    errors: list[dict[str, Any]] = []


class _Problem(_Said):
    """A refusal in the words of X; its reason may stand in the list alone."""

    title: str = ""
    detail: str = ""
    type: str = ""
    errors: list[dict[str, Any]] = []

    def words(self) -> str:
        """Return all that it says, in small letters and nothing else."""
        told = [
            str(error.get(name) or "") for error in self.errors for name in ("detail", "message")
        ]
        return re.sub("[^a-z]", "", "".join([self.title, self.detail, self.type, *told]).lower())


class Gone(Rejected):
    """There is no such post."""


def judge(answer: Answer) -> ChannelError | None:
    """Let a refusal count only if X itself said it, not whatever stands before it."""
    if not 400 <= answer.status < 500:
        return None
    try:
        words = answer.parse(_Problem).words()
    except ChannelError:
        words = ""
    if not words:
        return None if answer.status == 429 else answer.unreadable()
    return _refusal(answer, words)


def _refusal(answer: Answer, words: str) -> ChannelError | None:
    reason = answer.reason() or str(answer.status)
    if answer.status == 402 or "usagecap" in words or "creditsdepleted" in words:
        phrase = Phrase(
            "X: the credits or the allowance of the developer's account are used up ({reason});"
            " buy credits at console.x.com",
            reason=reason,
        )
        return Transient(phrase, after=CREDIT_WAIT, scope=Scope.ACCOUNT)
    if answer.status == 403:
        return _forbidden(answer, words, reason)
    if answer.status == 404 and "resourcenotfound" in words:
        return Gone(Phrase("X knows no such post: {reason}", reason=reason))
    return None


def _forbidden(answer: Answer, words: str, reason: str) -> ChannelError:
    if "duplicatecontent" in words:
        return answer.effect.lost(
            Phrase("X has a post with this text already: {reason}", reason=reason)
        )
    if "reply" in words and "notallowed" in words:
        return Rejected(Phrase("X refuses it as a reply: {reason}", reason=reason))
    return NotAuthorized(
        Phrase(
            "X does not permit it: {reason}; look whether the account is locked, and whether its"
            " token was made after the app was given the right to read and write",
            reason=reason,
        )
    )
