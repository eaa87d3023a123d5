"""Products and producers are kept whole, retired when they go, and found again when they return."""

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from promoter.core.errors import ConfigError
from promoter.core.model import Money, Photo, Producer, Product
from promoter.store import catalogue, products
from promoter.store.database import Store
from promoter.store.products import Counts
from promoter.store.tables import ProductRow
from tests.make import NOW, producer, product

LATER = NOW + timedelta(days=1)
SALT, RICE = product(), product("BL-100", name="Gạo một bụi đỏ")
PHOTO = Photo(sha256="a" * 64, rights="P41", focus=(0.25, 0.75))


def merge(
    store: Store, *found: Product, makers: tuple[Producer, ...] = (producer(),), now: object = NOW
) -> Counts:
    """Make the catalogue be these products."""
    with store.write() as session:
        return products.merge(session, found, makers, now if now is LATER else NOW)


def known(store: Store, *, retired: bool = False) -> list[Product]:
    """Return what the store has."""
    with store.read() as session:
        return products.products(session, retired=retired)


def test_a_record_comes_back_as_it_went_in(store: Store) -> None:
    assert merge(store, SALT, RICE) == Counts(created=2, updated=0, unchanged=0, retired=0)
    assert known(store) == [SALT, RICE]
    with store.read() as session:
        assert products.product(session, "BL-086") == SALT
        assert products.product(session, "BL-999") is None
        assert products.producers(session) == {"P41": producer()}
        assert products.producer(session, "P41") == producer()
        assert products.producer(session, "P99") is None


def test_the_same_catalogue_again_changes_no_row(store: Store) -> None:
    merge(store, SALT, RICE)
    assert merge(store, SALT, RICE, now=LATER) == Counts(0, 0, unchanged=2, retired=0)
    with store.read() as session:
        assert {row.updated_at for row in session.exec(select(ProductRow))} == {NOW}


def test_a_change_is_kept_with_its_moment(store: Store) -> None:
    merge(store, SALT, RICE)
    dearer = product(price=Money(amount=18000), name="Muối hạt")
    assert merge(store, dearer, RICE, now=LATER) == Counts(0, updated=1, unchanged=1, retired=0)
    assert known(store)[0] == dearer
    with store.read() as session:
        row = session.get_one(ProductRow, "BL-086")
        assert (row.name, row.created_at, row.updated_at) == ("Muối hạt", NOW, LATER)


def test_what_is_absent_is_retired_and_returns_when_it_returns(store: Store) -> None:
    merge(store, SALT, RICE)
    assert merge(store, RICE, now=LATER) == Counts(0, 0, unchanged=1, retired=1)
    assert known(store) == [RICE]
    assert known(store, retired=True) == [SALT, RICE]
    with store.read() as session:
        assert products.product(session, "BL-086") is None
    assert merge(store, RICE) == Counts(0, 0, unchanged=1, retired=0)
    assert merge(store, SALT, RICE) == Counts(created=1, updated=0, unchanged=1, retired=0)
    assert known(store) == [SALT, RICE]


def test_the_moment_of_retiring_is_the_first_one(store: Store) -> None:
    merge(store, SALT, RICE)
    merge(store, RICE)
    merge(store, RICE, now=LATER)
    with store.read() as session:
        assert session.get_one(ProductRow, "BL-086").retired_at == NOW


def test_a_producer_without_products_is_retired_too(store: Store) -> None:
    merge(store, SALT, makers=(producer(), producer("P42")))
    merge(store, SALT)
    with store.read() as session:
        assert list(products.producers(session)) == ["P41"]
        assert products.producer(session, "P42") is None


def test_a_product_can_move_to_a_new_producer(store: Store) -> None:
    merge(store, SALT)
    merge(store, product(producer="P42"), makers=(producer("P42"),))
    with store.read() as session:
        assert session.get_one(ProductRow, "BL-086").producer == "P42"


def test_comparing_says_what_merging_would_do(store: Store) -> None:
    merge(store, SALT, RICE)
    wanted = [product(price=Money(amount=1)), product("BL-200")]
    with store.read() as session:
        told = products.compare(session, products.written(wanted, [producer()]))
    assert told == Counts(created=1, updated=1, unchanged=0, retired=1)
    assert known(store) == [SALT, RICE]
    assert merge(store, *wanted) == told


def test_a_photo_survives_the_next_import_and_a_retirement(store: Store) -> None:
    merge(store, SALT, RICE)
    with store.write() as session:
        assert products.set_photo(session, "BL-086", PHOTO)
    assert known(store)[0].photos == (PHOTO,)
    assert merge(store, SALT, RICE).unchanged == 2
    merge(store, RICE)
    merge(store, SALT, RICE)
    assert known(store)[0] == SALT.model_copy(update={"photos": (PHOTO,)})


def test_a_photo_of_the_catalogue_replaces_the_one_in_the_store(store: Store) -> None:
    merge(store, SALT)
    with store.write() as session:
        products.set_photo(session, "BL-086", PHOTO)
    other = Photo(sha256="b" * 64)
    assert merge(store, product(photos=(other,))).updated == 1
    assert known(store)[0].photos == (other,)


def test_the_newest_photo_comes_first_and_the_same_again_changes_nothing(store: Store) -> None:
    merge(store, SALT)
    other = Photo(sha256="b" * 64)
    with store.write() as session:
        done = [products.set_photo(session, "BL-086", item) for item in (PHOTO, other, other)]
    assert done == [True, True, False]
    assert known(store)[0].photos == (other, PHOTO)


def test_a_photo_is_noticed_by_the_pages(store: Store) -> None:
    merge(store, SALT)
    store.set_clock(LATER)
    with store.read() as session:
        before = catalogue.stamp(session)
    with store.write() as session:
        products.set_photo(session, "BL-086", PHOTO)
    with store.read() as session:
        assert catalogue.stamp(session) != before


def test_a_photo_of_an_unknown_product_is_refused(store: Store) -> None:
    with pytest.raises(ConfigError, match="no product BL-999"), store.write() as session:
        products.set_photo(session, "BL-999", PHOTO)


def test_a_merge_that_fails_leaves_the_store_as_it_was(store: Store) -> None:
    merge(store, SALT)
    with pytest.raises(RuntimeError), store.write() as session:
        products.merge(session, [RICE], [producer("P42")], NOW)
        raise RuntimeError
    assert known(store, retired=True) == [SALT]


def test_a_larger_catalogue_takes_no_more_statements(sqlite_store: Store) -> None:
    said: list[str] = []
    event.listen(
        sqlite_store._looking, "before_cursor_execute", lambda *call: said.append(call[2])
    )  # fmt: skip
    taken = []
    for count in (5, 145):
        many = [product(f"C{count}-{number:03}", producer="P41") for number in range(count)]
        dearer = [item.model_copy(update={"price": Money(amount=1)}) for item in many]
        for wanted in (many, dearer, []):
            said.clear()
            merge(sqlite_store, *wanted)
            taken.append(len(said))
    assert taken[:3] == taken[3:]
