"""The gates of law and truth that hold from the first day; the full set of rules comes later.

They ask three things: may this product be advertised at all, which words does the law put beside
it, and do the final words claim a rank that is not in force on the day they go out.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from promoter.core.model import Phrase, Product

SPIRITS = Decimal(15)
"""Percent of alcohol from which nothing may be advertised: Law on Advertising, art. 7(3)."""

DRY_DAYS = frozenset({(3, 8), (10, 20)})
"""Month and day of the two women's days, on which no alcohol is shown (rule ALC-03)."""

DECLARED = frozenset(
    {
        "alcohol",
        "cosmetic",
        "frozen_seafood",
        "health_supplement",
        "herbal",
        "processed_food",
        "rice",
        "salt_seasoning",
        "soft_drink",
    }
)
"""Classes that need a self-declaration, registration or notification on file before they are
advertised: packaged food by Decree 15/2018/NĐ-CP and the Law on Advertising, art. 20(4)(d);
cosmetics by art. 20(4)(b). Fresh food, crafts, plants and tourism need none."""

# Sentences that the law words itself; they are said in Vietnamese whatever language is read.
# Decree 342/2025/NĐ-CP, art. 5(2)-(3):
SUPPLEMENT = (
    "Thực phẩm bảo vệ sức khỏe. "
    "Thực phẩm này không phải là thuốc và không có tác dụng thay thế thuốc chữa bệnh."
)
# Law 44/2019/QH14 on the harm of alcohol, art. 12, for drinks below 15 %:
ALCOHOL = "Người dưới 18 tuổi không được uống rượu, bia."


def refusal(product: Product, day: date, *, age_gated: bool) -> Phrase | None:
    """Return why a product must not be advertised on a day, or None.

    Args:
        age_gated: The account is closed to people under 18.
    """
    if product.product_class == "alcohol":
        reason = _alcohol(product, day, age_gated=age_gated)
        if reason:
            return reason
    if product.product_class in DECLARED and not product.self_declaration:
        return Phrase(
            "{code} has no self-declaration number on file; add it to the catalogue first",
            code=product.code,
        )
    return None


def _alcohol(product: Product, day: date, *, age_gated: bool) -> Phrase | None:
    code = product.code
    if product.abv is None:
        return Phrase(
            "{code} is an alcoholic drink of unknown strength; add its alcohol content first",
            code=code,
        )
    if product.abv >= SPIRITS:
        return Phrase(
            "{code} has {percent} % alcohol; from {limit} % on it may not be advertised",
            code=code,
            percent=str(product.abv),
            limit=str(SPIRITS),
        )
    if not age_gated:
        return Phrase(
            "{code} is an alcoholic drink; this account is open to people under 18", code=code
        )
    if (day.month, day.day) in DRY_DAYS:
        return Phrase("{code} is an alcoholic drink; none is shown on this day", code=code)
    return None


def notices(product: Product) -> tuple[str, ...]:
    """Return the words that must stand beside a product, in Vietnamese; mostly none."""
    found = []
    if product.product_class == "health_supplement":
        found.append(SUPPLEMENT)
    if product.product_class == "alcohol":
        found.append(ALCOHOL)
    if product.allergens:
        *some, last = product.allergens
        names = f"{', '.join(some)} hoặc {last}" if some else last
        found.append(f"Lưu ý: người dị ứng {names} không dùng.")
    return tuple(found)


