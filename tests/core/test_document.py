"""TOML with places: where values stand, and what is said about broken syntax."""

import tomllib
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promoter.core.document import Document, Path, dotted, read
from promoter.core.problem import Problem

SAMPLE = """\
# ghi chú
title = "Vị quê"
accounts = [
  "fanpage",  # trước
  "zalo",
]
a.b."c d" = {x = 1, y.z = [10, 20]}

[select]
  min_stars = 3
[accounts-of.showcase]
token = 'env:X'
[[item]]
name = "một"
[[item]]
name = "hai"
[[item.part]]
n = 1
"""


def document(text: str) -> Document:
    found, problems = read(text, "f.toml")
    assert problems == []
    assert found is not None
    return found


def syntax(text: str) -> Problem:
    found, problems = read(text, "f.toml")
    assert found is None
    (problem,) = problems
    assert (problem.file, problem.code) == ("f.toml", "syntax")
    assert str(problem.phrase)
    return problem


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("title",), (2, 9)),
        (("accounts", 1), (5, 3)),
        (("a", "b", "c d"), (7, 13)),
        (("a", "b", "c d", "y", "z", 1), (7, 32)),
        (("select", "min_stars"), (10, 15)),
        (("select",), (9, 1)),
        (("accounts-of", "showcase", "token"), (12, 9)),
        (("item", 1, "name"), (16, 8)),
        (("item", 1, "part", 0, "n"), (18, 5)),
    ],
)
def test_a_value_has_a_place(path: Path, place: tuple[int, int]) -> None:
    assert document(SAMPLE).place(path) == place


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("title",), (2, 1)),
        (("a",), (7, 1)),
        (("a", "b", "c d"), (7, 5)),
        (("select",), (9, 2)),
        (("select", "min_stars"), (10, 3)),
        (("accounts-of", "showcase"), (11, 14)),
    ],
)
def test_a_key_has_a_place(path: Path, place: tuple[int, int]) -> None:
    assert document(SAMPLE).key_place(path) == place


def test_what_is_missing_is_placed_at_its_table() -> None:
    assert document(SAMPLE).place(("select", "groups", 0)) == (9, 1)
    assert document(SAMPLE).place(("nowhere", "at", "all")) == (1, 1)


def test_columns_count_characters() -> None:
    text = 'x = {"đặc" = "sản", y = 1}'
    assert document(text).place(("x", "y")) == (1, text.index("1") + 1)


def test_nfd_text_becomes_nfc_and_its_places_stay_those_of_the_file() -> None:
    text = unicodedata.normalize("NFD", '"tiêu đề" = "Vị quê"\nx = ["Tết", "hè"]')
    found = document(text)
    assert found.values == {"tiêu đề": "Vị quê", "x": ["Tết", "hè"]}
    assert found.place(("x", 1)) == (2, len(unicodedata.normalize("NFD", 'x = ["Tết", "')))
    assert found.place(("tiêu đề",)) == (1, text.index("=") + 3)


def test_line_ends_of_windows_and_a_byte_order_mark_change_nothing() -> None:
    found = document("\ufeff" + SAMPLE.replace("\n", "\r\n"))
    assert found.values == document(SAMPLE).values
    assert found.place(("title",)) == (2, 9)
    assert found.place(("item", 1, "part", 0, "n")) == (18, 5)


def test_a_mark_does_not_shift_the_first_line() -> None:
    assert document("\ufeffx = 1").place(("x",)) == (1, 5)


@pytest.mark.parametrize("text", ["", "\ufeff", "\n\n", "# nothing\n"])
def test_an_empty_file_is_an_empty_table(text: str) -> None:
    assert document(text).values == {}


