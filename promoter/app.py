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

import promoter.channels
import promoter.sandbox
from promoter import place, secrets
from promoter.alerts import Alerts, nobody
from promoter.connector import Connector
from promoter.core.channel import Limits
from promoter.core.errors import ConfigError
from promoter.core.model import Phrase
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
from promoter.sandbox.weather import Weather
from promoter.secrets import Vault
from promoter.settings import Account as AccountSettings
from promoter.settings import Settings, account_problem, account_problems, load
from promoter.sources import spreadsheet
from promoter.store.database import Store, open_store

CALL_LIMIT = timedelta(seconds=60)
STANDS = {item.name for item in pkgutil.iter_modules(promoter.sandbox.__path__)}


@dataclass(frozen=True, slots=True)
class World:
    """The settings and what was built from them.

    Attributes:
        notice: What was found where the store is not the one that was here: a person must know it.
    """

    settings: Settings
    context: Context
    connectors: Mapping[str, Connector]
    notice: Phrase | None = None

    @property
    def alerts(self) -> Alerts:
        """Return the addresses of alerts, also where the context tells nobody."""
        return _alerts(self.settings, self.context.store)

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
                    found[name] = self.connectors[name].secret("token")
        return found

    def sandboxed(self) -> list[str]:
        """Return the names of the accounts that speak to stand-ins."""
        return [name for name, account in self.settings.accounts.items() if account.sandbox]

    @property
    def stand_in(self) -> str:
        """Return where the pages of the stand-ins are."""
        return _stand_in_origin(self.settings)

    def sandbox(self, listener: socket.socket, weather: Weather | None = None) -> Sandbox:
        """Return the stand-ins of the accounts that ask for them; they do not listen yet.

        Args:
            listener: The bound socket on which they will.
            weather: What strikes the calls of a drill.

        Raises:
            ConfigError: A secret of such an account is missing.
        """
        shelf = Shelf(self.settings.store.media.parent / "sandbox.db")
        known: dict[str, dict[str, Mapping[str, str]]] = {}
        for name in self.sandboxed():
            account = self.settings.accounts[name]
            keys = _plain(name, account.own, self.context.store)
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
            weather=weather,
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
        known: dict[tuple[str, str, bool], str] = {}
        for name in settings.accounts:
            problems += _wrong(settings, name, known)
    if settings is None or any(item.severity is Severity.ERROR for item in problems):
        raise ConfigError(Phrase("the settings {path} have errors", path=path), problems)
    return settings, problems


def _wrong(settings: Settings, name: str, known: dict[tuple[str, str, bool], str]) -> list[Problem]:
    """Return what is wrong with an account.

    Args:
        known: Accounts by channel, identity and whether they have a stand-in; it is added.
    """
    account = settings.accounts[name]
    config, problems = account_problems(settings, name, channel_module(account.channel).Config)
    who = getattr(config, "identity", "")
    other = known.setdefault((account.channel, who, account.sandbox), name)
    if who and other != name:
        phrase = Phrase(
            "is the same account of {channel} as {other} ({identity}); take one of the two out",
            channel=account.channel,
            other=other,
            identity=who,
        )
        problems.append(account_problem(settings, name, "channel", phrase))
    if account.sandbox and account.channel not in STANDS:
        phrase = Phrase("{channel} has no stand-in; take the line out", channel=account.channel)
        problems.append(account_problem(settings, name, "sandbox", phrase))
    if account.first_comment and not _comments(account.channel):
        phrase = Phrase("{channel} takes no comments of ours", channel=account.channel)
        problems.append(account_problem(settings, name, "first_comment", phrase))
    return problems


def open_world(
    path: Path,
    *,
    create: bool = True,
    change: Callable[[Settings], Settings] = lambda settings: settings,
    loopback_only: bool = False,
    limit: timedelta = CALL_LIMIT,
    restoring: bool = False,
) -> World:
    """Read the settings and build what they describe.

    Args:
        path: The settings file.
        create: Whether a store that does not exist yet is made.
        change: Replaces settings before anything is built: the demo's own store and address.
        loopback_only: The HTTP edge refuses every host but this machine.
        limit: Longest time of one call to a service.
        restoring: A backup is about to take the store's place, whatever it is and holds now.

    Raises:
        ConfigError: Settings, store, brand, fonts or templates are missing or wrong, or the store
            is empty where there was an office.
    """
    settings, _warnings = read_settings(path)
    settings = change(settings)
    store = open_store(settings.store.url, create=create)
    vault = Vault(settings.store.media.parent / "promoter.key")
    connectors = {
        name: Connector(
            settings,
            name,
            channel_module(account.channel),
            store,
            vault,
            _session(settings, account, loopback_only=loopback_only, limit=limit),
        )
        for name, account in settings.accounts.items()
    }
    told = _alerts(settings, store)
    context = Context(
        store=store,
        office=_office(settings),
        accounts={name: _account(settings, name, item) for name, item in connectors.items()},
        studio=Studio(settings.assets.path),
        captions=Captions(settings.assets.path),
        media=MediaStore(settings.store.media),
        assets=settings.assets.path,
        vault=vault,
        call_limit=limit,
        stopping=told.stopping,
        alerts=nobody if loopback_only or not told.references else told.send,
    )
    return World(settings, context, connectors, None if restoring else _notice(context))


def _notice(context: Context) -> Phrase | None:
    """Return what a person must know of the store; close it if nothing may be done with it."""
    try:
        mark = place.mark_file(context.store, context.media)
        return place.check(context.store, mark, context.office.zone)
    except BaseException:
        context.store.close()
        raise


def _alerts(settings: Settings, store: Store) -> Alerts:
    return Alerts(settings.alerts.urls, lambda name: secrets.resolve(name, store.secret))


def _office(settings: Settings) -> Office:
    office = settings.office
    return Office(office.name, office.zone, office.public_url, Locale(office.locale))


def _account(settings: Settings, name: str, connector: Connector) -> Account:
    account = settings.accounts[name]
    limits: Limits = channel_module(account.channel).LIMITS
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
        identity=connector.identity(),
        stand_in=_stand_in_origin(settings) if account.sandbox else "",
        links=account.links,
        first_comment=account.first_comment,
    )


def _session(
    settings: Settings, account: AccountSettings, *, loopback_only: bool, limit: timedelta
) -> Session:
    """Return the edge of an account: a sandbox account reaches its stand-in and nothing else."""
    hosts: Iterable[str] = _stand_in(account.channel).HOSTS if account.sandbox else ()
    return Session(
        limit=limit,
        loopback_only=loopback_only or account.sandbox,
        hosts=dict.fromkeys(hosts, _stand_in_origin(settings)),
    )


def _stand_in_origin(settings: Settings) -> str:
    return f"http://127.0.0.1:{settings.sandbox.port}"


def _plain(account: str, own: Mapping[str, object], store: Store) -> dict[str, str]:
    """Return an account's own keys as text, with its secrets in the clear, for its stand-in.

    What the stand-in is yet to give the account is made by the store.
    """
    texts = {name: str(value) for name, value in own.items()}
    return {
        name: store.secret(f"sandbox-{account}-{name}")
        if text == secrets.CONNECT
        else secrets.resolve(text, store.secret)
        if secrets.is_reference(text)
        else text
        for name, text in texts.items()
    }
