"""Settings in environment variables, above the file: PROMOTER_STORE__URL is [store] url."""

import tomllib
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel, create_model
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from promoter.core import document
from promoter.core.document import dotted

PREFIX = "PROMOTER_"


def read(form: type[BaseModel]) -> dict[str, Any]:
    """Return the values that variables give, by the sections and keys of a form of settings."""
    asked = create_model(
        "Environment",
        __base__=BaseSettings,
        **{name: (dict[str, Any], {}) for name in form.model_fields},  # type: ignore[call-overload]
    )
    asked.model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        enable_decoding=False,
    )
    found = EnvSettingsSource(asked)()
    return {
        name: _typed(form.model_fields[name].annotation, value) for name, value in found.items()
    }


def _typed(annotation: Any, value: Any) -> Any:
    """Read a variable's text as a number or a truth where the settings want one."""
    if isinstance(value, dict):
        fields = getattr(annotation, "model_fields", {})
        inner = (get_args(annotation) or (None,))[-1]
        return {
            key: _typed(fields[key].annotation if key in fields else inner, item)
            for key, item in value.items()
        }
    if {int, bool} & {annotation, *get_args(annotation)}:
        try:
            return tomllib.loads(f"x = {value}")["x"]
        except ValueError:
            return value
    return value


def merged(values: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return values with others above them."""
    both = dict(values)
    for key, value in above.items():
        under = both.get(key)
        if isinstance(value, dict) and isinstance(under, dict):
            value = merged(under, value)
        both[key] = value
    return both


def variables(values: Mapping[str, Any], path: document.Path = ()) -> dict[str, str]:
    """Return the names of variables by the dotted keys that they give."""
    found: dict[str, str] = {}
    for key, value in values.items():
        here = (*path, key)
        if isinstance(value, dict):
            found |= variables(value, here)
        else:
            found[dotted(here)] = PREFIX + "__".join(map(str, here)).upper()
    return found
