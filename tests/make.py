"""Small values for tests: a sensible default for each field, changed by keyword."""

from datetime import UTC, date, datetime
from typing import Any

from promoter.core.model import Certificate, Money, Place, Producer, Product

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
PLACE = Place(
    commune="Xã Vĩnh Lợi",
    province="Cà Mau",
    commune_old="Thị trấn Châu Hưng",
    district_old="Huyện Vĩnh Lợi",
    province_old="Bạc Liêu",
)


def certificate(**changes: Any) -> Certificate:
    """Return a 4-star certificate in force on TODAY."""
    fields = {
        "stars": 4,
        "decision": "1132/QĐ-UBND",
        "decided_on": date(2024, 11, 12),
        "authority": "UBND tỉnh Bạc Liêu",
        "expires_on": date(2027, 11, 12),
    }
    return Certificate.model_validate(fields | changes)


def producer(code: str = "P41", **changes: Any) -> Producer:
    """Return a producer."""
    fields: dict[str, Any] = {
        "code": code,
        "name": "Công ty CP Diêm Sản Biển Đông (mẫu)",
        "legal_form": "company",
        "address": "Ấp Mẫu 7, thị trấn Châu Hưng, huyện Vĩnh Lợi, tỉnh Bạc Liêu",
        "place": PLACE,
    }
    return Producer.model_validate(fields | changes)


def product(code: str = "BL-086", **changes: Any) -> Product:
    """Return a product that may be advertised as OCOP on TODAY."""
    fields: dict[str, Any] = {
        "code": code,
        "name": "Muối hạt Bạc Liêu",
        "description": "Muối kết tinh trên ruộng muối ven biển, hạt to, khô ráo, mặn đậm.",
        "group": "food",
        "product_class": "salt_seasoning",
        "producer": "P41",
        "place": PLACE,
        "certificate": certificate(),
        "price": Money(amount=15000),
        "price_unit": "gói 1 kg",
        "self_declaration": "02/P41-MAU/2024",
    }
    return Product.model_validate(fields | changes)
