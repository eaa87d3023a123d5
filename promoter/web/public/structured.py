"""What machines read of a product page: schema.org data, with nothing that people do not see."""

import json
from datetime import date
from typing import Any

from markupsafe import Markup

from promoter.core.model import Phrase
from promoter.store.catalogue import ProductPage
from promoter.store.views import Picture
from promoter.web.public.site import Site

_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def product_data(site: Site, found: ProductPage, picture: Picture | None, day: date) -> Markup:
    """Return the JSON-LD of a product, safe to stand in a script element.

    The rank is told only on days when its certificate is in force.
    """
    product, say = found.product, site.context.office.locale.say
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product.name,
        "description": product.description,
        "sku": product.code,
        "url": site.url(f"/p/{product.code}"),
        "manufacturer": {"@type": "Organization", "name": found.producer.name},
    }
    if picture:
        data["image"] = site.url(f"/m/{picture.sha256}.jpg")
    if valid_gtin(product.gtin):
        data["gtin13"] = product.gtin
    held = product.certificate_on(day)
    if held:
        data["award"] = say(Phrase("OCOP {stars} stars", stars=held.stars))
    if product.price:
        data["offers"] = {
            "@type": "Offer",
            "price": product.price.amount,
            "priceCurrency": product.price.currency,
            "url": product.shops[0].url if product.shops else data["url"],
        }
    return script(data)


def script(data: dict[str, Any]) -> Markup:
    """Return JSON that cannot end the element it stands in."""
    text = json.dumps(data, ensure_ascii=False)
    for letter, safe in _UNSAFE.items():
        text = text.replace(letter, safe)
    return Markup(text)  # noqa: S704 - every letter that HTML could take for markup is escaped


def valid_gtin(gtin: str) -> bool:
    """Tell whether a GTIN-13 has the right check digit."""
    if len(gtin) != 13 or not (gtin.isascii() and gtin.isdigit()):
        return False
    return sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(gtin)) % 10 == 0
