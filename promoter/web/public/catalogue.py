"""The catalogue as the public searches it: by words with or without accents, group and producer."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from promoter.core.model import Product
from promoter.store import catalogue as rows
from promoter.store.database import Store
from promoter.web.public.site import shown

KINDS = ("food", "beverage", "herbal", "handicraft", "ornamental", "tourism")
"""The six groups of the programme, in its order."""
PAGE = 24


@dataclass(frozen=True, slots=True)
class Entry:
    """A product with its producer's name, and all its words in plain letters."""

    product: Product
    producer: str
    words: str


@dataclass(frozen=True, slots=True)
class Search:
    """What a reader looks for; empty texts ask for all."""

    words: str = ""
    group: str = ""
    producer: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found.

    Attributes:
        total: On all pages.
        page: From 1.
        pages: At least 1.
    """

    entries: tuple[Entry, ...]
    total: int
    page: int
    pages: int


class Catalogue:
    """The catalogue as it was last read; it is read again when an import changed it."""

    def __init__(self) -> None:
        self._read: tuple[tuple[object, ...], tuple[Entry, ...]] = ((), ())

    def entries(self, store: Store, day: date) -> list[Entry]:
        """Return what the public may be shown on a day, by rank and name."""
        with store.read() as session:
            stamp = rows.stamp(session)
            known, entries = self._read
            if known != stamp:
                entries = tuple(_entry(*pair) for pair in rows.catalogue(session))
                self._read = (stamp, entries)  # one assignment: readers see the old or the new
        visible = (entry for entry in entries if shown(entry.product, day))
        return sorted(visible, key=lambda entry: _order(entry, day))


def _entry(product: Product, maker: str) -> Entry:
    place = product.place
    texts = (
        product.code,
        product.name,
        maker,
        place.commune,
        place.province,
        place.commune_old,
        place.district_old,
        place.province_old,
    )
    return Entry(product, maker, folded(" ".join(texts)))


def _order(entry: Entry, day: date) -> tuple[int, str]:
    held = entry.product.certificate_on(day)
    return -held.stars if held else 0, folded(entry.product.name)


def folded(text: str) -> str:
    """Return a text in lower case without accents: what people type in a hurry."""
    letters = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def find(entries: Sequence[Entry], search: Search, page: int) -> Found:
    """Return one page of the entries that have every word, in their order."""
    words = folded(search.words).split()
    matching = [
        entry
        for entry in entries
        if all(word in entry.words for word in words)
        and search.group in ("", entry.product.group)
        and search.producer in ("", entry.product.producer)
    ]
    pages = max(1, -(-len(matching) // PAGE))
    page = min(max(page, 1), pages)
    shown_now = tuple(matching[(page - 1) * PAGE : page * PAGE])
    return Found(shown_now, len(matching), page, pages)
