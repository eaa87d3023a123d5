"""Where secrets come from: settings only name them, so that no token stands in a file of settings.

`env:NAME` is an environment variable, `file:/path` the content of a file, `store:NAME` a secret
that the store makes at its first use and keeps.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

from promoter.core.errors import ConfigError
from promoter.core.model import Phrase

REFERENCE = re.compile(r"(env):([A-Za-z_][A-Za-z0-9_]*)|(file):(/.+)|(store):([a-z0-9-]+)")


def is_reference(text: str) -> bool:
    """Tell whether a text names a secret, rather than being one."""
    return REFERENCE.fullmatch(text) is not None


def resolve(reference: str, from_store: Callable[[str], str]) -> str:
    """Return the secret that a reference names.

    Args:
        from_store: Returns the store's secret of a name.

    Raises:
        ConfigError: It is not a reference, or what it names is missing, unreadable or empty.
    """
    match = REFERENCE.fullmatch(reference)
    if match is None:  # the text itself is not shown: it may be the secret
        raise ConfigError(
            Phrase("a secret is named as env:NAME, file:/path or store:NAME, never written out")
        )
    kind, name = (part for part in match.groups() if part)
    if kind == "store":
        return from_store(name)
    return _from_environment(name) if kind == "env" else _from_file(name)


def _from_environment(name: str) -> str:
    found = os.environ.get(name, "").strip()
    if not found:
        raise ConfigError(
            Phrase("the environment variable {name} is not set; it must hold a secret", name=name)
        )
    return found


def _from_file(path: str) -> str:
    try:
        found = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ConfigError(
            Phrase(
                "cannot read a secret from {path}; check that the file exists and may be read",
                path=path,
            )
        ) from None
    if not found:
        raise ConfigError(Phrase("the file {path} is empty; it must hold a secret", path=path))
    return found
