"""What Facebook, Instagram and Threads share: how the Graph API refuses, counts use and signs.

The number in its error decides, never the HTTP status: throttling and expired tokens come with 400.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

from pydantic import (
    BaseModel,
    Field,
    FiniteFloat,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import from_json, to_json

from promoter.core.account import Quota
from promoter.core.errors import (
    ChannelError,
    NotAuthorized,
    OutcomeUnknown,
    Rejected,
    Scope,
    Transient,
)
from promoter.core.model import Phrase
from promoter.remote.answer import LONGEST_WAIT, Answer, Effect, Judge
from promoter.remote.http import paused
from promoter.remote.signing import hmac_sha256

PAUSE = timedelta(hours=1)
"""The wait after "too many calls" that names none; the windows of these limits are no shorter."""

BUSY = 90.0
"""Percent of the allowance from which on nothing is called that can wait."""


class Missing(Rejected):
    """The object is not there, or not visible to this account (100/33)."""


class Duplicate(OutcomeUnknown):
    """The same was posted before (506) or holds these photos already (100/1366051)."""


class Forbidden(NotAuthorized):
    """The account may not do this: a permission, or its role on the page, is lacking."""


class Said(BaseModel):
    """What a service says: a null is as good as nothing."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if value is not None}


class Refusal(Said):
    """The Graph API's own error."""

    code: int
    error_subcode: int = 0
    message: str = ""
    error_user_msg: str = ""
    is_transient: bool = False


class _Envelope(BaseModel):
    error: Refusal


class _Kind(Enum):
    TOKEN = auto()
    SECRET = auto()
    APP = auto()
    PERMISSION = auto()
    PAUSE = auto()
    USED_UP = auto()
    BLOCK = auto()
    DOUBT = auto()
    DUPLICATE = auto()
    MISSING = auto()


_BY_NUMBER = {
    **dict.fromkeys((102, 190), _Kind.TOKEN),
    **dict.fromkeys((101,), _Kind.APP),
    **dict.fromkeys((3, 10, 25, *range(200, 300), 1705), _Kind.PERMISSION),
    **dict.fromkeys((1404006, 1404078, 1404112, 4854002), _Kind.PERMISSION),
    **dict.fromkeys((4, 9, 17, 32, 341, 613), _Kind.PAUSE),
    **dict.fromkeys(range(80_000, 80_015), _Kind.USED_UP),
    **dict.fromkeys((368,), _Kind.BLOCK),
    **dict.fromkeys((-2, -1, 1, 2, 1363047, 1609010), _Kind.DOUBT),
    **dict.fromkeys((506, 1366051), _Kind.DUPLICATE),
}
# asking earlier prolongs it; only the allowance of a business tells its own wait in minutes
_LEAST = {_Kind.PAUSE: PAUSE, _Kind.BLOCK: timedelta(hours=24)}
_BY_PAIR = {
    (1, 99): _Kind.PERMISSION,
    (1, 2853006): _Kind.PERMISSION,
    (4, 2207051): _Kind.BLOCK,
    (100, 33): _Kind.MISSING,
}
_UNKNOWN: Mapping[_Kind, Phrase] = {
    _Kind.TOKEN: Phrase("{host} does not accept the account's token; renew it: {reason}"),
    _Kind.SECRET: Phrase("{host} wants other signatures; check app_secret: {reason}"),
    _Kind.APP: Phrase("{host} does not know the app; check app_id and app_secret: {reason}"),
}
_LONG_NUMBER = 1_000_000
"""Numbers from here on mean the same as a code and as a subcode; smaller subcodes do not."""


def refusal(answer: Answer) -> Refusal | None:
    """Return the Graph API's own error in an answer of any status, or None if it holds none."""
    try:
        return _Envelope.model_validate_json(answer.body).error
    except ValidationError:
        return None


def judge(version: str) -> Judge:
    """Return what gives answers their meaning.

    Args:
        version: Which version of the API must have answered. An expired one does not fail: its
            calls are served by the oldest that is still alive (Graph API changelog, 2026-11).
    """

    def meaning(answer: Answer) -> ChannelError | None:
        found = _meaning(answer)
        spoken = answer.headers.get("facebook-api-version", version)
        # what the public sees by now is done, whoever did it: the next read tells the version
        done = found is None and answer.status < 300 and answer.effect is not Effect.PUBLISH
        if spoken != version and (done or isinstance(found, Rejected)):
            return _other_version(answer, version, spoken)
        return found

    return meaning


def proof(token: str, app_secret: str | None) -> dict[str, str]:
    """Return the parameter that signs every call of an account; none without an app secret."""
    return {"appsecret_proof": hmac_sha256(app_secret, token.encode())} if app_secret else {}


class Meter:
    """A judge that also notes how much of its allowance an account has used.

    Attributes:
        used: The highest percentage that was told so far.
    """

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self.used = 0.0

    def __call__(self, answer: Answer) -> ChannelError | None:
        for use in _uses(answer.headers):
            self.used = max(self.used, use.call_count, use.total_time, use.total_cputime)
        return self._judge(answer)


class _Use(BaseModel):
    """Percentages of an allowance, and the minutes until it is open again."""

    call_count: FiniteFloat = 0
    total_time: FiniteFloat = 0
    total_cputime: FiniteFloat = 0
    minutes: FiniteFloat = Field(default=0, alias="estimated_time_to_regain_access")


