"""Checks names and types of what a call brings; what is not known is refused."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from math import isfinite
from typing import Any, TypeAlias

from promoter.sandbox.contract import Request
from promoter.sandbox.shopee.reply import Refusal


class Kind(Enum):
    """A simple type, by its name in a refusal."""

    INTEGER = "an integer"
    NUMBER = "a number"
    TEXT = "a string"
    FLAG = "a boolean"


@dataclass(frozen=True, slots=True)
class Many:
    """A list of low to high entries."""

    each: "Spec"
    low: int = 0
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Fields:
    """An object."""

    required: Mapping[str, "Spec"]
    optional: Mapping[str, "Spec"] = field(default_factory=dict)


Spec: TypeAlias = Kind | Many | Fields


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of an address.

    Attributes:
        separator: Empty for a single value, `,` for a list in one value, `&` for a list of
            parameters of the same name.
        low: Least integer, or least number of entries of a list.
        high: Most, likewise.
    """

    kind: Kind
    required: bool = False
    separator: str = ""
    low: int | None = None
    high: int | None = None


def body(request: Request, fields: Fields, module: str) -> dict[str, Any]:
    """Return the object that a request brings as JSON.

    Args:
        module: Prefix of the errors, such as `product.`.

    Raises:
        Refusal: It is none, or not of this shape.
    """
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise wrong(module, "the Content-Type must be application/json")
    try:
        value = request.json()
    except ValueError:
        raise Refusal(f"{module}error_data", "parse data failed") from None
    _check(value, fields, "body", module)
    given: dict[str, Any] = value
    return given


def query(
    values: Mapping[str, list[str]], params: Mapping[str, Param], module: str
) -> dict[str, Any]:
    """Return the parameters of an address in their types; those not given are left out.

    Raises:
        Refusal: One is unknown, missing, of another type, or beyond its bounds.
    """
    for name in values.keys() - params.keys():
        raise wrong(module, f"unknown parameter {name}")
    given: dict[str, Any] = {}
    for name, param in params.items():
        if name in values:
            given[name] = _parameter(name, values[name], param, module)
        elif param.required:
            raise missing(module, name)
    return given


def missing(module: str, name: str) -> Refusal:
    """Return the refusal of a call that lacks something."""
    return Refusal(f"{module}error_param", f"invalid field {_camel(name)}: value must  Not Null")


def wrong(module: str, detail: str) -> Refusal:
    """Return the refusal of a call that is not as documented."""
    return Refusal(f"{module}error_param", f"Wrong parameters, detail: {detail}.")


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _parameter(name: str, values: list[str], param: Param, module: str) -> Any:
    if param.separator != "&" and len(values) > 1:
        raise wrong(module, f"{name} is given {len(values)} times")
    if not param.separator:
        value = _converted(name, values[0], param.kind, module)
        if param.kind is Kind.INTEGER:
            _check_bounds(name, value, param.low, param.high, module)
        return value
    parts = values[0].split(",") if param.separator == "," else values
    _check_bounds(f"the length of {name}", len(parts), param.low, param.high, module)
    return [_converted(name, part, param.kind, module) for part in parts]


def _converted(name: str, text: str, kind: Kind, module: str) -> Any:
    match kind:
        case Kind.TEXT:
            return text
        case Kind.INTEGER if text.isascii() and text.isdecimal():
            return int(text)
    raise wrong(module, f"{name} must be {kind.value}")


def _check_bounds(name: str, value: int, low: int | None, high: int | None, module: str) -> None:
    if (low is not None and value < low) or (high is not None and value > high):
        raise wrong(module, f"{name} must be between {low} and {high}")


_TESTS: Mapping[Kind, Callable[[Any], bool]] = {
    Kind.INTEGER: lambda value: isinstance(value, int) and not isinstance(value, bool),
    Kind.NUMBER: lambda value: (
        isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    ),
    Kind.TEXT: lambda value: isinstance(value, str),
    Kind.FLAG: lambda value: isinstance(value, bool),
}


def _check(value: Any, spec: Spec, name: str, module: str) -> None:
    match spec:
        case Fields():
            _check_object(value, spec, name, module)
        case Many():
            if not isinstance(value, list):
                raise wrong(module, f"{name} must be a list")
            _check_bounds(f"the length of {name}", len(value), spec.low, spec.high, module)
            for entry in value:
                _check(entry, spec.each, name, module)
        case _:
            if not _TESTS[spec](value):
                shown = json.dumps(value)[:40]
                raise wrong(module, f"{name} must be {spec.value}, not {shown}")


def _check_object(value: Any, spec: Fields, name: str, module: str) -> None:
    if not isinstance(value, dict):
        raise wrong(module, f"{name} must be an object")
    known = {**spec.required, **spec.optional}
    for key in value.keys() - known.keys():
        raise wrong(module, f"unknown parameter {key} in {name}")
    for key in spec.required:
        if value.get(key) is None:
            raise missing(module, key)
    for key, part in value.items():
        _check(part, known[key], key, module)