# What words claim
#
# Before anything is compared, look-alikes are folded: full-width and circled digits, keycaps,
# letters in NFD, invisible characters between letters.

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff\ufe0e\ufe0f\u20e3]")
_LINK = re.compile(r"https?://\S+")  # the office's own address may well be «ocop.…»
_HOLLOW = "☆✩✰"
_STARS = "★⭐🌟✪✫✬✭✮✯⭑🟊" + _HOLLOW
_WORDS = {"một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6}
_WORDS |= {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_BARE = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "sau": 6} | _WORDS
_NUMBER = rf"(?<![\d.,/])\d+(?:[.,]\d+)?|(?<!\w)(?:{'|'.join(_WORDS)})(?!\w)"

_OCOP = re.compile(
    r"#?\w*(?<!phot)o[.\-·]?c[.\-·]?o[.\-·]?p\w*"  # a photocopy is none
    r"|mỗi\s+(?:xã|làng)(?!\w)[^.!?\n]{0,20}một\s+sản\s+phẩm"
    r"|(?<!\w)one\s+commune[\s,–-]+one\s+product"
)
_RANKED = re.compile(
    rf"({_NUMBER})\)?[\s–-]*(?:(?:ngôi|cánh)\s+)?(?:(?:sao|stars?)(?!\w)|[{_STARS}])"
)
_ASTERISK = re.compile(r"(?<![\d.,*])([1-6])\*(?![\d*])")
_CLASSED = re.compile(r"(?:ocop|hạng|rank)\s*(?:đạt\s*|:\s*)?([1-6])(?![\d.,]*\d)(?!\s*%)")
_ROW = re.compile(rf"(?:[{_STARS}]\s?){{2,}}")
_STAR = re.compile(f"[{_STARS}]")
_NATIONAL = re.compile(r"ocop[^.!?\n]{0,20}(?:quốc gia|national)")
_TAG = re.compile(r"#\w+")
_TAG_OCOP = re.compile(r"(?<!phot)ocop|moixamotsanpham")
_TAG_RANKED = re.compile(rf"(\d+|(?<!viet)(?:{'|'.join(_BARE)}))_?(?:ngoi|canh)?_?(?:sao|stars?)")
_HOPE = re.compile(
    r"(?:đề nghị|ứng viên|chờ|sắp|chuẩn bị|đang xét|tiềm năng)[^.!?\n]{0,40}"
    r"(?:công nhận|(?:nâng|lên|thêm) (?:hạng|sao))"
)


def claims(text: str, product: Product, day: date) -> list[Phrase]:
    """Return why final words must not go out on a day; empty when they may.

    Args:
        text: Caption, alt text and the card's words together.

    Without a certificate in force nothing may hint at OCOP or stars; with one, every number of
    stars must be the recognised one. A candidacy is not a rank (rules OCOP-01 to OCOP-03).
    """
    folded = _folded(text)
    held = product.certificate_on(day)
    if held is None:
        found = [*_hints(folded), *(words for words, _ in _ranks(folded))]
        reasons = [_no_rank(words, product, day) for words in dict.fromkeys(found)]
    else:
        wrong = dict.fromkeys(words for words, rank in _ranks(folded) if rank != held.stars)
        reasons = [_other_rank(words, product, held.stars) for words in wrong]
    if product.candidacy:
        reasons += [_hope(match[0], product) for match in _HOPE.finditer(folded)]
    return reasons


def _no_rank(words: str, product: Product, day: date) -> Phrase:
    return Phrase(
        "«{words}» may not be said of {code}: no OCOP certificate is in force on {day}",
        words=words,
        code=product.code,
        day=day.isoformat(),
    )


def _other_rank(words: str, product: Product, stars: int) -> Phrase:
    return Phrase(
        "«{words}» may not be said of {code}: its rank in force is {stars} stars",
        words=words,
        code=product.code,
        stars=stars,
    )


def _hope(words: str, product: Product) -> Phrase:
    return Phrase(
        "«{words}» may not be said of {code}: a rank that was asked for is not recognised yet",
        words=words,
        code=product.code,
    )


def _folded(text: str) -> str:
    folded = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text).casefold())
    return _LINK.sub(" ", unicodedata.normalize("NFC", folded))


def _bare(tag: str) -> str:
    letters = unicodedata.normalize("NFD", tag.replace("đ", "d"))
    return "".join(sign for sign in letters if not unicodedata.combining(sign))


def _hints(folded: str) -> Iterator[str]:
    for pattern in (_OCOP, _STAR):
        yield from (match[0].strip() for match in pattern.finditer(folded))
    yield from (tag for tag in _TAG.findall(folded) if _TAG_OCOP.search(_bare(tag)))


def _ranks(folded: str) -> Iterator[tuple[str, Decimal]]:
    """Yield every rank that the words claim, with the words that claim it."""
    for pattern in (_RANKED, _ASTERISK, _CLASSED):
        for match in pattern.finditer(folded):
            yield match[0].strip(), _value(match[1])
    for match in _ROW.finditer(folded):
        full = sum(1 for sign in match[0] if sign in _STARS and sign not in _HOLLOW)
        yield match[0].strip(), Decimal(full)
    for match in _NATIONAL.finditer(folded):  # «cấp quốc gia» is the name of the fifth star
        yield match[0], Decimal(5)
    for tag in _TAG.findall(folded):
        for match in _TAG_RANKED.finditer(_bare(tag)):
            yield tag, _value(match[1])


def _value(number: str) -> Decimal:
    return Decimal(_BARE[number]) if number in _BARE else Decimal(number.replace(",", "."))
