"""The strict form of files: types for what people write, and every mistake with its place.

pydantic finds the mistakes; the words are ours, since staff read them in their own language.
"""

import json
import re
import tomllib
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from typing import Annotated, Any, LiteralString, TypeVar, get_args

from annotated_types import Ge, Le
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from promoter.core.document import Document, Path, dotted
from promoter.core.model import Phrase, Record
from promoter.core.problem import Problem

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")

FEW = 20
"""How many names a message lists."""


class Form(Record):
    """A table of a file: unknown keys are refused, and no type is taken for another."""

    model_config = ConfigDict(strict=True)


def slug(text: str) -> str:
    """Return the form of a text that names files, accounts and days: `Tết` becomes `tet`."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("đ", "d"))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")


def wrong(code: LiteralString, phrase: Phrase) -> PydanticCustomError:
    """Return what a validator raises: the kind of mistake, and what to do in our own words."""
    return PydanticCustomError(code, "{phrase}", {"phrase": phrase})


def member(name: str, names: Collection[str], code: LiteralString = "unknown-name") -> str:
    """Return a name that must be one of some names.

    Raises:
        PydanticCustomError: It is not; the nearest one is told, and all if they are few.
    """
    if name in names:
        return name
    raise wrong(code, _unknown_name(name, names))


def nearest(name: str, names: Collection[str]) -> str:
    """Return the name that was probably meant, or an empty text."""
    folded = {item.casefold(): item for item in sorted(names)}
    found = get_close_matches(name.casefold(), folded, n=1)
    return folded[found[0]] if found else ""


def _unknown_name(found: str, names: Collection[str]) -> Phrase:
    name = _short(found)
    near = nearest(found, names)
    order = names if isinstance(names, Sequence) else sorted(names)
    known = ", ".join(order) if len(names) <= FEW else ""
    if near and known:
        return Phrase(
            "«{found}» is not known; did you mean «{near}»? Known are: {known}",
            found=name,
            near=near,
            known=known,
        )
    if near:
        return Phrase("«{found}» is not known; did you mean «{near}»?", found=name, near=near)
    if known:
        return Phrase("«{found}» is not known; known are: {known}", found=name, known=known)
    return Phrase("«{found}» is not known; check how it is written", found=name)


# Types of values


def _text(value: str) -> str:
    if not value.strip():
        raise wrong("bad-value", Phrase("must not be empty"))
    return value


def _slug(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]+", value):
        raise wrong(
            "bad-value",
            Phrase(
                "a name here has only a-z, 0-9 and hyphens; write «{near}»",
                near=slug(value) or "ten-moi",
            ),
        )
    return value


def _duration(value: object) -> timedelta:
    match = re.fullmatch(r"([1-9][0-9]{0,4})([mhd])", value) if isinstance(value, str) else None
    if match is None:
        raise wrong(
            "bad-value" if isinstance(value, str) else "wrong-type",
            Phrase(
                'needs a duration from one minute up, such as "45m", "3h" or "10d"; found {found}',
                found=shown(value),
            ),
        )
    unit = {"m": "minutes", "h": "hours", "d": "days"}[match[2]]
    return timedelta(**{unit: int(match[1])})


def _filled(value: object) -> object:
    if value == []:
        raise wrong("bad-value", Phrase("must not be empty"))
    return value


def _distinct(values: tuple[T, ...]) -> tuple[T, ...]:
    for position, value in enumerate(values):
        if value in values[:position]:
            raise wrong("bad-value", Phrase("«{found}» stands twice in the list", found=str(value)))
    return values


Text = Annotated[str, AfterValidator(_text)]
Slug = Annotated[str, AfterValidator(_slug)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Many = Annotated[tuple[T, ...], Field(strict=False), AfterValidator(_distinct)]
"""A list without repeats."""
Some = Annotated[Many[T], BeforeValidator(_filled)]
"""A list without repeats, and not empty."""


# Mistakes


def check(
    model: type[M],
    document: Document,
    *,
    values: Mapping[str, object] | None = None,
    path: Path = (),
    context: object = None,
    also: Collection[str] = (),
) -> tuple[M | None, list[Problem]]:
    """Read values by a model, or return every mistake in the order of the file.

    Args:
        values: What to read instead of all values of the document.
        path: Where in the document they stand.
        context: What the model's validators need to know.
        also: Keys that stand beside the model's own, for the nearest one.
    """
    found = document.values if values is None else values
    try:
        return model.model_validate(found, context=context), []
    except ValidationError as error:
        problems = [_problem(model, item, document, path, also) for item in error.errors()]
        return None, in_order(problems)


def in_order(problems: Collection[Problem]) -> list[Problem]:
    """Sort problems as a reader of the file meets them."""
    return sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0))


def _problem(
    model: type[BaseModel],
    error: ErrorDetails,
    document: Document,
    base: Path,
    also: Collection[str],
) -> Problem:
    path = tuple(part for part in error["loc"] if part != "[key]")
    code, phrase = _meaning(model, path, error, also)
    at_key = code == "unknown-key" or path != error["loc"]
    line, column = (document.key_place if at_key else document.place)(base + path)
    return Problem(document.file, line, column, dotted(base + path), code, phrase)


def _meaning(
    model: type[BaseModel], path: Path, error: ErrorDetails, also: Collection[str]
) -> tuple[str, Phrase]:
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    if isinstance(context.get("phrase"), Phrase):
        return kind, context["phrase"]
    if kind == "missing":
        return "missing-key", _missing(_field(model, path), dotted(path[-1:]))
    if kind == "extra_forbidden":
        return "unknown-key", _unknown_key(model, path, also)
    if kind in ("literal_error", "enum"):
        choices = re.findall(r"'([^']*)'", context["expected"])
        return "bad-value", _unknown_name(str(value), choices)
    if kind.startswith("url_"):
        return "bad-value", Phrase(
            "needs an address such as https://ocop.example.vn; found {found}", found=shown(value)
        )
    expected = EXPECTED.get(kind.split("_")[0])
    if expected and kind.endswith(("_type", "_parsing", "_from_float")):
        return "wrong-type", _wrong_type(expected, kind.split("_")[0], value)
    return "bad-value", _out_of_range(_field(model, path), value) or Phrase(
        "not valid: {why}", why=error["msg"]
    )


def _fields(model: type[BaseModel], path: Path) -> Mapping[str, FieldInfo]:
    annotation: Any = model
    for part in path:
        if _is_table(annotation):
            field = annotation.model_fields.get(part)
            annotation = field.annotation if field else None
        else:  # what a dict[str, Account] holds
            annotation = (get_args(annotation) or (None,))[-1]
    return annotation.model_fields if _is_table(annotation) else {}


def _is_table(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _field(model: type[BaseModel], path: Path) -> FieldInfo | None:
    return _fields(model, path[:-1]).get(str(path[-1])) if path else None


def _missing(field: FieldInfo | None, key: str) -> Phrase:
    if field and _is_table(field.annotation):
        return Phrase("the table [{key}] is missing; add it", key=key)
    if field and field.examples:
        example = _toml(field.examples[0])
        return Phrase("is missing; write for example {key} = {example}", key=key, example=example)
    return Phrase("is missing; add {key} = …", key=key)


def _unknown_key(model: type[BaseModel], path: Path, also: Collection[str]) -> Phrase:
    key, here = str(path[-1]), [*_fields(model, path[:-1]), *(also if len(path) == 1 else ())]
    if len(path) > 1 and key in model.model_fields:
        return Phrase("«{key}» belongs at the top, before the first [table]", key=key)
    for table in model.model_fields:
        if key in _fields(model, (table,)):
            return Phrase("«{key}» belongs in the table [{table}]", key=key, table=table)
    near = nearest(key, here)
    if near:
        return Phrase("unknown key «{key}»; did you mean «{near}»?", key=key, near=near)
    return Phrase("unknown key «{key}»; known are: {known}", key=key, known=", ".join(here))


EXPECTED: Mapping[str, Phrase] = {
    "string": Phrase('text in quotes, such as "…"'),
    "int": Phrase("a whole number"),
    "float": Phrase("a number"),
    "bool": Phrase("true or false"),
    "date": Phrase("a day, such as 2026-11-24"),
    "tuple": Phrase('a list, such as ["a", "b"]'),
    "list": Phrase('a list, such as ["a", "b"]'),
    "model": Phrase("a table"),
    "dict": Phrase("a table"),
}
UNQUOTED: Mapping[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "date": (date,),
}


def _wrong_type(expected: Phrase, kind: str, value: object) -> Phrase:
    if kind in ("tuple", "list") and isinstance(value, str):
        return Phrase("needs a list; write [{example}]", example=_toml(value))
    if isinstance(value, str) and _reads_as(value, UNQUOTED.get(kind, ())):
        return Phrase("leave the quotes out; write {example}", example=value)
    return Phrase("needs {expected}; found {found}", expected=expected, found=shown(value))


def _reads_as(text: str, kinds: tuple[type, ...]) -> bool:
    try:
        return type(tomllib.loads(f"x = {text}").get("x")) in kinds
    except ValueError:
        return False


def shown(value: object) -> Phrase | str:
    """Return how a message names a value that stands in a file."""
    match value:
        case str():
            return Phrase("the text «{value}»", value=_short(value))
        case bool():
            return _toml(value)
        case int() | float():
            return Phrase("the number {value}", value=_short(str(value)))
        case datetime():
            return Phrase("the moment {value}", value=value.isoformat(" "))
        case date():
            return Phrase("the day {value}", value=value.isoformat())
        case time():
            return Phrase("the time {value}", value=value.isoformat())
        case list():
            return Phrase("a list")
    return Phrase("a table")


def _out_of_range(field: FieldInfo | None, value: object) -> Phrase | None:
    bounds = field.metadata if field else []
    least = next((item.ge for item in bounds if isinstance(item, Ge)), None)
    most = next((item.le for item in bounds if isinstance(item, Le)), None)
    if least is None or most is None:
        return None
    return Phrase(
        "must be from {least} to {most}; found {found}",
        least=least,
        most=most,
        found=_short(str(value)),
    )


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def _toml(value: object) -> str:
    if isinstance(value, date | time):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)
