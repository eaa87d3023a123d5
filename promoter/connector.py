"""Makes the channel of an account from its settings and the newest credentials.

What a service gave stands in place of the secrets that the settings name, for as long as the
settings name the same ones.
"""

from collections.abc import Collection, Mapping
from http import HTTPStatus
from types import ModuleType
from typing import get_args

from pydantic import BaseModel, SecretStr

from promoter import secrets
from promoter.core.channel import Channel
from promoter.core.errors import ConfigError
from promoter.core.model import Phrase, digest
from promoter.remote.http import Session
from promoter.secrets import CONNECT, Vault
from promoter.settings import Settings, account_problems
from promoter.store import credentials
from promoter.store.database import Store


class Connector:
    """Connects one account."""

    def __init__(
        self,
        settings: Settings,
        name: str,
        module: ModuleType,
        store: Store,
        vault: Vault,
        session: Session,
    ) -> None:
        """Name the account and its channel's module; nothing is read yet."""
        self._settings, self._name, self._module = settings, name, module
        self._store, self._vault, self._session = store, vault, session
        self._made: dict[str, Channel] = {}  # by the credentials in force

    def connect(self) -> Channel:
        """Return the channel; it is made anew when its credentials were renewed.

        Raises:
            ConfigError: The account is not set up, or a secret of it is missing.
        """
        with self._store.read() as reading:
            kept = credentials.get(reading, self._name)
        channel = self._made.get(kept.text)
        if channel is None:
            channel = self._module.connect(self._in_force(kept), self._session)
            self._made.clear()
            self._made[kept.text] = channel
        return channel

    def secret(self, key: str) -> str:
        """Return one of the account's secrets as it is in force.

        Raises:
            ConfigError: The account is not set up, or a secret of it is missing.
        """
        with self._store.read() as reading:
            kept = credentials.get(reading, self._name)
        return _secrets(self._in_force(kept))[key]

    def before(self) -> Channel:
        """Return the channel for a person who is about to authorise it.

        A secret that is still missing is what the settings say of it.

        Raises:
            ConfigError: The account is not set up.
        """
        config, _missing = self._revealed()
        channel: Channel = self._module.connect(config, self._session)
        return channel

    def asked(self) -> list[str]:
        """Return the keys whose secrets a person may give: `connect`, or else all that are set."""
        texts = _secrets(self._config())
        return [name for name, text in texts.items() if text == CONNECT] or list(texts)

    def check(self, given: Collection[str]) -> None:
        """Look whether nothing is missing once some secrets are given.

        Raises:
            ConfigError: Another one is missing, too.
        """
        with self._store.read() as reading:
            kept = credentials.get(reading, self._name)
        self._in_force(kept, given)

    def agreed(self, address: str) -> str:
        """Return where the stand-in sends a browser that asks for an address of its service.

        Raises:
            ChannelError: It did not agree.
        """
        answer = self._session.read("GET", address, accept=[HTTPStatus.FOUND])
        return answer.headers.get("Location", "")

    def known(self) -> list[str]:
        """Return the keys of all secrets that an account of this channel can have."""
        fields = self._module.Config.model_fields.items()
        return [
            name
            for name, field in fields
            if SecretStr in (field.annotation, *get_args(field.annotation))
        ]

    def identity(self) -> str:
        """Return who the account is at its service by the settings; empty if that is not told."""
        found = getattr(self._config(), "identity", "")
        return f"{self._settings.accounts[self._name].channel} {found}" if found else ""

    def origin(self) -> str:
        """Return the digest of what the settings name."""
        return _mark(self._revealed()[0])

    def _in_force(self, kept: credentials.Sealed, given: Collection[str] = ()) -> BaseModel:
        config, missing = self._revealed()
        opened: Mapping[str, str] = {}
        if kept.text and kept.origin == _mark(config):
            opened = self._vault.open(kept.text)
        for name, error in missing.items():
            if name not in opened and name not in given:
                raise error
        return _with(config, opened)

    def _config(self) -> BaseModel:
        found, problems = account_problems(self._settings, self._name, self._module.Config)
        if isinstance(found, BaseModel):
            return found
        raise ConfigError(Phrase("the account {name} is not set up", name=self._name), problems)

    def _revealed(self) -> tuple[BaseModel, Mapping[str, ConfigError]]:
        """Return the keys with the secrets that can be found, and why others cannot."""
        config = self._config()
        found: dict[str, str] = {}
        missing: dict[str, ConfigError] = {}
        for name, text in _secrets(config).items():
            try:
                found[name] = self._resolved(text)
            except ConfigError as error:
                missing[name] = error
        return _with(config, found), missing

    def _resolved(self, text: str) -> str:
        if text == CONNECT:
            raise ConfigError(
                Phrase(
                    "{account} is not connected yet; run «promoter accounts connect {account}»",
                    account=self._name,
                )
            )
        return secrets.resolve(text, self._store.secret)


def _secrets(config: BaseModel) -> dict[str, str]:
    """Return the secrets of a channel's Config by their keys."""
    return {
        name: value.get_secret_value() for name, value in config if isinstance(value, SecretStr)
    }


def _with(config: BaseModel, values: Mapping[str, str]) -> BaseModel:
    """Return a channel's Config with other secrets."""
    return config.model_copy(update={name: SecretStr(value) for name, value in values.items()})


def _mark(config: BaseModel) -> str:
    """Return a digest of an account's identity and secrets; its other keys may change freely."""
    texts = []
    for name, value in config:
        if isinstance(value, SecretStr):
            texts.append(f"{name}={value.get_secret_value()}")
        elif name.endswith("_id") or name == "url":
            texts.append(f"{name}={value}")
    return digest(*texts)
