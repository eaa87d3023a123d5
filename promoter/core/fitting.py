"""Fits a caption under a channel's own ruler: what may go goes in a fixed order, the rest stays."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from promoter.core.channel import Limits
from promoter.core.errors import ConfigError
from promoter.core.model import Phrase

MARKER = "#QuảngCáo"
"""Tells that a post is an advertisement (Law on Advertising, art. 23); never left out."""

PLAIN_MARKER = "(Nội dung quảng cáo)"
"""The same where a channel takes no hashtags."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way to state the facts and the link, and what stands between the parts around it."""

    lines: tuple[str, ...]
    joint: str


@dataclass(frozen=True, slots=True)
class Parts:
    """A caption before it is fitted, in the order in which it is read.

    Attributes:
        code: The product's, for messages.
        hook: Sentences, each with the white space that follows it.
        forms: The facts with the link, fullest form first.
        notices: Mandatory words.
        question: Asked after the facts; may be empty.
        hashtags: With `#`, best first, without the marker.
    """

    code: str
    hook: tuple[str, ...]
    forms: tuple[Form, ...]
    notices: tuple[str, ...]
    question: str
    hashtags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Caption:
    """A caption within its limits, and what had to be left out, in the order of leaving."""

    text: str
    dropped: tuple[str, ...]


def fit(parts: Parts, limits: Limits) -> Caption:
    """Return the longest caption within the limits.

    Hashtags go first, the last listed before the others; then the question, then the hook's
    sentences from its end. Facts, link, notices and marker stay; where the full facts do not
    fit even alone, a shorter form of them takes their place.

    Raises:
        ConfigError: Even the shortest form is too long for the channel.
    """
    for form in parts.forms:
        for said, tagged in _choices(parts, limits):
            text = _text(parts, form, said, tagged, limits)
            if limits.measure(text) <= limits.caption:
                return Caption(text, _dropped(parts, said, tagged))
    least = _text(parts, parts.forms[-1], 0, 0, limits)
    raise ConfigError(
        Phrase(
            "the shortest caption of {code} counts {needed}, the channel takes {limit};"
            " leave the product out of this account",
            code=parts.code,
            needed=limits.measure(least),
            limit=limits.caption,
        )
    )


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text, each with the white space that follows it."""
    pattern = r".+?(?:(?<!TP)[.!?…][”\")]*(?=\s)|\Z)\s*"
    return tuple(re.findall(pattern, text.strip(), re.DOTALL))


def _choices(parts: Parts, limits: Limits) -> Iterator[tuple[int, int]]:
    """Yield how many sentences and hashtags to keep, most first."""
    everything = len(parts.hook) + bool(parts.question)
    most = min(len(parts.hashtags), max(limits.hashtags - 1, 0))
    yield from ((everything, tagged) for tagged in range(most, -1, -1))
    yield from ((said, 0) for said in range(everything - 1, -1, -1))


def _text(parts: Parts, form: Form, said: int, tagged: int, limits: Limits) -> str:
    hook = "".join(parts.hook[:said]).strip()
    question = parts.question if said > len(parts.hook) else ""
    marker = MARKER if limits.hashtags else PLAIN_MARKER
    blocks: Sequence[str] = (
        re.sub(r"\n+", form.joint, hook) if form.joint == "\n" else hook,
        "\n".join(form.lines),
        "\n".join(parts.notices),
        question,
        " ".join((*parts.hashtags[:tagged], marker)),
    )
    return form.joint.join(filter(None, blocks))


def _dropped(parts: Parts, said: int, tagged: int) -> tuple[str, ...]:
    spoken = (*parts.hook, *filter(None, (parts.question,)))
    return (
        *reversed(parts.hashtags[tagged:]),
        *(sentence.strip() for sentence in reversed(spoken[said:])),
    )
