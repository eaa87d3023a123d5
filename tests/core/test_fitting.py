"""Fitting: a caption never exceeds its limit under its own ruler, and what goes goes in order."""

import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from promoter.core.channel import Limits
from promoter.core.errors import ConfigError
from promoter.core.fitting import MARKER, PLAIN_MARKER, Form, Parts, fit, sentences
from promoter.core.wording import characters

LINK = "https://ocop.example.vn/r/k3x9wq2m7a"
NOTICE = "Lưu ý: người dị ứng tôm không dùng."
FULL = Form(
    ("🦐 Tôm đất khô – OCOP 4 sao", "📦 Túi 200 g: 255.000 đ", f"🛒 Đặt mua: {LINK}"), "\n\n"
)
BRIEF = Form(("🦐 Tôm đất khô – OCOP 4 sao", LINK), "\n")
BARE = Form(("Tôm đất khô", LINK), "\n")


def utf16(text: str) -> int:
    """Count UTF-16 units, as Telegram does."""
    return len(text.encode("utf-16-le")) // 2


def weighted(text: str) -> int:
    """Count as X does: a link 23, letters from U+1E00 on 2."""
    text = unicodedata.normalize("NFC", text)
    rest, links = re.subn(r"https?://\S+", "", text)
    return links * 23 + sum(2 if ord(sign) >= 0x1E00 else 1 for sign in rest)


RULERS = [characters, utf16, weighted]


def limits(caption: int, measure: Callable[[str], int] = characters, hashtags: int = 5) -> Limits:
    """Return limits of which only those of text matter."""
    return Limits(
        caption=caption,
        measure=measure,
        formats={},
        media_bytes=1,
        posts_per_day=1,
        hashtags=hashtags,
        age_gated=False,
        resend_after_absent=False,
    )


def parts(
    hook: str = "Nồi canh bầu. Ngọt tới muỗng cuối.",
    hashtags: tuple[str, ...] = ("#OCOPBacLieu", "#TomKho"),
    question: str = "Nhà mình nấu gì?",
) -> Parts:
    """Return the parts of a caption."""
    return Parts("BL-107", sentences(hook), (FULL, BRIEF, BARE), (NOTICE,), question, hashtags)


WORDS = st.text("abc đ ế ộ 🦐 xin chào bà con", min_size=1, max_size=40).map(str.split)
HOOKS = st.lists(WORDS.map(lambda words: " ".join(words) or "a"), max_size=6).map(". ".join)
TAGS = st.lists(st.from_regex(r"#[A-Z][a-zêạ]{1,12}", fullmatch=True), max_size=8, unique=True)


@given(HOOKS, TAGS, st.integers(0, 700), st.sampled_from(RULERS), st.integers(0, 6))
def test_a_caption_never_exceeds_its_limit_under_its_own_ruler(
    hook: str, tags: list[str], most: int, measure: Callable[[str], int], hashtags: int
) -> None:
    bounds = limits(most, measure, hashtags)
    try:
        text = fit(parts(hook, tuple(tags)), bounds).text
    except ConfigError:
        return
    assert measure(text) <= most
    assert len(re.findall(r"#\w+", text)) <= hashtags
    assert any(form.lines[0] in text for form in (FULL, BRIEF, BARE))
    assert LINK in text
    assert NOTICE in text
    assert text.endswith(MARKER if hashtags else PLAIN_MARKER)


@given(HOOKS, TAGS, st.integers(0, 700), st.sampled_from(RULERS))
def test_hashtags_go_before_sentences(
    hook: str, tags: list[str], most: int, measure: Callable[[str], int]
) -> None:
    given_parts = parts(hook, tuple(tags))
    try:
        fitted = fit(given_parts, limits(most, measure, 99))
    except ConfigError:
        return
    everything = [*reversed(tags), "Nhà mình nấu gì?"]
    everything += [sentence.strip() for sentence in reversed(given_parts.hook)]
    assert list(fitted.dropped) == everything[: len(fitted.dropped)]


@given(HOOKS, st.integers(100, 700))
def test_nothing_is_left_out_that_would_fit(hook: str, most: int) -> None:
    try:
        fitted = fit(parts(hook), limits(most))
    except ConfigError:
        return
    assume(fitted.dropped)
    roomy = fit(parts(hook), limits(10_000))
    assert characters(roomy.text) > most


def test_with_room_everything_is_said_in_order() -> None:
    assert fit(parts("Nồi canh bầu.\n\nNgọt lắm."), limits(1000)).text == (
        "Nồi canh bầu.\n\nNgọt lắm.\n\n"
        "🦐 Tôm đất khô – OCOP 4 sao\n📦 Túi 200 g: 255.000 đ\n"
        f"🛒 Đặt mua: {LINK}\n\n"
        f"{NOTICE}\n\n"
        "Nhà mình nấu gì?\n\n"
        "#OCOPBacLieu #TomKho #QuảngCáo"
    )


def test_the_last_hashtag_goes_first() -> None:
    full = characters(fit(parts(), limits(1000)).text)
    fitted = fit(parts(), limits(full - 1))
    assert fitted.dropped == ("#TomKho",)
    assert fitted.text.endswith("#OCOPBacLieu #QuảngCáo")


def test_after_the_hashtags_go_the_question_and_then_the_last_sentence() -> None:
    least = fit(parts("", (), ""), limits(1000)).text
    fitted = fit(parts(), limits(characters(f"Nồi canh bầu.\n\n{least}")))
    assert fitted.dropped == ("#TomKho", "#OCOPBacLieu", "Nhà mình nấu gì?", "Ngọt tới muỗng cuối.")
    assert fitted.text == f"Nồi canh bầu.\n\n{least}"


def test_where_the_facts_do_not_fit_a_shorter_form_leaves_room_for_the_hook() -> None:
    full = characters(fit(parts("", (), ""), limits(1000)).text)
    text = fit(parts("Nồi canh bầu.\n\nNgọt lắm.", question=""), limits(full - 1)).text
    assert text == (
        f"Nồi canh bầu.\nNgọt lắm.\n🦐 Tôm đất khô – OCOP 4 sao\n{LINK}\n{NOTICE}\n#QuảngCáo"
    )


def test_the_marker_counts_as_a_hashtag() -> None:
    text = fit(parts(hashtags=("#A", "#B", "#C")), limits(1000, hashtags=3)).text
    assert text.endswith("\n#A #B #QuảngCáo")


def test_without_hashtags_the_marker_is_said_in_words() -> None:
    text = fit(parts(), limits(1000, hashtags=0)).text
    assert "#" not in text
    assert text.endswith("\n(Nội dung quảng cáo)")


def test_what_cannot_fit_tells_both_numbers() -> None:
    with pytest.raises(ConfigError, match=r"BL-107 counts \d+, the channel takes 50"):
        fit(parts(), limits(50))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Một. Hai! Ba? Bốn…", 4),
        ("Giá 15.000 đ một gói", 1),
        ("Ghé TP. Bạc Liêu chơi. Rồi về.", 2),
        ("Dòng một.\n\nDòng hai.", 2),
        ("Má nói: “Ăn đi.” Rồi cười.", 2),
        ("", 0),
    ],
)
def test_sentences_end_where_people_end_them(text: str, count: int) -> None:
    found = sentences(text)
    assert len(found) == count
    assert "".join(found) == text
