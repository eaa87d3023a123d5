"""status: how the office stands, on one screen."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from promoter.cli.output import _, note, say, table

if TYPE_CHECKING:
    from promoter.pipeline.context import Context
    from promoter.store.deliveries import AccountState


@dataclass(frozen=True, slots=True)
class Standing:
    """What is told.

    Attributes:
        accounts: By name, what is known of each, and when its channel was last read.
    """

    now: datetime
    paused: bool
    states: dict[str, int]
    accounts: dict[str, tuple["AccountState", datetime | None]]


def standing(context: "Context") -> Standing:
    """Return how the office stands."""
    from promoter.store import database, deliveries, metrics

    with context.store.read() as session:
        read = metrics.last_read(session)
        return Standing(
            now=database.now(session),
            paused=bool(database.value(session, "paused")),
            states=deliveries.counts(session),
            accounts={
                name: (deliveries.account(session, name), read.get(name))
                for name in context.accounts
            },
        )


def document(found: Standing) -> dict[str, Any]:
    """Return it for programs."""
    return {
        "now": found.now.isoformat(),
        "paused": found.paused,
        "states": found.states,
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


def show(context: "Context", found: Standing) -> None:
    """Print it."""
    office = context.office

    def moment(at: datetime | None) -> str:
        return office.locale.moment(at, office.zone) if at else "–"

    print(moment(found.now))
    if found.paused:
        print(_("Everything is paused; «promoter resume» goes on."))
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


def _state(found: Standing, state: "AccountState") -> str:
    if state.paused:
        return "paused"
    return "waiting" if state.wait_until and state.wait_until > found.now else "ready"
