"""Lines of Vietnamese: broken between words, never inside one where it can be helped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promoter.render.wrap import GLUE, costs, drawable, unbroken, wrapped

SYLLABLES = st.lists(st.sampled_from(["muối", "hạt", "Bạc", "Liêu", "nước", "mắm", "5", "kg", "ở"]))


def broken(text: str, room: int, most: int = 4) -> list[str] | None:
    """Return lines in a type whose letters are all one wide."""
    found = wrapped(drawable(text), room, most, len, 1)
    return [line.replace(GLUE, " ") for line in found] if found else found


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("Nước mắm cá cơm 35 độ đạm", 17, ["Nước mắm cá cơm", "35 độ đạm"]),
        ("Gạo Một bụi đỏ Hồng Dân", 19, ["Gạo Một bụi đỏ", "Hồng Dân"]),
        ("Tôm sú nguyên con đông lạnh", 22, ["Tôm sú nguyên con", "đông lạnh"]),
        ("Xá bấu (củ cải muối)", 14, ["Xá bấu", "(củ cải muối)"]),
    ],
)
def test_a_line_ends_where_a_word_ends(text: str, room: int, lines: list[str]) -> None:
    """The fuller line would split a word or a name."""
    assert broken(text, room) == lines
    assert unbroken(lines)


@pytest.mark.parametrize("text", ["gói 500 g", "OCOP 4 sao", "ngày 12/11/2024", "hộp 10 trứng"])
def test_a_number_stays_with_its_neighbour(text: str) -> None:
    """They stay on one line, or there is no line at all."""
    for room in range(4, 20):
        for line in broken(text, room) or []:
            assert line not in {"500", "4", "10", "ngày", "g", "sao", "trứng"}


def test_a_last_line_of_one_syllable_is_avoided() -> None:
    """«lắm» alone would look like a mistake."""
    assert broken("hạt to khô ráo mà thơm lắm", 22) == ["hạt to khô ráo", "mà thơm lắm"]


def test_a_piece_wider_than_the_line_is_no_line() -> None:
    """Nor is a text that needs more lines than there may be."""
    assert broken("Muối-hạt-Bạc-Liêu", 8) is None
    assert broken("muối hạt phơi nắng", 6, most=2) is None


@given(SYLLABLES, st.integers(8, 40), st.integers(1, 5))
def test_lines_hold_every_word_and_fit(words: list[str], room: int, most: int) -> None:
    """Nothing is lost, doubled or too long, in no more lines than allowed."""
    text = drawable(" ".join(words))
    found = wrapped(text, room, most, len, 1)
    if found is not None and text:
        assert " ".join(found) == text
        assert max(map(len, found)) <= room
        assert len(found) <= most


@given(SYLLABLES)
def test_drawing_twice_changes_nothing(words: list[str]) -> None:
    """What can be drawn stays as it is, and every gap has its price."""
    text = drawable(" ".join(words))
    assert drawable(text) == text
    pieces, prices = costs(text)
    assert len(prices) == len(pieces) - 1
