"""posts: what is planned, sent or stuck, and a person's decisions."""

import getpass
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from promoter.cli.output import _, about, json_out, say, table
from promoter.cli.world import world

if TYPE_CHECKING:
    from collections.abc import Callable

    from promoter.app import World
    from promoter.core.delivery import Decision, Delivery, State
    from promoter.pipeline.context import Context
    from promoter.store.deliveries import Attempt

app = typer.Typer(
    rich_markup_mode=None,
    help=about(_("Lists posts; shows one; decides on some."), "promoter posts --state HELD"),
    invoke_without_command=True,
)

Json = Annotated[bool, typer.Option("--json", help=_("One JSON document on standard output."))]
Keys = Annotated[
    list[str], typer.Argument(help=_("Keys of posts, or their first letters, or link codes."))
]


@app.callback()
def listing(
    context: typer.Context,
    state: Annotated[str, typer.Option(help=_("Only posts in this state."))] = "",
    limit: Annotated[int, typer.Option(min=1, help=_("At most so many."))] = 50,
    as_json: Json = False,
) -> None:
    """List posts, newest slot first."""
    if context.invoked_subcommand:
        return
    with world(create=False) as opened:
        rows = _rows(opened, state, limit)
        if as_json:
            for row in rows:
                del row["moment"]
            json_out({"posts": rows})
            return
        columns = (_("key"), _("state"), _("when"), _("account"), _("product"), _("tries"))
        office = opened.context.office
        table(
            "",
            columns,
            [
                (
                    row["key"][:10],
                    row["state"],
                    office.locale.moment(row["moment"], office.zone),
                    row["account"],
                    ", ".join(row["products"]),
                    row["attempts"],
                )
                for row in rows
            ],
        )


def _rows(opened: "World", state: str, limit: int) -> list[dict[str, Any]]:
    from promoter.core.delivery import State
    from promoter.core.errors import ConfigError
    from promoter.core.model import Phrase
    from promoter.store import deliveries, posts

    if state and state.upper() not in State.__members__:
        known = ", ".join(item.value for item in State)
        raise ConfigError(Phrase("no state {name}; known are {known}", name=state, known=known))
    with opened.context.store.read() as session:
        keys = deliveries.keys_in(session, State(state.upper()) if state else None, limit)
        tries = deliveries.attempt_counts(session, keys)
        found = {item.key: item for item in posts.posts(session, keys)}
        lives = {key: deliveries.get(session, key) for key in keys}
    rows = []
    for key in keys:
        post, life = found[key], lives[key]
        receipt = life.receipt if life else None
        rows.append(
            {
                "key": key,
                "state": life.state.value if life else "",
                "at": post.at.isoformat(),
                "moment": post.at,
                "account": post.account,
                "products": list(post.products),
                "remote_id": receipt.remote_id if receipt else None,
                "url": receipt.url if receipt else None,
                "attempts": tries.get(key, 0),
            }
        )
    return rows


@app.command(
    help=about(_("Shows one post: words, attempts, what can be done."), "promoter posts show 4f2a")
)
def show(key: str, as_json: Json = False) -> None:
    """Print everything that is known of a post."""
    from promoter.pipeline.decide import find_key

    with world(create=False) as opened:
        document = _document(opened, find_key(opened.context, key))
        if as_json:
            json_out(document)
        else:
            _print(opened, document)


def _document(opened: "World", key: str) -> dict[str, Any]:
    from promoter.store import creatives, deliveries, posts

    with opened.context.store.read() as session:
        post, life = posts.post(session, key), deliveries.get(session, key)
        composed, tried = creatives.get(session, key), deliveries.attempts(session, key)
    assert post and life  # noqa: S101 - the key was found
    return {
        "key": key,
        "state": life.state.value,
        "at": post.at.isoformat(),
        "account": post.account,
        "campaign": post.campaign,
        "products": list(post.products),
        "reason": say(post.reason),
        "note": say(life.note) if life.note else None,
        "url": life.receipt.url if life.receipt else None,
        "caption": composed.creative.caption if composed else None,
        "attempts": [_attempt(item) for item in tried],
        "actions": _actions(life.state),
    }


def _actions(state: "State") -> list[str]:
    from promoter.core.delivery import State, next_actions

    if state is State.PUBLISHED:
        return ["correct", "withdraw"]
    return [action.value for action in next_actions(state)]


def _attempt(item: "Attempt") -> dict[str, Any]:
    return {
        "verb": item.verb,
        "started": item.started_at.isoformat(),
        "ended": item.ended_at.isoformat() if item.ended_at else None,
        "outcome": item.outcome,
        "note": say(item.note) if item.note else None,
    }


