"""The little language of `fields`: `id,comments.limit(0).summary(true){id,message}`."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from promoter.sandbox.facebook.refusal import Refusal, parameter

_NAME = re.compile(r"\w+")
_ARGUMENT = re.compile(r"\.(\w+)\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Field:
    """A field that is asked for, with its arguments and the fields wanted of it."""

    name: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    fields: Sequence["Field"] = ()

    def only(self, *names: str) -> None:
        """Refuse other arguments than these."""
        for name in self.arguments:
            if name not in names:
                raise parameter(f"Unknown argument {name} of field {self.name}")

    def number(self, name: str, default: int) -> int:
        """Return an argument that is an integer from 0 up."""
        value = self.arguments.get(name, str(default))
        if not re.fullmatch("[0-9]{1,9}", value):
            raise parameter(f"Argument {name} of field {self.name} must be an unsigned integer")
        return int(value)


Known = Mapping[str, object]
"""By name of a field its value, None where it is absent, or a function of the field asked for."""


def parse(text: str) -> list[Field]:
    """Return the fields that a text asks for."""
    found, end = _several(text.replace(" ", ""), 0)
    if end < len(text.replace(" ", "")):
        raise _syntax(text, end)
    return found


def project(wanted: Sequence[Field], known: Known, kind: str) -> dict[str, object]:
    """Return the wanted fields of an object; its id always comes with them."""
    shown: dict[str, object] = {}
    for item in wanted:
        if item.name not in known:
            raise parameter(
                f"Tried accessing nonexisting field ({item.name}) on node type ({kind})"
            )
        value = _value(item, known[item.name])
        if value is not None:
            shown[item.name] = value
    if "id" in known:
        shown["id"] = known["id"]
    return shown


def _value(item: Field, value: object | Callable[[Field], object]) -> object:
    if callable(value):
        return value(item)
    item.only()
    if item.fields:
        raise parameter(f"Subfields are not supported by {item.name}")
    return value


def _several(text: str, start: int) -> tuple[list[Field], int]:
    found: list[Field] = []
    while True:
        item, start = _one(text, start)
        found.append(item)
        if text[start : start + 1] != ",":
            return found, start
        start += 1


def _one(text: str, start: int) -> tuple[Field, int]:
    name = _NAME.match(text, start)
    if not name:
        raise _syntax(text, start)
    end, arguments = name.end(), {}
    while argument := _ARGUMENT.match(text, end):
        arguments[argument[1]] = argument[2]
        end = argument.end()
    fields: list[Field] = []
    if text[end : end + 1] == "{":
        fields, end = _several(text, end + 1)
        if text[end : end + 1] != "}":
            raise _syntax(text, end)
        end += 1
    return Field(name[0], arguments, fields), end


def _syntax(text: str, place: int) -> Refusal:
    return Refusal(2500, f'Syntax error at character {place}: "{text[place:]}"')
