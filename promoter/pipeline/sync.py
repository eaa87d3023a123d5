"""sync: one catalogue in; every row is accounted for, and nothing good is lost by something bad."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from promoter.core.catalogue import Outcome, Reading, Verdict, read
from promoter.core.cells import Note
from promoter.core.errors import ConfigError, UnsafePlan
from promoter.core.model import Phrase
from promoter.core.problem import Problem
from promoter.core.source import Source
from promoter.pipeline.context import Context
from promoter.store import database, products
from promoter.store.database import Session
from promoter.store.products import Counts

LARGEST_LOSS = 0.3
SOME = 10
"""How many codes a message lists."""


@dataclass(frozen=True, slots=True)
class Sync:
    """What an import did.

    Attributes:
        read: Rows of products and producers that are not blank.
        products, producers: How many the catalogue now has.
        outcomes: What became of each row.
        gone: Codes of the products that were retired.
    """

    read: int
    products: int
    producers: int
    created: int
    updated: int
    unchanged: int
    retired: int
    outcomes: tuple[Outcome, ...]
    gone: tuple[str, ...] = ()


def sync(context: Context, source: Source, *, dry_run: bool = False, force: bool = False) -> Sync:
    """Import a catalogue, all or nothing.

    Args:
        dry_run: Tell what would happen and change nothing.
        force: Also when much of the known catalogue would be gone.

    Raises:
        ConfigError: The source cannot be read, or no product in it is acceptable.
        UnsafePlan: More than 30 % of the known products would be gone.
    """
    found = read(source.rows())
    if not found.products:
        raise ConfigError(
            Phrase("the catalogue has no acceptable product; the store stays as it is"),
            _reasons(found.outcomes),
        )
    with context.store.read() as session:
        kept = _kept(session, found)
        catalogue = products.written(kept.products, kept.producers)
        counts = products.compare(session, catalogue)
    _confirm(counts, force=force)
    if not dry_run:
        with context.store.write() as session:  # short: all that takes time was done before
            counts = products.replace(session, catalogue, database.now(session))
            _confirm(counts, force=force)  # another import may have come between
    return Sync(
        read=sum(_counts(item) for item in kept.outcomes),
        products=len(kept.products),
        producers=len(kept.producers),
        created=counts.created,
        updated=counts.updated,
        unchanged=counts.unchanged,
        retired=counts.retired,
        outcomes=kept.outcomes,
        gone=counts.gone,
    )


def _counts(item: Outcome) -> bool:
    return item.table != "communes" and item.outcome is not Verdict.SKIPPED


def _reasons(outcomes: Sequence[Outcome]) -> list[Problem]:
    return [
        Problem(item.sheet, item.number, None, note.field, note.code, note.phrase)
        for item in outcomes
        for note in item.warnings
        if note.refuses
    ]


def _kept(session: Session, found: Reading) -> Reading:
    """Return the reading with what its rejected rows name, as it was known before.

    A slip of the pen in a row must not take a good product off the pages.
    """
    lost = {item.code for item in found.outcomes if item.outcome is Verdict.REJECTED}
    codes = lost - {item.code for item in found.products}
    stay = [
        item.model_copy(update={"photos": ()})  # they are the store's, not the catalogue's
        for code in sorted(codes)
        if (item := products.product(session, code, stopped=True))
    ]
    needed = (lost | {item.producer for item in stay}) - {item.code for item in found.producers}
    makers = [
        maker
        for code in sorted(needed)
        if (maker := products.producer(session, code, stopped=True))
    ]
    told = {item.code for item in stay} | {maker.code for maker in makers}
    return Reading(
        (*found.products, *stay),
        (*found.producers, *makers),
        tuple(_told(item) if item.code in told else item for item in found.outcomes),
    )


def _told(item: Outcome) -> Outcome:
    if item.outcome is not Verdict.REJECTED:
        return item
    note = Note("stays", "", Phrase("what was known before stays"), look=False)
    return replace(item, warnings=(*item.warnings, note))


def _confirm(counts: Counts, *, force: bool) -> None:
    known = counts.updated + counts.unchanged + counts.retired
    if not force and counts.retired > LARGEST_LOSS * known:
        codes = ", ".join(counts.gone[:SOME]) + (", …" if counts.retired > SOME else "")
        raise UnsafePlan(
            Phrase(
                "{gone} of {known} products would be gone: {codes}; look at the file, "
                "then use --force",
                gone=counts.retired,
                known=known,
                codes=codes,
            )
        )
