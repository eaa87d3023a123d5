"""The composition root: settings become a context; the only place that builds the world."""

import importlib
import pkgutil
import socket
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import get_type_hints

from pydantic import BaseModel, SecretStr

import promoter.channels
import promoter.sandbox
from promoter import secrets
from promoter.core.channel import Channel, Limits
from promoter.core.errors import ConfigError
from promoter.core.model import Phrase, digest
from promoter.core.problem import Problem, Severity
from promoter.core.source import Source
from promoter.locale import Locale
from promoter.media import MediaStore
from promoter.pipeline.context import Account, Context, Office
from promoter.remote.http import Session
from promoter.render.caption import Captions
from promoter.render.studio import Studio
from promoter.sandbox.contract import Service
from promoter.sandbox.server import Sandbox
from promoter.sandbox.shelf import Shelf
from promoter.secrets import Vault
from promoter.settings import Account as AccountSettings
from promoter.settings import Settings, account_problem, account_problems, load
from promoter.sources import spreadsheet
from promoter.store import credentials
from promoter.store.database import Store, open_store

CALL_LIMIT = timedelta(seconds=60)
STANDS = {item.name for item in pkgutil.iter_modules(promoter.sandbox.__path__)}


@dataclass(frozen=True, slots=True)
class World:
    """The settings and what was built from them."""

    settings: Settings
    context: Context

    @property
    def campaigns(self) -> Path:
        """Return the folder of campaign files."""
        return self.settings.campaigns.path

    def source(self, path: Path | None = None) -> Source:
        """Return the catalogue's source, or a file in its place."""
        catalog = self.settings.catalog
        return spreadsheet.connect(
            spreadsheet.Config(
                path=path or catalog.path, producers=catalog.producers, communes=catalog.communes
            )
        )

    def showcase_tokens(self) -> dict[str, str]:
        """Return the tokens by which our own showcase knows its accounts.

        An account whose secret is missing is left out: nobody can post through it anyway.
        """
        found = {}
        for name, account in self.settings.accounts.items():
            if account.channel == "showcase":
                with suppress(ConfigError):
                    reference = str(account.own.get("token", ""))
                    found[name] = secrets.resolve(reference, self.context.store.secret)
        return found

    def sandboxed(self) -> list[str]:
        """Return the names of the accounts that speak to stand-ins."""
        return [name for name, account in self.settings.accounts.items() if account.sandbox]

    @property
    def stand_in(self) -> str:
        """Return where the pages of the stand-ins are."""
        return _stand_in_origin(self.settings)

    def sandbox(self, listener: socket.socket) -> Sandbox:
        """Return the stand-ins of the accounts that ask for them; they do not listen yet.

        Args:
            listener: The bound socket on which they will.

        Raises:
            ConfigError: A secret of such an account is missing.
        """
        shelf = Shelf(self.settings.store.media.parent / "sandbox.db")
        known: dict[str, dict[str, Mapping[str, str]]] = {}
        for name in self.sandboxed():
            account = self.settings.accounts[name]
            keys = _plain(account.own, self.context.store)
            known.setdefault(account.channel, {})[name] = keys
        services: list[Service] = [
            _stand_in(channel).Stand(accounts, shelf.section(channel))
            for channel, accounts in sorted(known.items())
        ]
        return Sandbox(
            services,
            clock=self.context.now,
            listener=listener,
            picture=lambda channel, name: shelf.section(channel).file(name),
            remember=0,
        )

    def close(self) -> None:
        """Let go of the store."""
        self.context.store.close()


def channels() -> frozenset[str]:
    """Return the names of the channels: the files of `promoter/channels/`."""
    return frozenset(item.name for item in pkgutil.iter_modules(promoter.channels.__path__))


def channel_module(name: str) -> ModuleType:
    """Return the module of a channel, with its Config, LIMITS and connect."""
    return importlib.import_module(f"promoter.channels.{name}")


def _stand_in(channel: str) -> ModuleType:
    """Return the module of a channel's stand-in, with its HOSTS and Stand."""
    return importlib.import_module(f"promoter.sandbox.{channel}")


def _comments(channel: str) -> bool:
    """Tell whether a channel can write below its posts."""
    made = get_type_hints(channel_module(channel).connect)["return"]
    return hasattr(made, "comment")


def read_settings(path: Path) -> tuple[Settings, list[Problem]]:
    """Return the settings and their warnings.

    Raises:
        ConfigError: The settings have errors; all of them are named.
    """
    settings, problems = load(path, channels())
    if settings:
        for name, account in settings.accounts.items():
            _, wrong = account_problems(settings, name, channel_module(account.channel).Config)
            problems += wrong
            if account.sandbox and account.channel not in STANDS:
                phrase = Phrase(
                    "{channel} has no stand-in; take the line out", channel=account.channel
                )
                problems.append(account_problem(settings, name, "sandbox", phrase))
            if account.first_comment and not _comments(account.channel):
                phrase = Phrase("{channel} takes no comments of ours", channel=account.channel)
                problems.append(account_problem(settings, name, "first_comment", phrase))
    if settings is None or any(item.severity is Severity.ERROR for item in problems):
        raise ConfigError(Phrase("the settings {path} have errors", path=path), problems)
    return settings, problems


