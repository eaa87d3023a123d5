"""Phrases as JSON: their English text and values, so that a page can say them in any language."""

from typing import Any

from promoter.core.model import Phrase


def dump(phrase: Phrase | None) -> dict[str, Any] | None:
    """Return a phrase as plain JSON values."""
    if phrase is None:
        return None
    values = {
        name: dump(value)
        if isinstance(value, Phrase)
        else value
        if isinstance(value, int | float | str | None)
        else str(value)
        for name, value in phrase.values.items()
    }
    return {"text": phrase.text, "values": values}


def load(data: dict[str, Any] | None) -> Phrase | None:
    """Return the phrase that was dumped."""
    if data is None:
        return None
    values = {
        name: load(value) if isinstance(value, dict) else value
        for name, value in data["values"].items()
    }
    return Phrase(data["text"], **values)
