"""Collects the words of the program into the Vietnamese catalogue and compiles it: `make words`."""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).parent.parent
PO = PACKAGE / "locales" / "vi" / "LC_MESSAGES" / "promoter.po"
METHODS = [
    ("locales/**", "ignore"),
    ("**.py", "python"),
    ("**.html", "jinja2"),
    ("**.j2", "jinja2"),
    ("**.xml", "jinja2"),
]
KEYWORDS = {"_": None, "gettext": None, "Phrase": None}


def collect() -> Catalog:
    """Return the words of the program as a template."""
    found = Catalog(project="promoter")
    for path, line, words, _comments, _context in extract_from_dir(
        PACKAGE, METHODS, keywords=KEYWORDS, options_map={"**.html": {"trimmed": "true"}}
    ):
        if words:
            found.add(words, locations=[(path, line)])
    return found


def translated() -> Catalog:
    """Return the Vietnamese catalogue as it is written."""
    with PO.open("rb") as file:
        return read_po(file, locale="vi")


def compiled(catalog: Catalog) -> bytes:
    """Return a catalogue in the form that gettext loads."""
    data = BytesIO()
    write_mo(data, catalog)
    return data.getvalue()


def main() -> int:
    """Update promoter.po and promoter.mo; return how many words lack a translation."""
    catalog = translated() if PO.exists() else Catalog(locale="vi", project="promoter")
    catalog.update(collect(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    data = BytesIO()
    write_po(data, catalog, width=100, sort_output=True, no_location=True, omit_header=False)
    PO.write_bytes(data.getvalue())
    PO.with_suffix(".mo").write_bytes(compiled(catalog))
    missing = [message for message in catalog if message.id and not message.string]
    for message in missing:
        sys.stderr.write(f"no translation: {message.id!r}\n")
    return len(missing)


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
