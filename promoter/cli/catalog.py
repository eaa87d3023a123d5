"""catalog: imports a catalogue, lists it, and tells what is missing in it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from promoter.cli.output import LANGUAGE, _, about, json_out, note, say, table
from promoter.cli.world import world

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from promoter.core.catalogue import Outcome
    from promoter.core.cells import Note
    from promoter.core.model import Producer, Product
    from promoter.pipeline.sync import Sync

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help=about(_("Imports, lists and checks products."), "promoter catalog import"),
)

Json = Annotated[bool, typer.Option("--json", help=_("One JSON document on standard output."))]


@app.command(
    "import",
    help=about(
        _("Brings a catalogue in, and tells what became of each row."),
        "promoter catalog import products.csv --dry-run",
    ),
)
def bring_in(
    file: Annotated[Path | None, typer.Argument(help=_("A file; the office's if none."))] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Change nothing."))] = False,
    force: Annotated[
        bool, typer.Option("--force", help=_("Also when much would be gone."))
    ] = False,
    as_json: Json = False,
) -> None:
    """Import the catalogue."""
    from promoter.pipeline.compose import compose
    from promoter.pipeline.sync import sync

    with world() as opened:
        found = sync(opened.context, opened.source(file), dry_run=dry_run, force=force)
        if not dry_run:
            compose(opened.context)  # what was approved with other facts is asked for again
    if as_json:
        json_out(_document(found))
    else:
        _tell(found)
    if dry_run:
        note(_("Nothing was changed."))
    if any(item.outcome.value == "rejected" for item in found.outcomes):
        raise typer.Exit(2)  # somebody has to mend these rows


def _tell(found: "Sync") -> None:
    outcomes = {
        "accepted": _("accepted"),
        "review": _("to be looked at"),
        "rejected": _("rejected"),
        "duplicate": _("duplicate"),
        "skipped": _("skipped"),
    }
    rows = [
        (
            item.sheet,
            item.number,
            outcomes[item.outcome.value],
            item.code,
            warning.field,
            say(warning.phrase),
        )
        for item in found.outcomes
        for warning in item.warnings
    ]
    if rows:
        columns = (_("file"), _("row"), _("outcome"), _("code"), _("column"), _("note"))
        table("", columns, rows)
    words = _(
        "{read} rows: {products} products of {producers} producers; "
        "new {created}, changed {updated}, unchanged {unchanged}, retired {retired}"
    )
    print(words.format(**{name: getattr(found, name) for name in _NUMBERS}))
    if found.gone:
        print(_("Retired: {codes}").format(codes=", ".join(found.gone)))


_NUMBERS = ("read", "products", "producers", "created", "updated", "unchanged", "retired")


def _document(found: "Sync") -> dict[str, Any]:
    numbers: dict[str, Any] = {name: getattr(found, name) for name in _NUMBERS}
    return numbers | {"rows": [_row(item) for item in found.outcomes]}


def _row(item: "Outcome") -> dict[str, Any]:
    return {
        "sheet": item.sheet,
        "row": item.number,
        "outcome": item.outcome.value,
        "code": item.code,
        "name": item.name,
        "warnings": [_note(warning) for warning in item.warnings],
    }


def _products() -> "tuple[list[Product], dict[str, Producer], date]":
    from promoter.store import database, products

    with world(create=False) as opened, opened.context.store.read() as session:
        today = database.now(session).astimezone(opened.context.office.zone).date()
        return products.products(session), products.producers(session), today


def _state(product: "Product", today: "date") -> str:
    held = product.certificate
    if held is None:
        return "none"
    if today < held.decided_on:
        return "not yet"
    return "in force" if product.certificate_on(today) else "expired"


@app.command(
    "list", help=about(_("Lists the products that are known."), "promoter catalog list --json")
)
def listing(as_json: Json = False) -> None:
    """List the catalogue."""
    found, makers, today = _products()
    if as_json:
        json_out({"products": [_product(item, today) for item in found]})
        return
    states = {
        "none": "–",
        "not yet": _("not yet in force"),
        "in force": _("in force"),
        "expired": _("expired"),
    }
    columns = (_("code"), _("product"), _("producer"), _("stars"), _("certificate"))
    table(
        "",
        columns,
        [
            (
                item.code,
                item.name,
                makers[item.producer].name if item.producer in makers else item.producer,
                held.stars if (held := item.certificate_on(today)) else "–",
                states[_state(item, today)],
            )
            for item in found
        ],
    )


def _product(item: "Product", today: "date") -> dict[str, Any]:
    held = item.certificate
    return item.model_dump(mode="json") | {
        "stars": current.stars if (current := item.certificate_on(today)) else 0,
        "certificate": {
            "state": _state(item, today),
            "expires": held.expires_on.isoformat() if held else None,
            "stars": held.stars if held else None,
            "decision": held.decision if held else None,
        },
    }


@app.command(help=about(_("Shows all that is known of a product."), "promoter catalog show BL-086"))
def show(code: str, as_json: Json = False) -> None:
    """Show one product."""
    from difflib import get_close_matches

    from promoter.cli.output import fail
    from promoter.core.gaps import gaps
    from promoter.core.model import Phrase

    found, makers, today = _products()
    item = next((product for product in found if product.code == code), None)
    if item is None:
        near = ", ".join(get_close_matches(code, [product.code for product in found])) or "–"
        fail(Phrase("no product {code}; near are {near}", code=code, near=near))
    if as_json:
        json_out({"products": [_product(item, today)]})
        return
    print(f"{item.code}  {item.name}")
    print(item.description)
    for label, text in _sheet(item, makers.get(item.producer)):
        if text:
            print(f"{label}: {text}")
    for gap in gaps(item, today):
        print(f"· {say(gap.phrase)}")


def _sheet(item: "Product", maker: "Producer | None") -> list[tuple[str, str]]:
    from promoter.locale import Locale

    locale, held = Locale(LANGUAGE), item.certificate
    price = f"{locale.money(item.price)} / {item.price_unit}" if item.price else ""
    ends = locale.day(held.expires_on) if held else ""
    return [
        (_("producer"), f"{maker.code}  {maker.name}" if maker else item.producer),
        (_("place"), f"{item.place.commune}, {item.place.province}"),
        (_("price"), price),
        (_("OCOP stars"), str(held.stars) if held else ""),
        (_("OCOP decision"), f"{held.decision}, {locale.day(held.decided_on)}" if held else ""),
        (_("in force until before"), ends),
        (_("self-declaration"), item.self_declaration),
        (_("food safety"), item.food_safety),
        (_("barcode"), item.gtin),
        (_("to order at"), ", ".join(f"{shop.name} {shop.url}" for shop in item.shops)),
    ]


@app.command(help=about(_("Tells what is missing or ends soon."), "promoter catalog check"))
def check(as_json: Json = False) -> None:
    """List what is amiss, product by product."""
    from promoter.core.gaps import gaps

    found, _makers, today = _products()
    amiss = [(item, notes) for item in found if (notes := gaps(item, today))]
    if as_json:
        json_out({"products": [_amiss(item, notes, today) for item, notes in amiss]})
        return
    rows = [(item.code, item.name, say(gap.phrase)) for item, notes in amiss for gap in notes]
    table("", (_("code"), _("product"), _("note")), rows)


def _amiss(item: "Product", notes: "Iterable[Note]", today: "date") -> dict[str, Any]:
    known = _product(item, today)
    return {name: known[name] for name in ("code", "name", "producer", "stars", "certificate")} | {
        "warnings": [_note(found) for found in notes]
    }


def _note(found: "Note") -> dict[str, str]:
    return {"code": found.code, "field": found.field, "message": say(found.phrase)}
