"""Categories and brands: a small believable tree, and which category a name suggests."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from promoter.sandbox.shopee.reply import Call, Refusal, Reply
from promoter.sandbox.shopee.shape import Kind, Param

NO_BRAND = "NoBrand"
MOST_RECOMMENDED = 3


@dataclass(frozen=True, slots=True)
class Category:
    """A node of the tree.

    Attributes:
        parent: 0 for one at the top.
        words: What in an item's name suggests it, without accents; leaves only.
    """

    id: int
    parent: int
    english: str
    vietnamese: str
    words: tuple[str, ...] = ()
    forbidden: bool = False


RICE, SEASONING, DRIED_SEAFOOD, TEA, ALCOHOL = 100801, 100803, 100811, 100637, 100833
HEALTH, HONEY, OTHER_FOOD = 100901, 100862, 100899

_ALL = (
    Category(100629, 0, "Food & Beverages", "Thực phẩm và đồ uống"),
    Category(100630, 0, "Beauty & Health", "Sắc đẹp & Sức khỏe"),
    Category(100636, 0, "Home & Living", "Nhà cửa & Đời sống"),
    Category(100651, 100629, "Food Staples", "Nhu yếu phẩm"),
    Category(100652, 100629, "Dried Food & Snacks", "Đồ khô & Đồ ăn vặt"),
    Category(100653, 100629, "Beverages", "Đồ uống"),
    Category(100654, 100629, "Fresh & Frozen Food", "Thực phẩm tươi sống & Đông lạnh"),
    Category(RICE, 100651, "Rice", "Gạo", ("gao", "com dep", "ngu coc")),
    Category(100802, 100651, "Noodles", "Mì, bún & Phở", ("bun", "hu tieu", "mien", "banh tam")),
    Category(
        SEASONING,
        100651,
        "Salt & Seasonings",
        "Muối & Gia vị",
        ("muoi", "gia vi", "tieu", "sa te", "mam", "nuoc mam", "mam ruoc"),
    ),
    Category(HONEY, 100651, "Honey", "Mật ong", ("mat ong",)),
    Category(
        DRIED_SEAFOOD,
        100652,
        "Dried Seafood",
        "Hải sản khô",
        ("ca kho", "kho ca", "tom kho", "kho tom", "dat kho", "muc kho", "mot nang", "cha bong"),
    ),
    Category(
        100812,
        100652,
        "Cakes & Sweets",
        "Bánh kẹo",
        ("banh", "keo", "mut", "com gao", "banh phong", "banh trang"),
    ),
    Category(100813, 100652, "Dried Fruit", "Trái cây sấy", ("say deo", "say kho", "chuoi kho")),
    Category(TEA, 100653, "Tea", "Trà", ("tra", "che", "tui loc")),
    Category(100832, 100653, "Juice & Syrup", "Nước ép & Siro", ("nuoc ep", "nuoc cot", "siro")),
    Category(
        ALCOHOL,
        100653,
        "Alcoholic Beverages",
        "Đồ uống có cồn",
        ("ruou", "ruou vang", "bia", "ruou nep"),
        forbidden=True,
    ),
    Category(
        100841,
        100654,
        "Fresh & Frozen Seafood",
        "Hải sản tươi & Đông lạnh",
        ("tom", "cua", "ca", "hau", "ngheu", "so huyet", "dong lanh", "cap dong"),
    ),
    Category(
        100842,
        100654,
        "Fruit & Vegetables",
        "Trái cây & Rau củ",
        ("trai cay", "thanh nhan", "dua hau", "dua luoi", "oi", "rau", "nam", "hanh tim", "khom"),
    ),
    Category(100843, 100654, "Processed Meat", "Thịt chế biến", ("cha", "gio", "nem", "lap xuong")),
    Category(OTHER_FOOD, 100629, "Other Food", "Thực phẩm khác"),
    Category(
        HEALTH,
        100630,
        "Health Supplements",
        "Thực phẩm bảo vệ sức khỏe",
        ("thuc pham bao ve suc khoe", "vien nang", "dong trung ha thao"),
    ),
    Category(100902, 100630, "Body Care", "Chăm sóc cơ thể", ("ngam chan", "xa phong", "tinh dau")),
    Category(
        100951,
        100636,
        "Rattan & Bamboo",
        "Mây tre đan",
        ("may tre", "tre", "quai may", "gio tre", "ro tre", "khay tre", "lac", "luc binh"),
    ),
    Category(100952, 100636, "Pottery", "Gốm sứ", ("gom", "su", "binh gom")),
    Category(100953, 100636, "Plants & Bonsai", "Cây kiểng", ("kieng", "bonsai", "mai vang")),
    Category(
        100954, 100636, "Souvenirs", "Quà lưu niệm", ("luu niem", "moc khoa", "don kim", "ren tay")
    ),
)
CATEGORIES: Mapping[int, Category] = {category.id: category for category in _ALL}
_PARENTS = frozenset(category.parent for category in _ALL)

BRANDS: Mapping[int, tuple[tuple[int, str], ...]] = {
    RICE: ((0, NO_BRAND), (2_500_141, "Một Bụi Đỏ"), (2_500_142, "Lúa Tôm")),
    SEASONING: ((0, NO_BRAND), (2_500_151, "Ba Phến")),
}
"""Brands of a category by id; where none is named there is only the missing one."""

LIST_CATEGORIES = {"language": Param(Kind.TEXT)}
RECOMMEND = {"item_name": Param(Kind.TEXT, required=True)}
LIST_BRANDS = {
    "category_id": Param(Kind.INTEGER, required=True),
    "status": Param(Kind.INTEGER, required=True, low=1, high=2),
    "offset": Param(Kind.INTEGER, required=True),
    "page_size": Param(Kind.INTEGER, required=True, low=1, high=100),
    "language": Param(Kind.TEXT),
}


def check_language(given: Mapping[str, Any], own: str) -> str:
    """Return the language of a call; the code of Vietnamese is not the same everywhere."""
    language: str = given.get("language", "en")
    if language not in ("en", own):
        raise Refusal("product.error_invalid_language", "Invalid language.")
    return language


def leaf(category_id: int) -> Category:
    """Return a category that items can be in.

    Raises:
        Refusal: There is none of this id, or it has children.
    """
    category = CATEGORIES.get(category_id)
    if category is None or category.id in _PARENTS:
        raise Refusal("product.error_invalid_category", f"Invalid category ID {category_id}")
    return category


def categories(call: Call) -> Reply:
    """Return the whole tree."""
    language = check_language(call.given, "vi")
    listed = [
        {
            "category_id": category.id,
            "parent_category_id": category.parent,
            "original_category_name": category.english,
            "display_category_name": category.vietnamese if language == "vi" else category.english,
            "has_children": category.id in _PARENTS,
        }
        for category in _ALL
    ]
    return Reply({"category_list": listed})


def recommend(call: Call) -> Reply:
    """Return the categories that a name suggests, the likeliest first."""
    name: str = call.given["item_name"]
    if not name.strip():
        raise Refusal("product.error_param", "invalid field ItemName: value must  Not Null")
    return Reply({"category_id": suggested(name)})


def suggested(name: str) -> list[int]:
    """Return the leaves whose longest word stands in a name, longest first; never none."""
    words = f" {' '.join(_plain(name).split())} "
    found = {
        category.id: max((len(word) for word in category.words if f" {word} " in words), default=0)
        for category in _ALL
    }
    best = sorted((id_ for id_ in found if found[id_]), key=lambda id_: -found[id_])
    return best[:MOST_RECOMMENDED] or [OTHER_FOOD]


def brands(call: Call) -> Reply:
    """Return a page of a category's brands; none of them is pending."""
    check_language(call.given, "vi")
    category = leaf(call.given["category_id"])
    known = BRANDS.get(category.id, ((0, NO_BRAND),)) if call.given["status"] == 1 else ()
    start, size = call.given["offset"], call.given["page_size"]
    more = start + size < len(known)
    listed = [
        {"brand_id": id_, "original_brand_name": name, "display_brand_name": name}
        for id_, name in known[start : start + size]
    ]
    return Reply(
        {
            "brand_list": listed,
            "has_next_page": more,
            "next_offset": start + size if more else 0,
            "is_mandatory": False,
            "input_type": "DROP_DOWN",
        }
    )


def _plain(text: str) -> str:
    """Return a text in small letters without accents and signs."""
    parts = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(
        letter if letter.isalnum() else " " for letter in parts if not unicodedata.combining(letter)
    )