def open_world(
    path: Path,
    *,
    create: bool = True,
    change: Callable[[Settings], Settings] = lambda settings: settings,
    loopback_only: bool = False,
) -> World:
    """Read the settings and build what they describe.

    Args:
        path: The settings file.
        create: Whether a store that does not exist yet is made.
        change: Replaces settings before anything is built: the demo's own store and address.
        loopback_only: The HTTP edge refuses every host but this machine.

    Raises:
        ConfigError: Settings, store, brand, fonts or templates are missing or wrong.
    """
    settings, _warnings = read_settings(path)
    settings = change(settings)
    store = open_store(settings.store.url, create=create)
    vault = Vault(settings.store.media.parent / "promoter.key")
    accounts = {
        name: _account(settings, name, store, vault, loopback_only=loopback_only)
        for name in settings.accounts
    }
    context = Context(
        store=store,
        office=_office(settings),
        accounts=accounts,
        studio=Studio(settings.assets.path),
        captions=Captions(settings.assets.path),
        media=MediaStore(settings.store.media),
        assets=settings.assets.path,
        vault=vault,
        call_limit=CALL_LIMIT,
    )
    return World(settings, context)


def _office(settings: Settings) -> Office:
    office = settings.office
    return Office(office.name, office.zone, office.public_url, Locale(office.locale))


class _Connector:
    """Connects an account's channel with the newest credentials."""

    def __init__(
        self, settings: Settings, name: str, store: Store, vault: Vault, session: Session
    ) -> None:
        self._settings, self._name, self._store = settings, name, store
        self._vault, self._session = vault, session
        self._module = channel_module(settings.accounts[name].channel)
        self._made: dict[str, Channel] = {}  # by the credentials in force

    def connect(self) -> Channel:
        """Return the channel; it is made anew when its credentials were renewed."""
        with self._store.read() as reading:
            kept = credentials.get(reading, self._name)
        channel = self._made.get(kept.text)
        if channel is None:
            config = self._config()
            in_force = kept.text and kept.origin == _mark(config)
            renewed = self._vault.open(kept.text) if in_force else {}
            channel = self._module.connect(_with(config, renewed), self._session)
            self._made.clear()
            self._made[kept.text] = channel
        return channel

    def origin(self) -> str:
        """Return the digest of what the settings name."""
        return _mark(self._config())

    def _config(self) -> BaseModel:
        found, problems = account_problems(self._settings, self._name, self._module.Config)
        if found is None:
            phrase = Phrase("the account {name} is not set up", name=self._name)
            raise ConfigError(phrase, problems)
        return _revealed(found, self._store)


def _account(
    settings: Settings, name: str, store: Store, vault: Vault, *, loopback_only: bool
) -> Account:
    account = settings.accounts[name]
    limits: Limits = channel_module(account.channel).LIMITS
    session = _session(settings, account, loopback_only=loopback_only)
    connector = _Connector(settings, name, store, vault, session)
    resend = account.resend_after_absent
    return Account(
        name=name,
        channel=account.channel,
        limits=limits,
        daily_limit=min(account.daily_limit or limits.posts_per_day, limits.posts_per_day),
        min_gap=account.min_gap,
        owner=account.owner,
        resend_after_absent=limits.resend_after_absent if resend is None else resend,
        connect=connector.connect,
        origin=connector.origin,
        stand_in=_stand_in_origin(settings) if account.sandbox else "",
        links=account.links,
        first_comment=account.first_comment,
    )


def _session(settings: Settings, account: AccountSettings, *, loopback_only: bool) -> Session:
    """Return the edge of an account: a sandbox account reaches its stand-in and nothing else."""
    hosts: Iterable[str] = _stand_in(account.channel).HOSTS if account.sandbox else ()
    return Session(
        limit=CALL_LIMIT,
        loopback_only=loopback_only or account.sandbox,
        hosts=dict.fromkeys(hosts, _stand_in_origin(settings)),
    )


def _stand_in_origin(settings: Settings) -> str:
    return f"http://127.0.0.1:{settings.sandbox.port}"


def _revealed(config: BaseModel, store: Store) -> BaseModel:
    """Return a channel's Config with its secrets in place of what refers to them."""
    found = {
        name: secrets.resolve(value.get_secret_value(), store.secret)
        for name, value in config
        if isinstance(value, SecretStr)
    }
    return _with(config, found)


def _with(config: BaseModel, values: Mapping[str, str]) -> BaseModel:
    """Return a channel's Config with other secrets."""
    return config.model_copy(update={name: SecretStr(value) for name, value in values.items()})


def _mark(config: BaseModel) -> str:
    """Return a digest of an account's identity and secrets; its other keys may change freely."""
    texts = []
    for name, value in config:
        if isinstance(value, SecretStr):
            texts.append(f"{name}={value.get_secret_value()}")
        elif name.endswith("_id"):
            texts.append(f"{name}={value}")
    return digest(*texts)


def _plain(own: Mapping[str, object], store: Store) -> dict[str, str]:
    """Return an account's own keys as text, with its secrets in the clear, for its stand-in."""
    texts = {name: str(value) for name, value in own.items()}
    return {
        name: secrets.resolve(text, store.secret) if secrets.is_reference(text) else text
        for name, text in texts.items()
    }
