"""The Vietnamese catalogue is complete, fills the same values, and is compiled."""

import string

import pytest

from promoter.locales import update

MESSAGES = {str(message.id): str(message.string) for message in update.translated() if message.id}


@pytest.mark.parametrize("english", sorted(str(item.id) for item in update.collect() if item.id))
def test_every_word_of_the_program_is_translated(english: str) -> None:
    assert MESSAGES.get(english), "run «make words» and translate promoter.po"


def test_no_translation_is_a_guess_or_left_over() -> None:
    words = {str(message.id) for message in update.collect() if message.id}
    assert set(MESSAGES) == words
    assert not [message.id for message in update.translated() if message.fuzzy and message.id]


@pytest.mark.parametrize("english", sorted(MESSAGES))
def test_a_translation_fills_in_the_same_values(english: str) -> None:
    assert _values(MESSAGES[english]) == _values(english)


def _values(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_the_compiled_catalogue_is_up_to_date() -> None:
    assert update.PO.with_suffix(".mo").read_bytes() == update.compiled(update.translated())
