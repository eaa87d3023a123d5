"""status: how the office stands, on one screen."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from promoter.cli.output import _, note, say, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from promoter.core.alarm import Alert
    from promoter.pipeline.context import Context
    from promoter.store.deliveries import AccountState


@dataclass(frozen=True, slots=True)
class Standing:
    """What is told.

    Attributes:
        seen: When the service last showed that it is alive; None if never.
        pause: Who has stopped the whole office, and why; empty while it is not.
        locked: Whether another machine may be at this office's work.
        runs: Whether it still is.
        alerts: What a person should know, the most urgent first.
        accounts: By name, what is known of each, and when its channel was last read.
    """

    now: datetime
    pause: str
    locked: bool
    seen: datetime | None
    runs: bool
    states: dict[str, int]
    alerts: "list[Alert]"
    accounts: dict[str, tuple["AccountState", datetime | None]]

    @property
    def counts(self) -> dict[str, int]:
        """Return how many posts are to go out, should have gone out, and may be live unknown."""
        return {
            "due": sum(self.states.get(state, 0) for state in ("DUE", "READY")),
            "late": sum(item.kind.value == "late" for item in self.alerts),
            "held": self.states.get("HELD", 0),
        }


def standing(context: "Context") -> Standing:
    """Return how the office stands."""
    from promoter.core import alarm
    from promoter.pipeline import alert
    from promoter.store import database, deliveries, metrics

    alerts, seen = alert.standing(context), alert.engine_seen(context)
    with context.store.read() as session:
        read, now = metrics.last_read(session), database.now(session)
        return Standing(
            now=now,
            pause=database.value(session, "paused"),
            locked=bool(database.value(session, "locked")),
            seen=seen,
            runs=not alarm.silent(seen, now),
            states=deliveries.counts(session),
            alerts=alerts,
            accounts={
                name: (deliveries.account(session, name), read.get(name))
                for name in context.accounts
            },
        )


def document(found: Standing) -> dict[str, Any]:
    """Return it for programs."""
    return {
        "now": found.now.isoformat(),
        "paused": bool(found.pause),
        "pause": found.pause or None,
        "states": found.states,
        **found.counts,
        "engine": {"seen": found.seen.isoformat() if found.seen else None, "runs": found.runs},
        "alerts": [_alert(item) for item in found.alerts],
        "accounts": [
            {
                "name": name,
                "state": _state(found, state),
                "problem": say(state.problem) if state.problem else None,
                "measured": read.isoformat() if read else None,
            }
            for name, (state, read) in found.accounts.items()
        ],
    }


def _alert(item: "Alert") -> dict[str, Any]:
    return {
        "kind": item.kind.value,
        "severity": item.severity.value,
        "subject": item.subject,
        "account": item.account or None,
        "product": item.product or None,
        "at": item.at.isoformat() if item.at else None,
        "reason": say(item.reason),
        "next": say(item.next_step),
    }


def show(context: "Context", found: Standing) -> None:
    """Print it."""
    office = context.office

    def moment(at: datetime | None) -> str:
        return office.locale.moment(at, office.zone) if at else "–"

    print(moment(found.now))
    if found.locked:
        print(
            _(
                "Nothing goes out: another machine may be at this office's work. Once it is off: "
                "«promoter resume --other-machine-off»"
            )
        )
    elif found.pause:
        told = _("Everything is paused ({why}); «promoter resume» goes on.")
        print(told.format(why=found.pause))
    print(_engine(found, moment))
    counts = found.counts
    print(_("{due} to go out, {late} late, {held} held").format(**counts))
    table("", (_("state"), _("posts")), sorted(found.states.items()))
    words = {
        "ready": _("ready"),
        "paused": _("paused"),
        "waiting": _("waits"),
    }
    rows = []
    for name, (state, read) in found.accounts.items():
        account = context.accounts[name]
        channel = f"{account.channel} ({_('sandbox')})" if account.sandbox else account.channel
        rows.append((name, channel, words[_state(found, state)], moment(read)))
    table("", (_("account"), _("channel"), _("state"), _("last read")), rows)
    for name, (state, _read) in found.accounts.items():
        if state.problem:
            note(f"{name}: {say(state.problem)}")
    _show_alerts(context, found)


def _engine(found: Standing, moment: "Callable[[datetime | None], str]") -> str:
    """Return whether the service runs, and how to start it."""
    if found.runs:
        return _("The service runs, last seen {when}.").format(when=moment(found.seen))
    if found.seen:
        told = _("The service was last seen {when}; start it: «promoter run»")
        return told.format(when=moment(found.seen))
    return _("The service has never run here; start it: «promoter run»")


def _show_alerts(context: "Context", found: Standing) -> None:
    """Print what a person should know, as the message of an alert does, but all of it."""
    from promoter.pipeline.alert import WORDS, line

    before = None
    for item in found.alerts:
        if item.kind != before:
            print(f"\n{say(WORDS[item.kind])}:")
        print(f"• {line(context, item)}")
        before = item.kind


def _state(found: Standing, state: "AccountState") -> str:
    if state.paused:
        return "paused"
    return "waiting" if state.wait_until and state.wait_until > found.now else "ready"
