"""The columns of the catalogue's tables: which are needed, which are read, which may be there."""

from collections.abc import Iterator, Mapping

from promoter.core.cells import Cells, Note
from promoter.core.errors import ConfigError
from promoter.core.model import Phrase
from promoter.core.source import Row

LONGEST = 4000
"""Letters of a cell: a description is a tenth of it, so what is longer has swallowed its row."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


NEEDED: Mapping[str, frozenset[str]] = {
    "communes": _names("commune_old district_old commune_new province_new"),
    "producers": _names("producer_id name"),
    "products": _names("product_id name group product_class producer_id stars decision_date"),
}
"""Columns without which a table cannot be read; without stars every product would lose its rank."""

READ: Mapping[str, frozenset[str]] = {
    "communes": _names(""),
    "producers": _names(
        "legal_form representative phone email address commune district commune_new province_new "
        "remote women_led youth_startup khmer_area phone_publish_consent consent_date page_url note"
    ),
    "products": _names(
        "ocop_code description producer_name commune district province commune_new province_new "
        "remote score candidate_stars candidate_status candidate_since decision_no "
        "decision_authority cert_expiry gtin packaging price_vnd price_unit "
        "self_declaration_no food_safety_cert trace_url gi abv allergens shelf_life season_months "
        "tags url_buudien url_shopee url_tiktokshop updated_at"
    ),
}
"""Columns that are read besides; if one is not there, that is told."""

KNOWN: Mapping[str, frozenset[str]] = {
    "communes": _names("province_old in_force_from bai_ngang_2013_2020 remote_sample_flag"),
    "producers": _names("legal_form_vi zalo_oa product_count province"),
    "products": _names("group_vi chains"),
}
"""Columns that may be there or not."""


def strange(row: Row) -> Iterator[Note]:
    """Tell which columns of a row's table are not known, and which are not there.

    Raises:
        ConfigError: The table cannot be read without one that is not there.
    """
    table, found = row.table, row.cells.keys()
    if missing := NEEDED[table] - found:
        phrase = Phrase(
            "{sheet} has no column {names}; its first row must name it",
            sheet=row.sheet,
            names=", ".join(sorted(missing)),
        )
        raise ConfigError(phrase)
    others = found - NEEDED[table] - READ[table] - KNOWN[table]
    if names := ", ".join(sorted(name for name in others if name and name[0] != "#")):
        phrase = Phrase("not read: the columns {names} are not known", names=names)
        yield Note("unknown-column", "", phrase, look=False)
    if names := ", ".join(sorted(READ[table] - found)):
        phrase = Phrase("the table has no column {names}", names=names)
        yield Note("no-column", "", phrase, look=False)


def check_shape(cells: Cells) -> bool:
    """Tell of cells that stand in no column (`#4` has no name) or cannot be one cell.

    Returns:
        False if the row is refused because its cells may stand in wrong columns.
    """
    for column, text in cells.cells.items():
        if not column and text:
            phrase = Phrase(
                "the row has more cells than columns; a comma inside a text needs quotation marks"
            )
            cells.refuse("too-long", "", phrase)
        elif len(text) > LONGEST:
            phrase = Phrase(
                "a cell of {count} letters; at most {most} are read: is a quotation mark missing?",
                count=len(text),
                most=LONGEST,
            )
            cells.refuse("too-long", column, phrase)
        elif column.startswith("#") and text:
            phrase = Phrase("«{found}» stands in a column without a name; not read", found=text)
            cells.note("no-name", column, phrase)
    return not any(note.refuses for note in cells.notes)