_BY_APP = TypeAdapter(_Use)
_BY_BUSINESS = TypeAdapter(dict[str, list[_Use]])


def _uses(headers: Mapping[str, str]) -> list[_Use]:
    """Return what an answer tells of all allowances that it counts against."""
    found: list[_Use] = []
    for name in ("X-App-Usage", "X-Page-Usage"):
        with suppress(ValidationError):
            found += [_BY_APP.validate_json(headers[name])] if name in headers else []
    with suppress(ValidationError):
        businesses = _BY_BUSINESS.validate_json(headers.get("X-Business-Use-Case-Usage", "{}"))
        found += [use for uses in businesses.values() for use in uses]
    return found


def usage(headers: Mapping[str, str], now: datetime) -> Quota | None:
    """Return what an answer tells of the allowance that is nearest to its end, or None."""
    uses = _uses(headers)
    if not uses:
        return None
    used = max(max(use.call_count, use.total_time, use.total_cputime) for use in uses)
    minutes = min(max(use.minutes for use in uses), LONGEST_WAIT / timedelta(minutes=1))
    return Quota(used / 100, now + timedelta(minutes=minutes) if minutes > 0 else None)


def _wait(answer: Answer) -> timedelta | None:
    """Return how long the account is shut out, if the answer tells."""
    minutes = max((use.minutes for use in _uses(answer.headers)), default=0)
    # one catalogue of 2026 reads it as seconds; Meta's own guide says minutes, the longer wait
    longest = LONGEST_WAIT / timedelta(minutes=1)
    return timedelta(minutes=min(minutes, longest)) if minutes > 0 else None


def _meaning(answer: Answer) -> ChannelError | None:
    said = refusal(answer)
    if said:
        found = _refused(answer, said)
        if answer.status >= 500 and answer.effect is Effect.PUBLISH and isinstance(found, Rejected):
            return None  # its server is in trouble: whatever it says of the content, it may be done
        return found
    if answer.status >= 500 or answer.status in (408, 429) or 300 <= answer.status < 400:
        return None
    # a page of whatever stands in between refuses nothing, and is no success either
    return None if answer.status < 300 and _is_object(answer.body) else answer.unreadable()


def _is_object(body: bytes) -> bool:
    try:
        found = from_json(body)
    except ValueError:
        return False
    return isinstance(found, dict) and "error" not in found


def _kind(said: Refusal) -> _Kind | None:
    if said.code == 100 and "appsecret_proof" in said.message:  # it has no number of its own
        return _Kind.SECRET
    if said.code == 1 and "client secret" in said.message:  # nor has this one
        return _Kind.APP
    pair = _BY_PAIR.get((said.code, said.error_subcode))
    if pair is None and said.error_subcode >= _LONG_NUMBER:
        pair = _BY_NUMBER.get(said.error_subcode)
    return pair or _BY_NUMBER.get(said.code)


def _refused(answer: Answer, said: Refusal) -> ChannelError:
    told = {"host": answer.host, "reason": _reason(answer, said)}
    match _kind(said):
        case _Kind.TOKEN | _Kind.SECRET | _Kind.APP as kind:
            return NotAuthorized(Phrase(_UNKNOWN[kind].text, **told))
        case _Kind.PERMISSION:
            return Forbidden(
                Phrase(
                    "{host} does not allow this to the account; check its permissions, and its "
                    "role on the page: {reason}",
                    **told,
                )
            )
        case _Kind.PAUSE | _Kind.USED_UP | _Kind.BLOCK as kind:
            return _shut_out(answer, kind, told)
        case _Kind.DUPLICATE:
            return Duplicate(Phrase("{host} has it already: {reason}", **told))
        case _Kind.MISSING:
            return Missing(Phrase("{host} does not have it (any more): {reason}", **told))
        case None if not said.is_transient:
            return Rejected(Phrase("{host} refuses it: {reason}", **told))
        case _:
            return answer.effect.lost(Phrase("{host} is in trouble: {reason}", **told))


def _shut_out(answer: Answer, kind: _Kind, told: Mapping[str, object]) -> Transient:
    wait = max(_wait(answer) or PAUSE, _LEAST.get(kind, timedelta()))
    if kind is not _Kind.BLOCK:
        return paused(answer, wait)
    phrase = Phrase("{host} blocks the account; read its support inbox: {reason}", **told)
    return Transient(phrase, after=wait, scope=Scope.ACCOUNT)


def _reason(answer: Answer, said: Refusal) -> Phrase:
    """Return the service's own words, for the developer and for people, and its numbers."""
    texts = dict.fromkeys(text for text in (said.message, said.error_user_msg) if text)
    words = Answer(
        answer.host,
        answer.effect,
        answer.status,
        answer.headers,
        to_json({"reason": "; ".join(texts)}),
        answer.secrets,
    ).reason()
    return Phrase("{words} ({code}/{part})", words=words, code=said.code, part=said.error_subcode)


def _other_version(answer: Answer, wanted: str, spoken: str) -> NotAuthorized:
    return NotAuthorized(
        Phrase(
            "{host} answers in version {spoken} of its API, not in {wanted}: read what has changed "
            "between them, then set version in the account to one that it still has",
            host=answer.host,
            spoken=spoken[:8],
            wanted=wanted,
        )
    )
