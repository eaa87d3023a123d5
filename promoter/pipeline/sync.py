"""sync: one catalogue in; every row is accounted for, and nothing good is lost by something bad."""

from dataclasses import dataclass

from promoter.core.catalogue import Outcome, Verdict, read
from promoter.core.errors import ConfigError, UnsafePlan
from promoter.core.model import Phrase
from promoter.core.source import Source
from promoter.pipeline.context import Context
from promoter.store import database, products
from promoter.store.products import Counts

LARGEST_LOSS = 0.3


@dataclass(frozen=True, slots=True)
class Sync:
    """What an import did.

    Attributes:
        read: Rows of products and producers that were read.
        products, producers: How many the catalogue now has.
        outcomes: What became of each row.
    """

    read: int
    products: int
    producers: int
    created: int
    updated: int
    unchanged: int
    retired: int
    outcomes: tuple[Outcome, ...]


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
            Phrase("the catalogue has no acceptable product; the store stays as it is")
        )
    with context.store.read() as session:
        counts = products.compare(session, found.products)
    _confirm(counts, force=force)
    if not dry_run:
        with context.store.write() as session:
            now = database.now(session)
            counts = products.merge(session, found.products, found.producers, now)
    rows = [item for item in found.outcomes if item.outcome is not Verdict.SKIPPED]
    return Sync(
        read=len(rows),
        products=len(found.products),
        producers=len(found.producers),
        created=counts.created,
        updated=counts.updated,
        unchanged=counts.unchanged,
        retired=counts.retired,
        outcomes=found.outcomes,
    )


def _confirm(counts: Counts, *, force: bool) -> None:
    known = counts.updated + counts.unchanged + counts.retired
    if not force and counts.retired > LARGEST_LOSS * known:
        raise UnsafePlan(
            Phrase(
                "{gone} of {known} products would be gone; look at the file, then use --force",
                gone=counts.retired,
                known=known,
            )
        )