def test_a_huge_file_is_read() -> None:
    text = "".join(f'[[p]]\nname = "Muối {i}"\n' for i in range(5000))
    assert document(text).place(("p", 4999, "name")) == (10000, 8)


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a = 1\nb = \n", 2, 5, "a value is missing"),
        ('a = 1\nb = "abc\n', 2, 9, "no closing quote"),
        ('a = ["x" "y"]', 1, 10, "closing ]"),
        ("a = [1\nb = 2", 2, 1, "closing ]"),
        ("[select\nx = 1", 1, 8, "no closing ]"),
        ("a = {x = 1", 1, 1, "has no end"),
        ('a = """x\ny\n', 1, 1, "has no end"),
        ('tiêu đề = "x"', 1, 3, "no spaces or accents"),
        ("đề = 1", 1, 1, "only a-z"),
        ("a = 1 b = 2", 1, 7, "on each line"),
        ("a = 1\n\nx = “Tết”", 3, 5, "straight ones"),
        ("x = True", 1, 5, "true or false"),
        ("x = có # ừ", 1, 5, "true or false"),
        ("x = auto", 1, 5, '"auto"'),
        ("x = 24/11/2026", 1, 7, "2026-11-24"),
        ("x = 4-1-2027", 1, 6, "2027-01-04"),
        ("x = 1,5", 1, 6, "1.5"),
        ("x = [7:00]", 1, 7, '"07:00"'),
        ("x = 2027-02-29", 1, 5, "no such day"),
        ('x = "C:\\Data"', 1, 10, "single quotes"),
        ("a.b = 1\n[a]\n", 2, 3, "another kind"),
    ],
)
def test_broken_syntax_is_placed_and_says_what_to_do(
    text: str, line: int, column: int, words: str
) -> None:
    problem = syntax(text)
    assert words in str(problem.phrase)
    assert (problem.line, problem.column) == (line, column)


@pytest.mark.parametrize(
    ("text", "key", "line", "column", "first"),
    [
        ("a = 1\nb = 2\na = 3", "a", 3, 1, 1),
        ("[a]\nx = 1\n[b]\n[a]\ny = 2", "a", 4, 2, 1),
        ("t = {x = 1, x = 2}", "t.x", 1, 13, 1),
        ("[[a]]\nx = 1\n[[a]]\nx = 1\nx = 2", "a[1].x", 5, 1, 4),
        ("[a.b]\n[a]\nb = 1", "a.b", 3, 1, 1),
        ('"tết" = 1\n"te\u0302\u0301t" = 2', '"tết"', 2, 1, 1),
    ],
)
def test_a_repeated_key_tells_where_it_stood_first(
    text: str, key: str, line: int, column: int, first: int
) -> None:
    problem = syntax(text)
    assert (problem.key, problem.line, problem.column) == (key, line, column)
    assert f"first in line {first};" in str(problem.phrase)


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 5000 + "]" * 5000, ".".join("a" * 5000) + " = 1", "x = " + "9" * 5000]
)
def test_absurd_input_is_a_problem_and_not_a_crash(text: str) -> None:
    syntax(text)


@given(st.text(alphabet="a=[]{}\"'.,#1-\n\r \ufeffđ\u0301\x00\\", max_size=40))
def test_any_text_is_read_or_has_one_problem_inside_the_file(text: str) -> None:
    found, problems = read(text, "f")
    assert (found is None) == (len(problems) == 1)
    for problem in problems:
        assert problem.line is not None
        assert 1 <= problem.line <= text.count("\n") + 1
        assert str(problem.phrase)


KEYS = st.text(alphabet="ab_-1", min_size=1, max_size=3)
LEAVES = st.one_of(st.integers(), st.booleans(), st.text(alphabet="aế#=[", max_size=4))
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
)


def written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[ {', '.join(map(written, value))} ]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {written(item)}" for key, item in value.items()) + "}"
    return f'"{value}"' if isinstance(value, str) else str(value)


def paths(value: Any, path: Path = ()) -> list[tuple[Path, Any]]:
    found = [(path, value)] if path else []
    items: list[tuple[Any, Any]] = list(value.items()) if isinstance(value, dict) else []
    items += enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += paths(item, (*path, key))
    return found


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_at_the_place_of_every_value_that_value_begins(values: dict[str, Any]) -> None:
    text = "".join(f"{key} = {written(item)}\n" for key, item in values.items())
    lines, found = text.split("\n"), document(text)
    assert found.values == tomllib.loads(text)
    for path, value in paths(values):
        line, column = found.place(path)
        assert lines[line - 1][column - 1 :].startswith(written(value))


def test_a_path_is_written_as_people_do() -> None:
    assert dotted(("select", "tags any", 2, "x-y")) == 'select."tags any"[2].x-y'
    assert dotted((0, "a")) == "[0].a"
