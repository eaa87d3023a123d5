"""measure: reads what the channels count, now, whatever the ladder says."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from promoter.cli.output import _, about, json_out, say, table
from promoter.cli.world import world

if TYPE_CHECKING:
    from promoter.app import World
    from promoter.pipeline.context import Account
    from promoter.pipeline.measure import Measured
    from promoter.store.metrics import Total

HELP = about(
    _("Reads now what the channels count of live posts and listings."),
    "promoter measure --account fanpage",
)


def measure(
    account: Annotated[str, typer.Option(help=_("Only this account."))] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help=_("One JSON document on standard output."))
    ] = False,
) -> None:
    """Read the live posts of 28 days and all live listings; exit 1 if a reading failed."""
    from promoter.pipeline.measure import measure_now
    from promoter.play.run import reachable

    with world(create=False) as opened, reachable(opened):
        done = {item.name: measure_now(opened.context, item) for item in _accounts(opened, account)}
        totals = [item for item in _totals(opened) if item.of in done]
        if as_json:
            json_out(
                {
                    "accounts": [_outcome(name, item) for name, item in done.items()],
                    "totals": [_total(item) for item in totals],
                }
            )
        else:
            _print(opened, done, totals)
    if any(item.problem for item in done.values()):
        raise SystemExit(1)


def _accounts(opened: "World", name: str) -> "list[Account]":
    from promoter.core.errors import ConfigError
    from promoter.core.model import Phrase

    accounts = opened.context.accounts
    if not name:
        return list(accounts.values())
    if name not in accounts:
        known = ", ".join(sorted(accounts))
        raise ConfigError(Phrase("no account {name}; known are {known}", name=name, known=known))
    return [accounts[name]]


def _totals(opened: "World") -> "list[Total]":
    from promoter.store import metrics

    with opened.context.store.read() as session:
        return metrics.totals(session, metrics.By.ACCOUNT)


def _outcome(name: str, done: "Measured") -> dict[str, Any]:
    return {
        "account": name,
        "counts": done.counts,
        "asked": done.asked,
        "told": done.told,
        "values": done.values,
        "failed": done.failed,
        "problem": say(done.problem) if done.problem else None,
    }


def _total(item: "Total") -> dict[str, Any]:
    return {
        "account": item.of,
        "name": item.name,
        "window": item.window.value,
        "value": item.value,
        "posts": item.posts,
        "quality": item.quality.value,
        "as_of": item.as_of.isoformat(),
    }


def _print(opened: "World", done: "dict[str, Measured]", totals: "list[Total]") -> None:
    rows = [(name, item.asked, item.told, item.values, _note(item)) for name, item in done.items()]
    table("", (_("account"), _("asked"), _("with numbers"), _("new numbers"), _("note")), rows)
    if not totals:
        return
    office = opened.context.office
    table(
        _("Newest numbers, added up over posts"),
        (_("account"), _("number"), _("value"), _("posts"), _("as of"), _("note")),
        [
            (
                item.of,
                _name(item),
                _value(opened, item),
                item.posts,
                office.locale.moment(item.as_of, office.zone),
                _quality(item),
            )
            for item in totals
        ],
    )


def _note(done: "Measured") -> str:
    if done.problem:
        return _("not read: {count}; {why}").format(count=done.failed, why=say(done.problem))
    return "" if done.counts else _("This channel counts nothing.")


def _name(item: "Total") -> str:
    from promoter.render.engagement import name

    return say(name(item.name, item.window))


def _value(opened: "World", item: "Total") -> str:
    from promoter.core.model import Money
    from promoter.render.engagement import MONEY

    locale = opened.context.office.locale
    if item.name == MONEY:
        return locale.money(Money(amount=item.value))
    return locale.number(item.value)


def _quality(item: "Total") -> str:
    from promoter.core.model import Quality
    from promoter.render.engagement import ESTIMATED, SIMULATED

    notes = {Quality.SANDBOX: SIMULATED, Quality.ESTIMATED: ESTIMATED}
    return say(notes[item.quality]) if item.quality in notes else ""
