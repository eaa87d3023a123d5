"""Reads catalogue rows as a careful clerk would: every row is accounted for, nothing is guessed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from promoter.core import entry
from promoter.core.cells import Cells, Note
from promoter.core.columns import check_shape, strange
from promoter.core.model import Phrase, Place, Producer, Product
from promoter.core.source import Row

TABLES = ("communes", "producers", "products")
"""In the order in which they are understood, since products name producers and communes."""


class Verdict(StrEnum):
    """What became of a row."""

    ACCEPTED = "accepted"
    REVIEW = "review"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    SKIPPED = "skipped"


TAKEN = (Verdict.ACCEPTED, Verdict.REVIEW)
"""Verdicts on rows that become part of the catalogue."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row, and why."""

    table: str
    sheet: str
    number: int
    outcome: Verdict
    code: str
    name: str
    warnings: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A catalogue as it was understood."""

    products: tuple[Product, ...]
    producers: tuple[Producer, ...]
    outcomes: tuple[Outcome, ...]


def read(rows: Iterable[Row]) -> Reading:
    """Return the products and producers of some rows, and what became of each row.

    A commune has an outcome only if something is wrong with it.

    Raises:
        ConfigError: A table lacks a column without which it cannot be read.
    """
    clerk = _Clerk()
    for row in sorted(rows, key=lambda row: TABLES.index(row.table)):
        clerk.take(row)
    return Reading(
        tuple(clerk.products.values()), tuple(clerk.producers.values()), tuple(clerk.outcomes)
    )


@dataclass(slots=True)
class _Clerk:
    communes: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    producers: dict[str, Producer] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    first: dict[tuple[str, str], Row] = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    tables: set[tuple[str, str]] = field(default_factory=set)

    def take(self, row: Row) -> None:
        notes: list[Note] = []
        if (row.table, row.sheet) not in self.tables:  # what is odd about a table is told once
            self.tables.add((row.table, row.sheet))
            notes += strange(row)
        if not any(row.cells.values()):
            if row.table != "communes" or notes:
                self.outcomes.append(_outcome(row, Verdict.SKIPPED, notes))
            return
        verdict = self._keep(row, Cells(row.cells, notes))
        if row.table != "communes" or notes:
            self.outcomes.append(_outcome(row, verdict, notes))

    def _keep(self, row: Row, cells: Cells) -> Verdict:
        if not check_shape(cells):
            return Verdict.REJECTED
        match row.table:
            case "communes":
                return self._commune(row, cells)
            case "producers":
                maker = entry.producer(cells, self._place(cells))
                verdict = self._judged(row, maker.code, cells)
                if verdict in TAKEN:
                    self.producers[maker.code] = maker
            case _:
                verdict = self._product(row, cells)
        return verdict

    def _product(self, row: Row, cells: Cells) -> Verdict:
        place = self._place(cells)
        product, maker = entry.product(cells, place), self._maker(cells, place)
        verdict = self._judged(row, product.code, cells)
        if maker is None or verdict not in TAKEN:
            return verdict
        self.producers.setdefault(maker.code, maker)
        self.products[product.code] = product
        return self._check_name(product, cells) or verdict

    def _judged(self, row: Row, code: str, cells: Cells) -> Verdict:
        """Return what the notes on a row make of it, or that its code stands before."""
        if any(note.refuses for note in cells.notes):
            return Verdict.REJECTED
        if repeated := self._repeated(row, code, cells.notes):
            return repeated
        return Verdict.REVIEW if any(note.look for note in cells.notes) else Verdict.ACCEPTED

    def _commune(self, row: Row, cells: Cells) -> Verdict:
        old = (cells.needed("commune_old"), cells.needed("district_old"))
        new = (cells.needed("commune_new"), cells.needed("province_new"))
        verdict = self._judged(row, ", ".join(old), cells)
        if verdict in TAKEN:
            self.communes[old] = new
        return verdict

    def _repeated(self, row: Row, code: str, notes: list[Note]) -> Verdict | None:
        """Note in what a row differs from the one with its code before, which stays."""
        first = self.first.setdefault((row.table, code), row)
        if first is row:
            return None
        notes[:] = [note for note in notes if not note.field]
        differing = [
            name for name, text in row.cells.items() if text != first.cells.get(name, "")
        ]  # fmt: skip
        for name in differing:
            phrase = Phrase(
                "row {number} stays: it says «{first}», this row «{again}»",
                number=first.number,
                first=first.cells.get(name, ""),
                again=row.cells[name],
            )
            notes.append(Note("conflict", name, phrase))
        if not differing:
            phrase = Phrase("the same as row {number}", number=first.number)
            notes.append(Note("duplicate", "", phrase, look=False))
        return Verdict.DUPLICATE

    def _check_name(self, product: Product, cells: Cells) -> Verdict | None:
        other = self.names.setdefault((product.name.casefold(), product.producer), product.code)
        if other == product.code:
            return None
        phrase = Phrase("{code} has the same name and producer", code=other)
        cells.note("same-name", "name", phrase)
        return Verdict.REVIEW

    def _maker(self, cells: Cells, place: Place) -> Producer | None:
        """Return who makes a product; without a table of producers, its row says so."""
        code = cells.text("producer_id")
        maker = self.producers.get(code)
        if maker is None and code and any(table == "producers" for table, _ in self.tables):
            phrase = Phrase("no producer {code} in the catalogue", code=code)
            cells.refuse("unknown-producer", "producer_id", phrase)
            return None
        if maker is None:
            code, name = cells.code("producer_id"), cells.needed("producer_name")
            return Producer(code=code, name=name, legal_form="", address="", place=place)
        if cells.text("producer_name") not in ("", maker.name):
            phrase = Phrase("{code} is the code of {name}; which is right?",
                            code=code, name=maker.name)  # fmt: skip
            cells.note("producer-name", "producer_name", phrase)
        return maker

    def _place(self, cells: Cells) -> Place:
        old = (cells.text("commune"), cells.text("district"))
        new = (cells.text("commune_new"), cells.text("province_new"))
        expected = self.communes.get(old)
        if self.communes and expected is None:
            phrase = Phrase("{commune}, {district} is not in the table of communes",
                            commune=old[0] or "–", district=old[1] or "–")  # fmt: skip
            cells.note("unknown-commune", "commune", phrase)
        elif expected and not any(new):
            new = expected  # the table of communes says so
        elif expected and new != expected:
            phrase = Phrase(
                "{commune} belongs to {new} now", commune=old[0], new=", ".join(expected)
            )
            cells.note("other-commune", "commune_new", phrase)
        return Place(
            commune=new[0] or old[0],
            province=new[1] or cells.text("province"),
            commune_old=old[0],
            district_old=old[1],
            province_old=cells.text("province"),
        )


def _outcome(row: Row, verdict: Verdict, notes: list[Note]) -> Outcome:
    code = row.cells.get("producer_id" if row.table == "producers" else "product_id", "")
    name = row.cells.get("name", "") or row.cells.get("commune_old", "")
    return Outcome(row.table, row.sheet, row.number, verdict, code, name, tuple(notes))
