"""What a service answered, and how its body, reason and wait are read."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from promoter.core.errors import ChannelError, OutcomeUnknown, Transient
from promoter.core.model import Phrase

LONGEST_WAIT = timedelta(days=7)
"""A service that asks for more has made a mistake."""

REASON_LENGTH = 200
_REASONS = ("reason", "message", "detail", "error_description", "title", "error")

Model = TypeVar("Model", bound=BaseModel)


class Effect(Enum):
    """What a call may leave behind."""

    READ = "read"
    UPLOAD = "upload"
    PUBLISH = "publish"

    def lost(self, phrase: Phrase) -> ChannelError:
        """Return what it means that such a call got no clear answer."""
        return OutcomeUnknown(phrase) if self is Effect.PUBLISH else Transient(phrase)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered, whole.

    Attributes:
        host: Who answered: all of the address that may be shown.
        headers: Names in any case.
        secrets: What was sent and must not be shown, should the service repeat it.
    """

    host: str
    effect: Effect
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def json(self) -> Any:
        """Return the body's JSON value.

        Raises:
            Transient, OutcomeUnknown: It is none.
        """
        try:
            return from_json(self.body)
        except ValueError:
            pass
        raise self.unreadable()

    def parse(self, model: type[Model]) -> Model:
        """Return the body as a model.

        Raises:
            Transient, OutcomeUnknown: It is not one.
        """
        try:
            return model.model_validate_json(self.body)
        except ValidationError:
            pass
        raise self.unreadable()

    def unreadable(self) -> ChannelError:
        """Return what an answer means that says nothing."""
        return self.effect.lost(
            Phrase(
                "{host} gave an answer that cannot be read (status {status}); "
                "check the account's address",
                host=self.host,
                status=self.status,
            )
        )

    def reason(self) -> str:
        """Return the service's own short reason, or an empty text; never a secret."""
        try:
            found = from_json(self.body)
        except ValueError:
            return ""
        if isinstance(found, dict) and isinstance(found.get("error"), dict):
            found = found["error"]
        elif isinstance(found, dict) and isinstance(found.get("errors"), list):
            found = next((item for item in found["errors"] if isinstance(item, dict)), found)
        texts = [found.get(name) for name in _REASONS] if isinstance(found, dict) else []
        text = next((text for text in texts if isinstance(text, str)), "")
        for secret in self.secrets:
            text = text.replace(secret, "…")
        plain = re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", unicodedata.normalize("NFC", text))
        return plain.strip()[:REASON_LENGTH]

    def wait(self) -> timedelta | None:
        """Return the wait that the service asks for, or None.

        It is said by Retry-After (RFC 9110 §10.2.3), or by `x-rate-limit-reset`, a Unix time.
        """
        asked = self.headers.get("Retry-After", "").strip()
        if asked.isascii() and asked.isdigit():
            # more digits do not fit a timedelta
            return min(timedelta(seconds=int(asked[:9])), LONGEST_WAIT)
        until = _moment(asked) or _second(self.headers.get("x-rate-limit-reset", ""))
        if until is None:
            return None
        # by the service's own clock, since ours may differ
        now = _moment(self.headers.get("Date", "")) or datetime.now(UTC)
        return min(max(until - now, timedelta()), LONGEST_WAIT)


Judge = Callable[[Answer], ChannelError | None]
"""Gives an answer the meaning that only this service's adapter knows; None leaves it to its status.

It sees every answer: services say "error" with 200, and throttle and expire tokens with 400.
"""


def _second(text: str) -> datetime | None:
    return datetime.fromtimestamp(int(text), UTC) if re.fullmatch(r"\d{9,11}", text) else None


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
