"""CSV files as people's programs write them: the same rows and line numbers, or a clear refusal."""

import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from promoter.core.catalogue import Verdict, read
from promoter.core.errors import ConfigError
from promoter.core.source import Row
from promoter.sources.spreadsheet import Config, connect

CATALOG = Path(__file__).parent.parent.parent / "assets" / "catalog"
SAMPLE = Config(
    path=CATALOG / "products.csv",
    producers=CATALOG / "producers.csv",
    communes=CATALOG / "communes.csv",
)


def rows(path: Path, data: str | bytes, encoding: str = "utf-8") -> list[Row]:
    """Write a file of products and read it."""
    file = path / "products.csv"
    file.write_bytes(data.encode(encoding) if isinstance(data, str) else data)
    return list(connect(Config(path=file)).rows())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encoding_separator_and_line_end_make_no_difference(
    tmp_path: Path, encoding: str, separator: str, end: str
) -> None:
    lines = [["product_id", "name"], ["BL-086", "Muối hạt"], ["BL-087", "Muối ớt"]]
    text = end.join(separator.join(line) for line in lines) + end
    if encoding in ("utf-16-le", "utf-16-be"):
        text = "\ufeff" + text
    found = rows(tmp_path, text, encoding)
    assert [(row.table, row.sheet, row.number, dict(row.cells)) for row in found] == [
        ("products", "products.csv", 2, {"product_id": "BL-086", "name": "Muối hạt"}),
        ("products", "products.csv", 3, {"product_id": "BL-087", "name": "Muối ớt"}),
    ]


def test_line_numbers_stay_right_after_texts_of_several_lines(tmp_path: Path) -> None:
    found = rows(tmp_path, 'name,description\nA,"một\nhai\r\nba"\n\nB,"x ""y"" z"\n')
    assert [row.number for row in found] == [2, 5, 6]
    assert found[0].cells["description"] == "một hai ba"
    assert dict(found[1].cells) == {"name": "", "description": ""}
    assert found[2].cells["description"] == 'x "y" z'


def test_white_space_that_nobody_sees_is_gone_and_text_is_composed(tmp_path: Path) -> None:
    name = unicodedata.normalize("NFD", "Bánh phồng")
    (row,) = rows(tmp_path, f"Name ,stars\n  {name}\u00a0 \u200btôm \x07 ,\u00a04 \n")
    assert dict(row.cells) == {"name": "Bánh phồng tôm", "stars": "4"}


def test_a_short_row_has_empty_cells_and_a_long_one_says_what_is_too_much(tmp_path: Path) -> None:
    short, long = rows(tmp_path, "a,b,c\n1\n1,2,3,4,,5\n")
    assert dict(short.cells) == {"a": "1", "b": "", "c": ""}
    assert dict(long.cells) == {"a": "1", "b": "2", "c": "3", "": "4 5"}


def test_columns_without_a_name_are_numbered_and_trailing_ones_forgotten(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, "a,,c,,\n1,2,3,,\n")
    assert dict(row.cells) == {"a": "1", "#2": "2", "c": "3"}


def test_blank_lines_before_the_names_are_passed_over(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, "\n,,\na,b\n1,2\n")
    assert (row.number, dict(row.cells)) == (4, {"a": "1", "b": "2"})


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\n \n,,\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"name,name\nA,B\n", "has the column name twice"),
        (b"name,Name \nA,B\n", "has the column name twice"),
        (b"name\nA\nB\x00C\n", "line 3, holds a zero byte"),
        ("name\nA\nB\n".encode("utf-16-le"), "line 1, holds a zero byte"),
        ("name\nMuối hạt\n".encode("cp1258", "replace") + b"\xd0\xf5\n", "is not Unicode"),
        (b'name,x\nA,1\n"B,2\nC,3\n', "line 3: .*quotation mark"),
        (b'name,x\n"A"b,1\n', "line 2: .*quotation mark"),
        (b"PK\x03\x04rest", "is a workbook"),
        (b"\xd0\xcf\x11\xe0rest", "is a workbook"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        rows(tmp_path, data)


def test_a_file_that_is_not_there_or_a_folder_is_named(tmp_path: Path) -> None:
    why = {tmp_path / "none.csv": "there is no such file", tmp_path: "it is a folder"}
    for path, words in why.items():
        with pytest.raises(ConfigError, match=f"cannot read the table {path}: {words}"):
            list(connect(Config(path=path)).rows())


def test_the_sample_catalogue_is_accounted_for_row_by_row() -> None:
    found = read(connect(SAMPLE).rows())
    assert (len(found.products), len(found.producers)) == (145, 69)
    assert Counter((item.table, item.outcome) for item in found.outcomes) == {
        ("producers", Verdict.ACCEPTED): 69,
        ("products", Verdict.ACCEPTED): 143,
        ("products", Verdict.REVIEW): 2,
    }
    assert [(item.code, item.number, item.warnings[0].code)
            for item in found.outcomes if item.warnings] == [
        ("BL-021", 22, "gtin"),
        ("BL-039", 40, "no-price"),
        ("BL-082", 83, "gtin"),
        ("BL-117", 118, "no-price"),
        ("BL-143", 144, "no-price"),
    ]  # fmt: skip


def test_the_planned_oddities_of_the_sample_are_read_as_they_are_meant() -> None:
    known = {item.code: item for item in read(connect(SAMPLE).rows()).products}
    assert Counter(held.stars for item in known.values() if (held := item.certificate)) == {
        4: 31,
        3: 114,
    }
    assert known["BL-091"].name == known["BL-136"].name == "Khô cá kèo"
    for code in ("BL-085", "BL-086"):
        held, asked = known[code].certificate, known[code].candidacy
        assert held
        assert asked
        assert (held.stars, asked.stars) == (4, 5)
    expired = known["BL-102"].certificate
    assert expired
    assert expired.expires_on.isoformat() < "2026-11-23"
    assert str(known["BL-062"].abv) == "29"
    assert sum(not item.chains for item in known.values()) == 25
