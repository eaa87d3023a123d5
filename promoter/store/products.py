"""Products and producers as the last import left them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import insert, select, update
from sqlmodel import Session, col

from promoter.core.model import Photo, Producer, Product, digest
from promoter.store.tables import ProducerRow, ProductRow

V = TypeVar("V", Product, Producer)


@dataclass(frozen=True, slots=True)
class Counts:
    """What an import did to the products."""

    created: int
    updated: int
    unchanged: int
    retired: int


def products(session: Session, *, retired: bool = False) -> list[Product]:
    """Return the products in order of code; retired ones only if asked for."""
    query = select(ProductRow).order_by(col(ProductRow.code))
    if not retired:
        query = query.where(col(ProductRow.retired_at).is_(None))
    return [Product.model_validate(row.record) for row in session.scalars(query)]


def product(session: Session, code: str) -> Product | None:
    """Return the product of a code unless it is retired."""
    row = session.get(ProductRow, code)
    return Product.model_validate(row.record) if row and row.retired_at is None else None


def producers(session: Session) -> dict[str, Producer]:
    """Return the producers by code, without retired ones."""
    query = select(ProducerRow).where(col(ProducerRow.retired_at).is_(None))
    return {
        row.code: Producer.model_validate(row.record)
        for row in session.scalars(query.order_by(col(ProducerRow.code)))
    }


def producer(session: Session, code: str) -> Producer | None:
    """Return the producer of a code unless it is retired."""
    row = session.get(ProducerRow, code)
    return Producer.model_validate(row.record) if row and row.retired_at is None else None


def compare(session: Session, found: Sequence[Product]) -> Counts:
    """Return what an import of these products would do to the store."""
    known = {row.code: row for row in session.scalars(select(ProductRow))}
    fresh = [_with_photos(item, known.get(item.code)) for item in found]
    return _counts(fresh, known)


def merge(
    session: Session, found: Sequence[Product], makers: Sequence[Producer], now: datetime
) -> Counts:
    """Make the catalogue be these products and producers; what is absent is retired.

    Photos that the store has stay where the catalogue brings none.
    """
    known_makers = {row.code: row for row in session.scalars(select(ProducerRow))}
    _put(session, ProducerRow, makers, known_makers, now)
    known = {row.code: row for row in session.scalars(select(ProductRow))}
    fresh = [_with_photos(item, known.get(item.code)) for item in found]
    counts = _counts(fresh, known)
    _put(session, ProductRow, fresh, known, now)
    return counts


def _with_photos(item: Product, row: ProductRow | None) -> Product:
    if item.photos or row is None:
        return item
    kept = tuple(Photo.model_validate(photo) for photo in row.record.get("photos", ()))
    return item.model_copy(update={"photos": kept})


def _counts(found: Sequence[Product], known: Mapping[str, ProductRow]) -> Counts:
    live = {code: row.digest for code, row in known.items() if row.retired_at is None}
    fresh = {item.code: _mark(item) for item in found}
    return Counts(
        created=len(fresh.keys() - live.keys()),
        updated=sum(live[code] != fresh[code] for code in fresh.keys() & live.keys()),
        unchanged=sum(live[code] == fresh[code] for code in fresh.keys() & live.keys()),
        retired=len(live.keys() - fresh.keys()),
    )


def _put(
    session: Session,
    table: type[ProductRow] | type[ProducerRow],
    found: Sequence[Product] | Sequence[Producer],
    known: Mapping[str, ProductRow] | Mapping[str, ProducerRow],
    now: datetime,
) -> None:
    fresh = []
    for item in found:
        row, fields = known.get(item.code), _fields(item)
        if row is None:
            fresh.append(fields | {"created_at": now, "updated_at": now})
        elif row.digest != fields["digest"] or row.retired_at is not None:
            for name, value in fields.items():
                setattr(row, name, value)
            row.updated_at, row.retired_at = now, None
    session.flush()
    if fresh:
        session.execute(insert(table), fresh)
    gone = known.keys() - {item.code for item in found}
    if gone:
        session.execute(
            update(table)
            .where(col(table.code).in_(gone), col(table.retired_at).is_(None))
            .values(retired_at=now)
        )


def _fields(item: Product | Producer) -> dict[str, Any]:
    fields = {
        "code": item.code,
        "name": item.name,
        "record": item.model_dump(mode="json"),
        "digest": _mark(item),
    }
    return fields | ({"producer": item.producer} if isinstance(item, Product) else {})


def _mark(item: Product | Producer) -> str:
    return digest(item.model_dump_json())


def set_photo(session: Session, code: str, photo: Photo) -> bool:
    """Make a photo the first of a product; tell whether that changed anything."""
    row = session.get_one(ProductRow, code)
    known = Product.model_validate(row.record)
    if known.photos[:1] == (photo,):
        return False
    rest = tuple(item for item in known.photos if item.sha256 != photo.sha256)
    changed = known.model_copy(update={"photos": (photo, *rest)})
    row.record, row.digest = changed.model_dump(mode="json"), _mark(changed)
    session.add(row)
    return True
