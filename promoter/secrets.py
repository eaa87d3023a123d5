"""Where secrets come from: settings only name them, so that no token stands in a file of settings.

`env:NAME` is an environment variable, `file:/path` the content of a file, `store:NAME` a secret
that the store makes at its first use and keeps, and `connect` what `promoter accounts connect`
has obtained and sealed.
"""

import json
import os
import re
import unicodedata
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp

from cryptography.fernet import Fernet, InvalidToken

from promoter.core.errors import ConfigError
from promoter.core.model import Phrase

CONNECT = "connect"
"""Names what an account was given by `promoter accounts connect`; it is found in the vault."""

REFERENCE = re.compile(r"(env):([A-Za-z_][A-Za-z0-9_]*)|(file):(/.+)|(store):([a-z0-9-]+)")


def is_reference(text: str) -> bool:
    """Tell whether a text names a secret, rather than being one."""
    return text == CONNECT or REFERENCE.fullmatch(text) is not None


def resolve(reference: str, from_store: Callable[[str], str]) -> str:
    """Return the secret that a reference names.

    Args:
        from_store: Returns the store's secret of a name.

    Raises:
        ConfigError: It is not a reference, or what it names is missing, unreadable or empty; also
            `connect`, which only the account's own credentials can replace.
    """
    if reference == CONNECT:
        raise ConfigError(Phrase("a secret is still to be obtained by «promoter accounts connect»"))
    match = REFERENCE.fullmatch(reference)
    if match is None:  # the text itself is not shown: it may be the secret
        raise ConfigError(
            Phrase(
                "a secret is named as env:NAME, file:/path, store:NAME or connect, never written "
                "out"
            )
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


def cleaned(pasted: str) -> str:
    """Return a secret without what comes along when it is copied: blanks and invisible signs.

    Raises:
        ConfigError: It is empty, or more than one line; what it says is not shown.
    """
    visible = [sign for sign in pasted if unicodedata.category(sign) != "Cf"]
    found = unicodedata.normalize("NFC", "".join(visible)).strip()
    if not found:
        raise ConfigError(Phrase("nothing was given in place of a secret"))
    if not found.isprintable():
        raise ConfigError(
            Phrase("a secret is one line of letters, digits and signs; copy it again, alone")
        )
    return found


VARIABLE = "PROMOTER_SECRET"
"""The environment variable that can hold the key; without it the key is a file."""


class Vault:
    """Seals what must not stand in the database in the clear.

    The key is kept apart from the database and its backups: in the environment, or in a file that
    only its owner may read and that is made when something is sealed for the first time.
    """

    def __init__(self, file: Path) -> None:
        """Name the file of the key; nothing is read yet."""
        self._file = file

    def seal(self, values: Mapping[str, str]) -> str:
        """Return values as text that says nothing without the key.

        Raises:
            ConfigError: The key cannot be read or made.
        """
        return Fernet(self._key()).encrypt(json.dumps(dict(values)).encode()).decode()

    def open(self, sealed: str) -> dict[str, str]:
        """Return what was sealed.

        Raises:
            ConfigError: It was sealed with another key.
        """
        try:
            found: dict[str, str] = json.loads(Fernet(self._key()).decrypt(sealed.encode()))
        except InvalidToken:
            raise ConfigError(
                Phrase(
                    "the accounts' credentials were sealed with another key; bring back {file} or "
                    "{variable}, or authorise the accounts again",
                    file=self._file,
                    variable=VARIABLE,
                )
            ) from None
        return found

    def _key(self) -> bytes:
        secret = os.environ.get(VARIABLE, "").strip()
        if not secret:
            secret = self._read() or self._make()
        return urlsafe_b64encode(sha256(secret.encode()).digest())

    def _read(self) -> str:
        try:
            return self._file.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError):
            raise self._unusable() from None

    def _make(self) -> str:
        made = Fernet.generate_key().decode()
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            number, draft = mkstemp(dir=self._file.parent)  # for its owner alone: mode 0600
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.write(made)
                file.flush()
                os.fsync(number)
            try:
                os.link(draft, self._file)
            except FileExistsError:  # another process made it just now
                return self._read()
            finally:
                Path(draft).unlink()
        except OSError:
            raise self._unusable() from None
        return made

    def _unusable(self) -> ConfigError:
        return ConfigError(
            Phrase(
                "the key file {file} cannot be read or made; set {variable}, or give promoter the "
                "right to it",
                file=self._file,
                variable=VARIABLE,
            )
        )
