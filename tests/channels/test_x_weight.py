"""The ruler of X: never less than X counts, compared with its rules and with a port of its library.

The port, twitter-text-parser, is not what the program counts with: `weight.py` tells why.
"""

import re
import time
import unicodedata
import warnings
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promoter.channels.x.weight import weight

LINK = "https://ocop.example.vn/r/k7m2p9q4x1"
LIGHT = [(0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037)]
"""Letters that weigh 1 (docs.x.com, counting characters, configuration 3)."""

# İ and ſ are letters of domains for Python's ignoring of case, and for no other language's
ATOMS = [
    *("a", "b", "ế", "đ", "日", "é", "vn", "com", "net", "HCM", "shop", "coffee", "рф", "한국"),
    *("www.", "x.vn", "xn--abc", "vermögensberatung", "https://", "http://", "HTTP://", "t.co/"),
    *(LINK, "https://t.co/abc", "https://shop.vn/", ".", ".", "/", "?", "=", "&", "-", "_", " "),
    *("\n", "\r\n", "\t", "@", "#", "$", "(", ")", ":", ":80", ",", "'", "~", "%20", "+", "|", "–"),
    *(
        "1",
        "50",
        "👍",
        "👨‍👩‍👧",
        "🇻🇳",
        "1️⃣",
        "☎️",
        "©",
        "®",
        "\ufe0f",
        "\x1c",
        "\u200b",
        "\ufeff",
        "\0",
    ),
]
texts = st.lists(st.sampled_from(ATOMS), max_size=12).map("".join)
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


def by_letters(text: str) -> int:
    """Return what a text without links and emoji weighs, by the rules themselves."""
    letters = unicodedata.normalize("NFC", text)
    return sum(1 if any(a <= ord(one) <= z for a, z in LIGHT) else 2 for one in letters)


@pytest.fixture(scope="module")
def port() -> Any:
    """The port of the counting library."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for pkg_resources, which warns of its end
        return pytest.importorskip(
            "twitter_text", reason="it needs setuptools before 82", exc_type=ImportError
        )


@pytest.mark.parametrize(
    ("text", "weighs"),
    [
        ("", 0),
        ("Muoi hat", 8),
        ("Giảm giá 50% cho khách hàng mới tại Đà Nẵng", 47),
        ("ế", 2),
        ("đ", 1),
        ("\u10ff\u2000\u200d\u2010\u201f\u2032\u2037", 7),
        ("\u1100\u200e\u200f\u2020\u2031\u2038", 12),
        ("©®", 4),
        ("₫", 2),
        ("⭐", 2),
        ("🌾", 2),
        ("日本", 4),
        ("“Muối”…", 9),
        (LINK, 23),
        (f"Xem {LINK}", 27),
        (f"{LINK}\n{LINK}", 47),
        ("shop.vn", 23),
        ("SHOP.VN/a", 23),
        ("https://thuongmaidientu.baclieu.gov.vn:8443/r/k7m2p9q4x1?utm=x", 23),
        ("1.200.000 đ", 11),
        ("Mua 2.5kg", 9),
    ],
)
def test_a_text_weighs_what_the_rules_say(text: str, weighs: int) -> None:
    assert weight(text) == weighs


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("TP.HCM", 23),  # whoever knows all endings of domains knows that this is none
        ("ngon.Thịt", 26),  # .th is one
        ("cafe.tổng", 9),
        ("shop.newending", 23),
        ("(a.vn)", 25),
        ("shop.рф", 23),
        ("(http://👍.vn)", 25),
        ("@thuong-mai-dien-tu-bac-lieu.vn", 31),
        ("https://thuongmaidientubaclieu.vnabc", 36),
        ("https://t.co/abc/defghijklmnopqrstuvwxyz", 47),
        ("👨‍👩‍👧", 2),
        ("http://127.0.0.1:8000/r/k7m2p9q4x1", 34),
        ("http://localhost/r/a", 23),
    ],
)
def test_in_doubt_it_weighs_more(port: Any, text: str, least: int) -> None:
    assert weight(text) >= least
    assert weight(text) >= port.parse_tweet(text).weightedLength


def test_a_decomposed_text_weighs_the_same() -> None:
    text = "Ba khía muối Rạch Gốc, đặc sản của biển"
    assert weight(unicodedata.normalize("NFD", text)) == weight(text) == by_letters(text)


@given(any_text.filter(lambda text: "." not in text and not re.search("[©®]", text)))
def test_without_a_dot_each_letter_weighs_by_the_rules(text: str) -> None:
    assert weight(text) == by_letters(text)


@given(any_text)
def test_it_takes_any_text(text: str) -> None:
    assert weight(text) >= 0


@given(texts)
def test_it_is_never_less_than_the_port_counts(port: Any, text: str) -> None:
    assert weight(text) >= port.parse_tweet(text).weightedLength


words = st.text("abcdefghiklmnopqrstuvxyăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệ0123456789-,!?%", min_size=1)


@given(st.lists(st.one_of(words, st.sampled_from([LINK, "shop.vn", "⭐", "#QuảngCáo"]))))
def test_it_is_what_the_port_counts_where_links_stand_apart(port: Any, parts: list[str]) -> None:
    text = " ".join(parts)
    assert weight(text) == port.parse_tweet(text).weightedLength


@pytest.mark.parametrize(
    "part", ["a.", "a-", "https://", "http://a.vn/", "a.vn ", "(", ".", "1.", "a" * 60 + ".", "ế."]
)
def test_no_long_text_holds_it_up(part: str) -> None:
    start = time.process_time()
    weight(part * (200_000 // len(part)))
    assert time.process_time() - start < 2
