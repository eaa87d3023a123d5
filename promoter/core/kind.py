"""What sort of thing a product is, so that words about it can be concrete and still true.

A kind is told by the product's class and by how its name begins: Vietnamese puts the noun first.
"""

import re
import unicodedata
from collections.abc import Mapping

from promoter.core.model import Phrase, Product

GROUPS: Mapping[str, Phrase] = {
    "food": Phrase("Food"),
    "beverage": Phrase("Drinks"),
    "herbal": Phrase("Herbal products"),
    "handicraft": Phrase("Handicrafts"),
    "ornamental": Phrase("Ornamental plants"),
    "tourism": Phrase("Community tourism"),
}
"""The groups of Decision 148/QĐ-TTg in its order, with their names."""

PLAIN = "food"
"""The kind of what can be eaten or drunk and fits no other."""

THING = "thing"
"""The kind of what is neither food nor drink and fits no other."""

_SEA = r"(?:tôm|tép|cua|ghẹ|cá|mực|hàu|sò|nghêu|ốc|ba khía)\b"

# Pairs of (pattern from the start of the name, kind) by class; the first that fits decides.
_BY_NAME: Mapping[str, tuple[tuple[str, str], ...]] = {
    "salt_seasoning": (
        (r"nước mắm\b", "fish_sauce"),
        (r"muối (?:tiêu|ớt|tôm|sả)\b", "dipping_salt"),
        (r"muối\b", "salt"),
        (r"", "condiment"),
    ),
    "frozen_seafood": (
        (r"tôm tẩm\b|chả\b", "frozen"),
        (r"tôm\b", "frozen_shrimp"),
        (r"(?:cua|ghẹ)\b", "frozen_crab"),
        (r"cá\b", "frozen_fish"),
        (r"(?:nghêu|sò|hàu|ốc)\b", "frozen_shellfish"),
        (r"", "frozen"),
    ),
    "processed_food": (
        (r"(?:tổ )?yến\b", "nest"),
        (r"tôm\b.*\bkhô\b|tôm khô\b", "dried_shrimp"),
        (r"khô\b|(?:cá|mực)\b.*\b(?:khô|một nắng)\b", "dried_fish"),
        (r"chà bông\b", "floss"),
        (r"mắm\b|ba khía\b|tôm chua\b", "fermented"),
        (r"bánh phồng\b", "cracker"),
        (r"bánh tráng\b", "rice_paper"),
        (r"bánh tằm\b|bún\b|hủ tiếu\b|mì\b", "noodle"),
        (r"bánh (?:tét|ú|chưng)\b", "leaf_cake"),
        (r"bánh (?:đậu|in|gừng|pía|bò)\b|kẹo\b|cốm\b|mứt\b", "sweet"),
        (r"chuối khô\b|.*\bsấy\b", "dried_fruit"),
        (r"chả\b|giò\b|nem\b", "cold_cut"),
        (r"lạp xưởng\b", "sausage"),
        (r"xá bấu\b|cốn xại\b|dưa\b|củ kiệu\b", "pickle"),
        (r"mật ong\b", "honey"),
        (r"trứng\b", "egg"),
        (r"sa tế\b|gói nấu\b|gia vị\b", "condiment"),
        (rf"xíu mại\b|{_SEA}.*\b(?:rim|kho|sốt)\b", "dish"),
    ),
    "fresh_food": (
        (_SEA, "fresh_seafood"),
        (r"(?:thanh )?nhãn\b|ổi\b|dưa\b|xoài\b|bưởi\b|chuối\b|khóm\b|mãng cầu\b", "fruit"),
        (r"hẹ\b|ngò\b|rau\b|bồn bồn\b|năn\b|hành\b|nấm\b|cải\b", "garden"),
    ),
    "soft_drink": ((r"trà\b", "tea"), (r"", "drink")),
    "herbal": ((r"trà\b", "tea"), (r"", "herbal")),
    "handicraft": (
        (r".*\b(?:lưu niệm|móc khóa)\b", "souvenir"),
        (r"(?:bộ )?(?:giỏ|rổ|khay|thúng|nia)\b", "weave"),
        (r"dao\b", "knife"),
    ),
    "ornamental": ((r"mai\b|cây\b|hoa\b|lan\b|kiểng\b|bonsai\b", "plant"),),
    "rice": ((r"", "rice"),),
    "alcohol": ((r"", "alcohol"),),
    "health_supplement": ((r"", "supplement"),),
    "cosmetic": ((r"", "cosmetic"),),
    "tourism_service": ((r"", "trip"),),
}
CLASSES = tuple(_BY_NAME)
"""Every product class; the advertising rules and the words of a post follow from it."""

_RULES = {
    name: tuple((re.compile(pattern), kind) for pattern, kind in pairs)
    for name, pairs in _BY_NAME.items()
}
_THINGS = frozenset({"handicraft", "ornamental"})

KINDS = frozenset(kind for pairs in _BY_NAME.values() for _, kind in pairs) | {PLAIN, THING}
"""Every kind that a product can have."""


SIGNS: Mapping[str, str] = {
    "alcohol": "🔖",
    "cold_cut": "🍽️",
    "condiment": "🌶️",
    "cosmetic": "🌿",
    "cracker": "🍘",
    "dipping_salt": "🧂",
    "dish": "🍲",
    "dried_fish": "🐟",
    "dried_fruit": "🧺",
    "dried_shrimp": "🦐",
    "drink": "🥤",
    "egg": "🥚",
    "fermented": "🏺",
    "fish_sauce": "🏺",
    "floss": "🍚",
    "food": "🍽️",
    "fresh_seafood": "🥘",
    "frozen": "🍤",
    "frozen_crab": "🦀",
    "frozen_fish": "🐟",
    "frozen_shellfish": "🐚",
    "frozen_shrimp": "🦐",
    "fruit": "🧺",
    "garden": "🌱",
    "herbal": "🌿",
    "honey": "🍯",
    "knife": "🍳",
    "leaf_cake": "🍃",
    "nest": "🎁",
    "noodle": "🍜",
    "pickle": "🥬",
    "plant": "🌿",
    "rice": "🌾",
    "rice_paper": "🍘",
    "salt": "🧂",
    "sausage": "🍖",
    "souvenir": "🎁",
    "supplement": "🔖",
    "sweet": "🍡",
    "tea": "🍵",
    "thing": "🎁",
    "trip": "🛶",
    "weave": "🧺",
}
"""One emoji for each kind."""


def kind(product: Product) -> str:
    """Return the kind of a product, one of KINDS."""
    name = unicodedata.normalize("NFC", product.name).casefold()
    for pattern, found in _RULES.get(product.product_class, ()):
        if pattern.match(name):
            return found
    return THING if product.product_class in _THINGS else PLAIN
