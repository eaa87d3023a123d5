"""The world that a step may touch: frozen, built once by `promoter.app`."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from promoter.alerts import nobody
from promoter.core.alarm import Message
from promoter.core.channel import Channel, Limits
from promoter.core.model import Receipt
from promoter.locale import Locale
from promoter.media import MediaStore
from promoter.render.caption import Captions
from promoter.render.studio import Studio
from promoter.secrets import Vault
from promoter.store import database
from promoter.store.database import Session, Store

LEASE_MARGIN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Account:
    """One configured place on a channel.

    Attributes:
        daily_limit: Most posts in a local day: the stricter of the office's and the channel's.
        min_gap: Least time between two public calls.
        owner: Producer whose products alone may be shown; empty for the office's own.
        connect: Makes the channel with the newest credentials, at its first use: a missing secret
            hurts only then.
        origin: Returns a digest of the secrets that the settings name: renewed credentials stand in
            their place, and are void when others are named.
        stand_in: Where the pages of the stand-in are that it speaks to, `http://127.0.0.1:8100`;
            empty for a real account.
        links: Whether captions carry the short link; without it they carry its code.
        first_comment: Written below each post; `{link}` and `{name}` are filled in.
        identity: Who it is at its service by the settings: channel and id; empty where several
            accounts may be the same.
    """

    name: str
    channel: str
    limits: Limits
    daily_limit: int
    min_gap: timedelta
    owner: str
    resend_after_absent: bool
    connect: Callable[[], Channel]
    origin: Callable[[], str] = str
    stand_in: str = ""
    links: bool = True
    first_comment: str = ""
    identity: str = ""

    @property
    def sandbox(self) -> bool:
        """Tell whether it speaks to a stand-in: then its numbers are simulated."""
        return bool(self.stand_in)

    def seen(self, receipt: Receipt) -> Receipt:
        """Return a receipt with the address at which the post can really be seen."""
        if not (self.stand_in and receipt.live):
            return receipt
        url = f"{self.stand_in}/{self.channel}/{self.name}/{receipt.remote_id}"
        return replace(receipt, url=url)


@dataclass(frozen=True, slots=True)
class Office:
    """Who speaks, where and in which language."""

    name: str
    zone: ZoneInfo
    public_url: str
    locale: Locale


@dataclass(frozen=True, slots=True)
class Context:
    """Store, accounts, templates and media.

    Attributes:
        vault: Seals the credentials that services give.
        assets: Folder of card and caption templates, fonts and brand.
        call_limit: Longest real time that one call to a service may take.
        stopping: Set when this process is about to end: nothing new is begun.
        alerts: Sends a message to the people who look after the office; tells whether it left.
    """

    store: Store
    office: Office
    accounts: Mapping[str, Account]
    studio: Studio
    captions: Captions
    media: MediaStore
    assets: Path
    vault: Vault
    call_limit: timedelta = timedelta(seconds=60)
    stopping: threading.Event = field(default_factory=threading.Event, compare=False)
    alerts: Callable[[Message], bool] = nobody

    def lease(self, session: Session | None = None) -> timedelta:
        """Return for how long a claimed verb belongs to its worker, in the office's time.

        Args:
            session: One that is open already, which saves another.
        """
        rate = database.clock_rate(session) if session else self.store.clock_rate()
        return (self.call_limit + LEASE_MARGIN) * max(rate, 1.0)

    def now(self) -> datetime:
        """Return the office's moment."""
        return self.store.now()
