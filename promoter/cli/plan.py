"""plan and apply: what would change, and making it so."""

import getpass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from promoter.cli.output import _, about, fail, json_out, note, say, table
from promoter.cli.world import world

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promoter.core.campaign import Campaign
    from promoter.core.model import Post
    from promoter.core.planner import Plan
    from promoter.pipeline.context import Context

PLAN = about(_("Shows what would change, and why; changes nothing."), "promoter plan --json")
APPLY = about(_("Makes the plan so; the service posts it on time."), "promoter apply")

Json = Annotated[bool, typer.Option("--json", help=_("One JSON document on standard output."))]


def plan(
    campaign: Annotated[str, typer.Option("--campaign", help=_("Only this campaign."))] = "",
    as_json: Json = False,
) -> None:
    """Exit 0 if the plan is empty, 2 if it has changes."""
    from promoter.pipeline import plan as step

    with world() as opened:
        values = step.read(opened.context, step.read_files(opened.campaigns))
        found = step.plan(opened.context, values)
        if campaign:
            found = _only(found, campaign, values)
        _show(opened.context, found, as_json, applied=False)
    raise SystemExit(0 if found.empty else 2)


def apply(
    force: Annotated[
        bool, typer.Option("--force", help=_("Also when much would be cancelled or changed."))
    ] = False,
    as_json: Json = False,
) -> None:
    """Apply the campaigns."""
    from promoter.pipeline import plan as step
    from promoter.pipeline.compose import compose

    with world() as opened:
        texts = step.read_files(opened.campaigns)
        found, _values = step.apply(opened.context, texts, getpass.getuser(), force=force)
        compose(opened.context)
        _show(opened.context, found, as_json, applied=True)


def _only(found: "Plan", name: str, values: "Sequence[Campaign]") -> "Plan":
    from dataclasses import replace

    from promoter.core.model import Phrase

    names = sorted(value.name for value in values)
    if name not in names:
        fail(Phrase("no campaign {name}; known are {known}", name=name, known=", ".join(names)))

    def of(posts: "tuple[Post, ...]") -> "tuple[Post, ...]":
        return tuple(post for post in posts if post.campaign == name)

    return replace(
        found,
        create=of(found.create),
        move=of(found.move),
        change=of(found.change),
        cancel=of(found.cancel),
    )


def _parts(found: "Plan") -> "dict[str, tuple[Post, ...]]":
    return {
        "create": found.create,
        "move": found.move,
        "change": found.change,
        "cancel": found.cancel,
    }


def _show(context: "Context", found: "Plan", as_json: bool, *, applied: bool) -> None:
    if as_json:
        document: dict[str, Any] = {
            part: [_post(item) for item in items] for part, items in _parts(found).items()
        }
        document |= {"keep": found.keep, "problems": [say(item) for item in found.problems]}
        json_out(document | ({"applied": True} if applied else {}))
        return
    _list(context, found)
    for problem in found.problems:
        note(say(problem))
    counts = {part: len(items) for part, items in _parts(found).items()}
    words = _("create {create}, move {move}, change {change}, cancel {cancel}, keep {keep}")
    print(words.format(keep=found.keep, **counts))


def _list(context: "Context", found: "Plan") -> None:
    words = {
        "create": _("create"),
        "move": _("move"),
        "change": _("change"),
        "cancel": _("cancel"),
    }
    rows = [
        (
            words[part],
            context.office.locale.moment(item.at, context.office.zone),
            item.campaign,
            item.account,
            ", ".join(item.products),
            item.producer,
            say(item.reason),
        )
        for part, items in _parts(found).items()
        for item in items
    ]
    if rows:
        columns = (_("what"), _("when"), _("campaign"), _("account"), _("product"))
        table("", (*columns, _("producer"), _("why")), rows)


def _post(item: "Post") -> dict[str, Any]:
    return {
        "key": item.key,
        "campaign": item.campaign,
        "account": item.account,
        "at": item.at.isoformat(),
        "products": list(item.products),
        "producer": item.producer,
        "reason": say(item.reason),
    }