def _print(opened: "World", document: dict[str, Any]) -> None:
    from datetime import datetime

    office = opened.context.office

    def moment(text: str) -> str:
        return office.locale.moment(datetime.fromisoformat(text), office.zone)

    print(f"{document['key']}  {document['state']}  {moment(document['at'])}")
    products = ", ".join(document["products"])
    print(f"{document['campaign']} · {document['account']} · {products}: {document['reason']}")
    for line in (document["note"], document["url"], "", document["caption"]):
        if line is not None:
            print(line)
    rows = [
        (moment(item["started"]), item["verb"], item["outcome"], item["note"] or "")
        for item in document["attempts"]
    ]
    table("", (_("when"), _("verb"), _("outcome"), _("note")), rows)
    print(_("Possible now: ") + (", ".join(document["actions"]) or "–"))


def _decide(keys: list[str], decision: "Decision", url: str = "") -> None:
    from promoter.pipeline.decide import decide, find_key

    with world(create=False) as opened:
        full = [find_key(opened.context, key) for key in keys]  # all are checked before any changes
        for key in full:
            after = decide(opened.context, key, decision, getpass.getuser(), url=url)
            print(f"{key[:10]} {after.state.value}")


@app.command(help=about(_("Agrees to posts as they are now."), "promoter posts approve 4f2a 91c0"))
def approve(keys: Keys) -> None:
    """Approve posts."""
    from promoter.core.delivery import Decision

    _decide(keys, Decision.APPROVE)


@app.command(help=about(_("Refuses posts; their slots stay empty."), "promoter posts reject 4f2a"))
def reject(keys: Keys) -> None:
    """Reject posts that wait for approval."""
    from promoter.core.delivery import Decision

    _decide(keys, Decision.REJECT)


@app.command(help=about(_("Cancels posts that were not sent yet."), "promoter posts cancel 4f2a"))
def cancel(keys: Keys) -> None:
    """Cancel posts."""
    from promoter.core.delivery import Decision

    _decide(keys, Decision.CANCEL)


@app.command(
    help=about(_("Tries failed posts again, if still in time."), "promoter posts retry 4f")
)
def retry(keys: Keys) -> None:
    """Retry posts that surely did not go out."""
    from promoter.core.delivery import Decision

    _decide(keys, Decision.RETRY)


@app.command(
    help=about(
        _("Settles a held post after a look at the page."),
        "promoter posts resolve 4f2a --live https://example.com/77",
    )
)
def resolve(
    keys: Keys,
    live: Annotated[str, typer.Option(help=_("The address at which it is live."))] = "",
    absent: Annotated[bool, typer.Option("--absent", help=_("It is not there."))] = False,
) -> None:
    """Tell what a look at the page has shown."""
    from promoter.cli.output import fail
    from promoter.core.delivery import Decision
    from promoter.core.model import Phrase

    if bool(live) == absent:
        fail(Phrase("say either --live ADDRESS or --absent"))
    _decide(keys, Decision.LIVE if live else Decision.ABSENT, url=live)


@app.command(
    help=about(
        _("Takes live posts down where the channel can; tells what is left to do by hand."),
        "promoter posts withdraw 4f2a",
    )
)
def withdraw(
    keys: Keys,
    by_hand: Annotated[
        bool, typer.Option("--by-hand", help=_("You have taken them down yourself."))
    ] = False,
) -> None:
    """Withdraw live posts, each on its own; exit 1 if one failed, 2 if one is left to a person."""
    from promoter.pipeline.decide import withdraw as step
    from promoter.pipeline.stop import gone

    _one_by_one(keys, gone if by_hand else step, _("taken down"))


@app.command(
    help=about(
        _("Brings live posts up to date where the channel can; you agree by asking for it."),
        "promoter posts correct 4f2a",
    )
)
def correct(keys: Keys) -> None:
    """Correct live posts, each on its own; exit 1 if one failed, 2 if one is left to a person."""
    from promoter.pipeline.decide import correct as step

    _one_by_one(keys, step, _("corrected"))


def _one_by_one(
    keys: list[str], step: "Callable[[Context, str, str], Delivery]", done: str
) -> None:
    """Let a step do its work on each post; print a line for each, and end with the exit code."""
    from promoter.pipeline.stop import End, one
    from promoter.play.run import reachable

    ends = set()
    with world(create=False) as opened, reachable(opened):
        for start in keys:
            told = one(
                opened.context, start, lambda key: step(opened.context, key, getpass.getuser())
            )
            words = say(told.words) if told.words else done
            ends.add(told.end)
            stream = sys.stdout if told.end is End.DONE else sys.stderr
            print(f"{told.key[:10]} {words}", file=stream, flush=True)
    if End.FAILED in ends or End.LEFT in ends:
        raise typer.Exit(1 if End.FAILED in ends else 2)
