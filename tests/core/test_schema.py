"""The strict form of files: types of values, nearest names, and mistakes of any model."""

from datetime import timedelta
from typing import Literal

import pytest
from pydantic import BaseModel, Field, HttpUrl, ValidationError, create_model
from pydantic_core import PydanticCustomError

from promoter.core.document import Document, read
from promoter.core.problem import Problem
from promoter.core.schema import Duration, Form, Many, Slug, check, member, nearest, slug


class Part(Form):
    size: int = Field(default=1, ge=1, le=9)
    share: float = 1.0


class Whole(Form):
    name: str = Field(examples=["Muối"])
    kind: Literal["salt", "rice"] = "salt"
    open: bool = False
    tags: Many[str] = ()
    site: HttpUrl | None = None
    part: Part = Part()
    parts: dict[str, Part] = Field(default={})


def document(text: str) -> Document:
    found, problems = read(text, "f.toml")
    assert found, problems
    return found


def problems(text: str) -> list[Problem]:
    value, found = check(Whole, document(text))
    assert (value is None) == bool(found)
    return found


def message(text: str) -> str:
    (problem,) = problems('name = "x"\n' + text)
    return f"{problem.line}:{problem.column} {problem.key} {problem.code}: {problem.phrase}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'nme = "x"',
            "2:1 nme unknown-key: unknown key «nme»; did you mean «name»?",
        ),
        (
            "[part]\nfoo.bar = 1",
            "3:1 part.foo unknown-key: unknown key «foo»; known are: size, share",
        ),
        ("size = 3", "2:1 size unknown-key: «size» belongs in the table [part]"),
        (
            "[part]\nopen = true",
            "3:1 part.open unknown-key: «open» belongs at the top, before the first [table]",
        ),
        (
            'kind = "rise"',
            "2:8 kind bad-value: «rise» is not known; did you mean «rice»? Known are: salt, rice",
        ),
        ('open = "true"', "2:8 open wrong-type: leave the quotes out; write true"),
        (
            'open = "có"',
            "2:8 open wrong-type: needs true or false; found the text «có»",
        ),
        ('tags = "gi"', '2:8 tags wrong-type: needs a list; write ["gi"]'),
        (
            'tags = ["a", 3]',
            '2:14 tags[1] wrong-type: needs text in quotes, such as "…"; found the number 3',
        ),
        ('tags = ["a", "b", "a"]', "2:8 tags bad-value: «a» stands twice in the list"),
        (
            "part.size = 10",
            "2:13 part.size bad-value: must be from 1 to 9; found 10",
        ),
        (
            "part.size = 1.0",
            "2:13 part.size wrong-type: needs a whole number; found the number 1.0",
        ),
        (
            "part.size = true",
            "2:13 part.size wrong-type: needs a whole number; found true",
        ),
        (
            "part.share = 2026-11-24",
            "2:14 part.share wrong-type: needs a number; found the day 2026-11-24",
        ),
        ("part = 3", "2:8 part wrong-type: needs a table; found the number 3"),
        ("[parts.a]\nsize = 0", "3:8 parts.a.size bad-value: must be from 1 to 9; found 0"),
        (
            "[parts.a]\nsizes = 1",
            "3:1 parts.a.sizes unknown-key: unknown key «sizes»; did you mean «size»?",
        ),
    ],
)
def test_a_mistake_is_placed_and_says_what_to_do(text: str, expected: str) -> None:
    assert message(text) == expected


def test_a_missing_key_shows_how_it_is_written() -> None:
    (problem,) = problems("# nothing")
    assert (problem.key, problem.code, problem.line) == ("name", "missing-key", 1)
    assert 'name = "Muối"' in str(problem.phrase)


def test_mistakes_are_told_in_the_order_of_the_file() -> None:
    found = problems("[part]\nsize = 0\nx = 1\n[parts]\na = 3\n[mother]\n")
    assert [problem.line for problem in found] == [1, 2, 3, 5, 6]


def test_a_mistake_that_only_pydantic_knows_keeps_its_words() -> None:
    odd: type[BaseModel] = create_model("Odd", code=(str, Field(pattern="^P")))
    _, found = check(odd, document('code = "x"'))
    assert [str(problem.phrase)[:10] for problem in found] == ["not valid:"]


@pytest.mark.parametrize("value", ["1.5", '"x"', "[]"])
def test_a_looser_model_has_the_same_words(value: str) -> None:
    model: type[BaseModel] = create_model("Loose", port=(int, ...))
    (problem,) = check(model, document(f"port = {value}"))[1]
    assert (problem.code, problem.column) == ("wrong-type", 8)
    assert str(problem.phrase).startswith("needs a whole number; found ")


def test_an_address_that_is_none_says_how_one_looks() -> None:
    model: type[BaseModel] = create_model("Site", url=(HttpUrl, ...))
    (problem,) = check(model, document('url = "x"'))[1]
    assert "https://ocop.example.vn" in str(problem.phrase)


def test_keys_beside_the_model_s_own_can_be_the_nearest() -> None:
    found = document('[accounts.a]\ndaly = 1\nname = "x"')
    (problem,) = check(
        Whole,
        found,
        values=found.values["accounts"]["a"],
        path=("accounts", "a"),
        also=["daily"],
    )[1]
    assert (problem.key, problem.line) == ("accounts.a.daly", 2)
    assert "«daily»" in str(problem.phrase)


class Waits(Form):
    wait: Duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("45m", timedelta(minutes=45)),
        ("3h", timedelta(hours=3)),
        ("10d", timedelta(days=10)),
        ("99999d", timedelta(days=99999)),
    ],
)
def test_a_duration_is_a_number_with_its_unit(text: str, expected: timedelta) -> None:
    assert Waits.model_validate({"wait": text}).wait == expected


@pytest.mark.parametrize("value", ["", "3", "3 h", "h", "0h", "-1h", "1.5h", "٣h", "100000d", 3])
def test_what_is_no_duration_is_refused_and_shown_one(value: object) -> None:
    with pytest.raises(ValidationError, match='"45m", "3h" or "10d"'):
        Waits.model_validate({"wait": value})


class Named(Form):
    name: Slug


@pytest.mark.parametrize("name", ["Fan Page", "trang_a", "tết", "", "a.b"])
def test_a_name_of_ours_is_plain(name: str) -> None:
    with pytest.raises(ValidationError, match="a-z"):
        Named.model_validate({"name": name})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tết Nguyên đán", "tet-nguyen-dan"),
        ("Đưa ông Táo", "dua-ong-tao"),
        ("Te\u0302\u0301t", "tet"),
        ("30/4 - 1/5", "30-4-1-5"),
        ("  ", ""),
    ],
)
def test_a_slug_has_no_accents(text: str, expected: str) -> None:
    assert slug(text) == expected


def test_the_nearest_name_does_not_mind_capitals() -> None:
    assert nearest("bl-85", ["BL-085", "BL-100"]) == "BL-085"
    assert nearest("quê", ["BL-085"]) == ""


def test_many_names_are_not_listed() -> None:
    names = [f"BL-{number:03}" for number in range(145)]
    with pytest.raises(PydanticCustomError) as caught:
        member("BL-1455", names)
    assert len(str(caught.value.context)) < 200
    with pytest.raises(PydanticCustomError, match="check how it is written"):
        member("muối", names)
