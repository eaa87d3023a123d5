"""An import is whole or nothing, tells of every row, and loses nothing good by something bad."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from promoter.core.catalogue import Outcome, Verdict, read
from promoter.core.errors import ConfigError, UnsafePlan
from promoter.core.model import Photo
from promoter.media import MediaStore
from promoter.pipeline.context import Context
from promoter.pipeline.sync import Sync, sync
from promoter.sources.spreadsheet import Config, connect
from promoter.store import products
from promoter.store.database import Session, Store
from tests import world as office
from tests.sources.test_spreadsheet import SAMPLE

Table = list[dict[str, str]]
Change = Callable[[Table], Table]


@pytest.fixture
def context(store: Store, tmp_path: Path) -> Context:
    """An office without products."""
    return office.context(store, MediaStore(tmp_path / "media"))


def changed(folder: Path, change: Change, table: str = "products") -> Config:
    """Return the sample with one of its tables changed."""
    source = SAMPLE.path.with_name(f"{table}.csv")
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    target = folder / f"{table}.csv"
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(change([dict(row) for row in rows]))
    return SAMPLE.model_copy(update={"path" if table == "products" else table: target})


def put(code: str, **cells: str) -> Change:
    """Return a change of some cells of one row."""
    return lambda rows: [row | cells if code in row.values() else row for row in rows]


def drop(count: int) -> Change:
    """Return a change that takes away the last rows."""
    return lambda rows: rows[:-count]


def bring(context: Context, config: Config = SAMPLE, **options: Any) -> Sync:
    """Import a catalogue."""
    return sync(context, connect(config), **options)


def numbers(found: Sync) -> tuple[int, int, int, int]:
    """Return how many were created, updated, unchanged and retired."""
    return found.created, found.updated, found.unchanged, found.retired


def of(found: Sync, code: str) -> Outcome:
    """Return the outcome of a code."""
    return next(item for item in found.outcomes if item.code == code)


def codes(context: Context) -> list[str]:
    """Return the codes of the products that are known."""
    with context.store.read() as session:
        return [item.code for item in products.products(session)]


def test_the_whole_sample_is_imported_and_accounted_for(context: Context) -> None:
    found = bring(context)
    assert (found.read, found.products, found.producers) == (145 + 69, 145, 69)
    assert numbers(found) == (145, 0, 0, 0)
    assert len(found.outcomes) == 145 + 69
    assert len(codes(context)) == 145
    assert {"BL-091", "BL-136", "BL-102"} <= set(codes(context))


def test_importing_twice_changes_nothing(context: Context) -> None:
    bring(context)
    with context.store.write() as session:
        products.set_photo(session, "BL-086", Photo(sha256="a" * 64))
    assert numbers(bring(context)) == (0, 0, 145, 0)


def test_a_dry_run_tells_the_same_and_changes_nothing(context: Context, tmp_path: Path) -> None:
    assert numbers(bring(context, dry_run=True)) == (145, 0, 0, 0)
    assert codes(context) == []
    bring(context)
    dearer = changed(tmp_path, put("BL-086", price_vnd="18000"))
    assert numbers(bring(context, dearer, dry_run=True)) == (0, 1, 144, 0)
    assert numbers(bring(context, dearer)) == (0, 1, 144, 0)


def test_up_to_30_percent_may_go_and_no_more(context: Context, tmp_path: Path) -> None:
    bring(context)
    for options in ({}, {"dry_run": True}):
        with pytest.raises(UnsafePlan, match=r"44 of 145 .* gone: BL-102, .*, …; .*--force"):
            bring(context, changed(tmp_path, drop(44)), **options)
    assert len(codes(context)) == 145
    assert numbers(bring(context, changed(tmp_path, drop(43)))) == (0, 0, 102, 43)


def test_force_lets_more_go(context: Context, tmp_path: Path) -> None:
    bring(context)
    found = bring(context, changed(tmp_path, drop(100)), force=True)
    assert (found.retired, len(codes(context))) == (100, 45)
    assert found.gone == tuple(f"BL-{number:03}" for number in range(46, 146))


def test_an_empty_catalogue_is_refused_even_with_force(context: Context, tmp_path: Path) -> None:
    bring(context)
    with pytest.raises(ConfigError, match="no acceptable product"):
        bring(context, changed(tmp_path, drop(145)), force=True)
    assert len(codes(context)) == 145


def test_a_catalogue_of_bad_rows_only_is_refused_with_the_reason_of_each(
    context: Context, tmp_path: Path
) -> None:
    worse = changed(tmp_path, lambda rows: [row | {"stars": "9"} for row in rows])
    with pytest.raises(ConfigError, match="no acceptable product") as caught:
        bring(context, worse)
    assert len(caught.value.problems) == 145
    first = caught.value.problems[0]
    assert (first.file, first.line, first.key, first.code) == (
        "products.csv",
        2,
        "stars",
        "bad-stars",
    )


def test_an_import_that_dies_leaves_the_store_as_it_was(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(context)

    def dies(*_row: Any) -> None:
        raise KeyboardInterrupt

    dearer = changed(tmp_path, put("BL-086", price_vnd="18000"))
    with monkeypatch.context() as patch:
        patch.setattr(products, "_counts", dies)
        with pytest.raises(KeyboardInterrupt), context.store.write() as session:
            found = read(connect(dearer).rows())
            products.merge(session, found.products, found.producers, context.now())
    assert numbers(bring(context)) == (0, 0, 145, 0)


def test_the_store_is_held_only_to_write_what_was_computed_before(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []
    opened = type(context.store).write

    @contextmanager
    def watched(store: Store) -> Iterator[Session]:
        with opened(store) as session:
            held.append(True)
            yield session
            held.pop()

    def computed(*rows: Any) -> products.Written:
        assert not held
        return written(*rows)

    written = products.written
    monkeypatch.setattr(type(context.store), "write", watched)
    monkeypatch.setattr(products, "written", computed)
    assert bring(context).created == 145


def test_what_another_import_brought_meanwhile_is_not_lost_either(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(context)
    monkeypatch.setattr(products, "compare", lambda *_: products.Counts(0, 0, 0, 0))
    with pytest.raises(UnsafePlan, match="44 of 145"):
        bring(context, changed(tmp_path, drop(44)))
    assert len(codes(context)) == 145


def test_a_broken_file_changes_nothing(context: Context, tmp_path: Path) -> None:
    bring(context)
    config = changed(tmp_path, put("BL-086", price_vnd="18000"))
    with config.path.open("ab") as file:
        file.write(b'"open,\n')
    with pytest.raises(ConfigError, match="quotation mark"):
        bring(context, config)
    assert numbers(bring(context)) == (0, 0, 145, 0)


def test_a_bad_row_of_a_new_product_is_left_out_and_the_others_come(
    context: Context, tmp_path: Path
) -> None:
    found = bring(context, changed(tmp_path, put("BL-086", stars="9")))
    assert numbers(found) == (144, 0, 0, 0)
    assert of(found, "BL-086").outcome is Verdict.REJECTED
    assert "BL-086" not in codes(context)


def test_a_slip_in_a_row_does_not_retire_a_good_product(context: Context, tmp_path: Path) -> None:
    bring(context)
    with context.store.write() as session:
        products.set_photo(session, "BL-086", Photo(sha256="a" * 64))
    found = bring(context, changed(tmp_path, put("BL-086", decision_date="31/11/2023")))
    assert numbers(found) == (0, 0, 145, 0)
    outcome = of(found, "BL-086")
    assert outcome.outcome is Verdict.REJECTED
    assert [note.code for note in outcome.warnings] == ["bad-date", "stays"]
    with context.store.read() as session:
        stayed = products.product(session, "BL-086")
    assert stayed
    assert stayed.photos == (Photo(sha256="a" * 64),)


def test_a_slip_in_a_producer_keeps_it_and_its_products(context: Context, tmp_path: Path) -> None:
    bring(context)
    found = bring(context, changed(tmp_path, put("P41", name=""), "producers"))
    assert (numbers(found), found.producers) == ((0, 0, 145, 0), 69)
    assert of(found, "P41").warnings[-1].code == "stays"
    with context.store.read() as session:
        assert "P41" in products.producers(session)


def test_a_product_that_is_taken_out_and_put_back_is_retired_and_returns(
    context: Context, tmp_path: Path
) -> None:
    bring(context)
    without = changed(tmp_path, lambda rows: [row for row in rows if row["product_id"] != "BL-086"])
    assert numbers(bring(context, without)) == (0, 0, 144, 1)
    assert numbers(bring(context)) == (1, 0, 144, 0)


def test_a_blank_row_is_not_counted_as_read(context: Context, tmp_path: Path) -> None:
    config = changed(tmp_path, lambda rows: [*rows, dict.fromkeys(rows[0], "")])
    found = bring(context, config)
    assert (found.read, len(found.outcomes)) == (214, 215)
    assert found.outcomes[-1].outcome is Verdict.SKIPPED
