"""stop: a recalled product, or a producer who has gone, is shown no more; lists what is left."""

import getpass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from promoter.cli.output import _, about, fail, json_out, note, say, table
from promoter.cli.world import world

if TYPE_CHECKING:
    from promoter.app import World
    from promoter.pipeline.stop import Item, Stopped, Told
    from promoter.store.stops import Stop, Subject

HELP = about(
    _(
        "Stops a product or a producer at once: a recall, a certificate revoked, consent taken "
        "back. Cancels what is planned, unlists, and lists what is live. Alone: what is stopped."
    ),
    'promoter stop --product BL-086 --reason "thu hồi lô 12" --withdraw',
)


def stop(
    product: Annotated[str, typer.Option(help=_("The code of a product."))] = "",
    producer: Annotated[str, typer.Option(help=_("The code of a producer: all it makes."))] = "",
    reason: Annotated[str, typer.Option(help=_("Why; colleagues will read it."))] = "",
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help=_("Take down at once what can be taken down."))
    ] = False,
    lift: Annotated[bool, typer.Option("--lift", help=_("End the stop."))] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help=_("One JSON document on standard output."))
    ] = False,
) -> None:
    """Stop, lift or list; exit 2 while something live is left for a person."""
    from promoter.core.model import Phrase

    if product and producer:
        fail(Phrase("say either --product or --producer; call twice for both"))
    if lift and (withdraw or reason):
        fail(Phrase("--lift goes alone: there is nothing to take down and no reason to keep"))
    if (lift or withdraw or reason) and not (product or producer):
        fail(Phrase("say what: --product CODE or --producer CODE"))
    with world(create=False) as opened:
        if not (product or producer):
            _list(opened, as_json=as_json)
            return
        subject = _subject(opened, product, producer)
        if lift:
            _lift(opened, subject, as_json=as_json)
            return
        failed, left = _stop(opened, subject, reason, withdraw=withdraw, as_json=as_json)
    if failed or left:
        raise typer.Exit(1 if failed else 2)


def _subject(opened: "World", product: str, producer: str) -> "Subject":
    from promoter.pipeline.stop import subject
    from promoter.store.stops import Kind

    kind = Kind.PRODUCT if product else Kind.PRODUCER
    return subject(opened.context, kind, product or producer)


def _stop(
    opened: "World", subject: "Subject", reason: str, *, withdraw: bool, as_json: bool
) -> tuple[bool, bool]:
    """Stop; return whether something failed, and whether something live is left."""
    from promoter.pipeline import stop as step
    from promoter.play.run import reachable

    who = getpass.getuser()
    found = step.stop(opened.context, subject, who, reason)
    told: list[Told] = []
    if withdraw:
        with reachable(opened):
            found, told = step.take_down(opened.context, found, who)
    if as_json:
        json_out(_document(found))
    else:
        _print(opened, found)
    for item in told:
        if item.words and item.end is not step.End.DONE:
            note(f"{item.key[:10]} {say(item.words)}")
    return any(item.end is step.End.FAILED for item in told), bool(found.live)


def _document(found: "Stopped") -> dict[str, Any]:
    return {
        "subject": {found.subject.kind.value: found.subject.code},
        "cancelled": list(found.cancelled),
        "unlisting": list(found.unlisting),
        "live": [_item(item) for item in found.live],
    }


def _item(item: "Item") -> dict[str, Any]:
    post = item.post
    return {
        "key": post.key,
        "account": post.account,
        "channel": post.channel,
        "state": post.state.value,
        "at": post.at.isoformat(),
        "url": post.url or None,
        "action": item.action.value,
        "command": item.command,
    }


def _print(opened: "World", found: "Stopped") -> None:
    code = found.subject.code
    print((_("{code} is stopped.") if found.new else _("{code} was stopped.")).format(code=code))
    print(_("Cancelled: {count} posts").format(count=len(found.cancelled)))
    if found.unlisting:
        keys = " ".join(key[:10] for key in found.unlisting)
        print(_("Taken down as soon as the shop allows it: {keys}").format(keys=keys))
    if not found.live:
        print(_("Nothing live is left."))
        return
    office = opened.context.office
    rows = [
        (
            item.post.key[:10],
            item.post.state.value,
            office.locale.moment(item.post.at, office.zone),
            item.post.account,
            item.post.url or "–",
            _todo(item),
        )
        for item in found.live
    ]
    title = _("Still live, or perhaps live: {count}").format(count=len(rows))
    columns = (_("key"), _("state"), _("when"), _("account"), _("address"), _("to do"))
    table(title, columns, rows)


def _todo(item: "Item") -> str:
    words = {
        "withdraw": _("take it down:"),
        "by hand": _("take it down by hand at the address, then:"),
        "wait": _("it is being sent or looked for; ask again in half an hour:"),
        "resolve": _("look on the page; --live ADDRESS if it is there, otherwise:"),
    }
    return f"{words[item.action.value]} {item.command}"


def _lift(opened: "World", subject: "Subject", *, as_json: bool) -> None:
    from promoter.pipeline.stop import lift

    lifted, others = lift(opened.context, subject)
    if as_json:
        json_out({"subject": {subject.kind.value: subject.code}, "lifted": lifted})
        return
    words = (
        _("{code} may be shown again; the next plan decides when.")
        if lifted
        else _("{code} was not stopped.")
    )
    print(words.format(code=subject.code))
    for other in others:
        print(
            _("But its producer {code} is stopped ({by}): promoter stop --producer {code} --lift")
            .format(code=other.subject.code, by=other.by)
        )  # fmt: skip


def _list(opened: "World", *, as_json: bool) -> None:
    from promoter.pipeline.stop import stopped

    found = stopped(opened.context)
    if as_json:
        json_out({"stopped": [_listed(item) for item in found]})
        return
    if not found:
        print(_("Nothing is stopped."))
        return
    office = opened.context.office
    rows = [
        (
            item.subject.code,
            item.name,
            office.locale.moment(item.at, office.zone),
            item.by,
            item.seen,
        )
        for item in found
    ]
    table("", (_("code"), _("name"), _("since"), _("by whom"), _("still live")), rows)


def _listed(item: "Stop") -> dict[str, Any]:
    return {
        "kind": item.subject.kind.value,
        "code": item.subject.code,
        "name": item.name,
        "at": item.at.isoformat(),
        "by": item.by,
        "live": item.seen,
    }
