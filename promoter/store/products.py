"""Products and producers as the last import left them, without what a person has stopped."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, select, update
from sqlmodel import Session, col

from promoter.core.errors import ConfigError
from promoter.core.model import Photo, Phrase, Producer, Product, digest
from promoter.store import database
from promoter.store.tables import ProducerRow, ProductRow

Fields = dict[str, Any]
Table = type[ProductRow] | type[ProducerRow]

MANY = 10_000
"""Codes in one question; databases take some ten thousands."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What an import did to the products.

    Attributes:
        created: New, or there again.
        gone: Codes of the retired, in order.
    """

    created: int
    updated: int
    unchanged: int
    retired: int
    gone: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Written:
    """A catalogue in the form of rows by code, made before the store is held for it."""

    products: Mapping[str, Fields]
    producers: Mapping[str, Fields]


@dataclass(frozen=True, slots=True)
class _Change:
    """What has to be done to a table; `back` are retired rows that return."""

    new: Collection[str]
    changed: Collection[str]
    back: Collection[str]
    gone: Collection[str]


def offered() -> ColumnElement[bool]:
    """Return the condition that a product is in the catalogue, and neither it nor its producer
    was stopped.
    """
    return and_(col(ProductRow.retired_at).is_(None), *_not_stopped())


def _not_stopped() -> tuple[ColumnElement[bool], ...]:
    stopped = select(col(ProducerRow.code)).where(col(ProducerRow.stopped_at).is_not(None))
    return col(ProductRow.stopped_at).is_(None), col(ProductRow.producer).not_in(stopped)


def products(session: Session, *, retired: bool = False, stopped: bool = False) -> list[Product]:
    """Return the products in order of code; retired and stopped ones only if asked for."""
    query = select(col(ProductRow.record))
    if not retired:
        query = query.where(col(ProductRow.retired_at).is_(None))
    if not stopped:
        query = query.where(*_not_stopped())
    found = map(Product.model_validate, session.scalars(query))
    return sorted(found, key=_code)  # databases have orders of their own


def product(session: Session, code: str, *, stopped: bool = False) -> Product | None:
    """Return the product of a code unless it is retired; a stopped one only if asked for."""
    row = session.get(ProductRow, code)
    if row is None or row.retired_at:
        return None
    maker = None if stopped else session.get(ProducerRow, row.producer)
    if not stopped and (row.stopped_at or maker is None or maker.stopped_at):
        return None
    return Product.model_validate(row.record)


def producers(session: Session) -> dict[str, Producer]:
    """Return the producers by code, without retired and stopped ones."""
    query = select(col(ProducerRow.record)).where(
        col(ProducerRow.retired_at).is_(None), col(ProducerRow.stopped_at).is_(None)
    )
    found = map(Producer.model_validate, session.scalars(query))
    return {item.code: item for item in sorted(found, key=_code)}


def producer(session: Session, code: str, *, stopped: bool = False) -> Producer | None:
    """Return the producer of a code unless it is retired; a stopped one only if asked for."""
    row = session.get(ProducerRow, code)
    if row is None or row.retired_at or (row.stopped_at and not stopped):
        return None
    return Producer.model_validate(row.record)


def written(found: Sequence[Product], makers: Sequence[Producer]) -> Written:
    """Return a catalogue as rows; the costly part of an import, which needs no store."""
    return Written(
        {item.code: _fields(item) | {"producer": item.producer} for item in found},
        {item.code: _fields(item) for item in makers},
    )


def compare(session: Session, catalogue: Written) -> Counts:
    """Return what an import of a catalogue would do to the store."""
    return _counts(_change(session, ProductRow, catalogue.products), catalogue)


def merge(
    session: Session, found: Sequence[Product], makers: Sequence[Producer], now: datetime
) -> Counts:
    """Make the catalogue be these products and producers, as `replace` does."""
    return replace(session, written(found, makers), now)


def replace(session: Session, catalogue: Written, now: datetime) -> Counts:
    """Make the catalogue be this one; what is absent is retired.

    Photos that the store has stay where the catalogue brings none, and a stop stays a stop.
    """
    makers = _change(session, ProducerRow, catalogue.producers)
    _put(session, ProducerRow, catalogue.producers, makers, now)
    change = _change(session, ProductRow, catalogue.products)
    known = {*change.changed, *change.back}
    rows = {**catalogue.products, **_with_photos(session, catalogue.products, known)}
    _put(session, ProductRow, rows, change, now)
    return _counts(change, catalogue)


def _code(item: Product | Producer) -> str:
    return item.code


def _fields(item: Product | Producer) -> Fields:
    record = item.model_dump(mode="json")
    mark = digest(item.model_dump_json())
    return {"code": item.code, "name": item.name, "record": record, "digest": mark}


def _change(session: Session, table: Table, rows: Mapping[str, Fields]) -> _Change:
    query = select(col(table.code), col(table.digest), col(table.retired_at))
    known = {code: (mark, retired) for code, mark, retired in session.execute(query)}
    live = {code: mark for code, (mark, retired) in known.items() if retired is None}
    return _Change(
        new=rows.keys() - known.keys(),
        changed=[code for code in rows.keys() & live.keys() if rows[code]["digest"] != live[code]],
        back=rows.keys() & (known.keys() - live.keys()),
        gone=live.keys() - rows.keys(),
    )


def _counts(change: _Change, catalogue: Written) -> Counts:
    created = len(change.new) + len(change.back)
    return Counts(
        created=created,
        updated=len(change.changed),
        unchanged=len(catalogue.products) - created - len(change.changed),
        retired=len(change.gone),
        gone=tuple(sorted(change.gone)),
    )


def _with_photos(
    session: Session, rows: Mapping[str, Fields], codes: Collection[str]
) -> dict[str, Fields]:
    """Return rows with the photos that the store has, where they bring none."""
    without = iter(sorted(code for code in codes if not rows[code]["record"]["photos"]))
    found = {}
    while some := list(islice(without, MANY)):
        query = select(col(ProductRow.code), col(ProductRow.record))
        for code, record in session.execute(query.where(col(ProductRow.code).in_(some))):
            kept = rows[code]["record"] | {"photos": record.get("photos", [])}
            found[code] = rows[code] | {"record": kept}
    return found


def _put(
    session: Session, table: Table, rows: Mapping[str, Fields], change: _Change, now: datetime
) -> None:
    known = {"updated_at": now, "retired_at": None}
    if change.new:
        made = {"created_at": now, "updated_at": now}
        session.execute(insert(table), [rows[code] | made for code in sorted(change.new)])
    if again := sorted([*change.changed, *change.back]):
        session.execute(update(table), [rows[code] | known for code in again])
    if change.gone:
        gone = [{"code": code, "retired_at": now} for code in sorted(change.gone)]
        session.execute(update(table), gone)
    session.expire_all()  # rows that were looked at before are now others


def set_photo(session: Session, code: str, photo: Photo) -> bool:
    """Make a photo the first of a product; tell whether that changed anything.

    Raises:
        ConfigError: There is no such product.
    """
    row = session.get(ProductRow, code)
    if row is None:
        raise ConfigError(Phrase("no product {code} in the catalogue", code=code))
    known = Product.model_validate(row.record)
    if known.photos[:1] == (photo,):
        return False
    rest = tuple(item for item in known.photos if item.sha256 != photo.sha256)
    changed = known.model_copy(update={"photos": (photo, *rest)})
    row.record = changed.model_dump(mode="json")  # the digest is of what the catalogue said
    row.updated_at = database.now(session)  # by which pages notice
    session.add(row)
    return True
