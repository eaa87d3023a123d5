"""How a shop's owner lets an app in: the page in the browser, and the code that it gives.

The page agrees by itself. Where an app has several shops, their owners come in turn.
"""

from datetime import datetime
from urllib.parse import urlencode, urlsplit

from promoter.sandbox.contract import Answer, Request
from promoter.sandbox.shelf import Shelf
from promoter.sandbox.shopee.gate import COMMON, Gate, Shop, digest, one, refused
from promoter.sandbox.shopee.reply import Call, Reply
from promoter.sandbox.shopee.shape import Fields, Kind

PAGE = "/api/v2/shop/auth_partner"
CODE_SECONDS = 10 * 60

TOKEN = Fields({"code": Kind.TEXT, "partner_id": Kind.INTEGER, "shop_id": Kind.INTEGER})


class Consent:
    """Asks owners, and remembers what they said."""

    def __init__(self, gate: Gate, shelf: Shelf, *, agrees: bool) -> None:
        """Open the page.

        Args:
            agrees: Whether the owners do.
        """
        self._gate, self._shelf, self._agrees = gate, shelf, agrees

    def page(self, request: Request, now: datetime) -> Answer:
        """Send the browser back with a code and the shop's number; without, if nobody agrees.

        Raises:
            Refusal: The address is not as it was signed, or too old.
        """
        partner, _ = self._gate.admit(request, now, public=True)
        redirect = one(request, "redirect", "There is no redirect in query.")
        parts = urlsplit(redirect)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment:
            raise refused("error_param", "redirect is invalid.")
        if request.query.keys() - (COMMON | {"redirect"}):
            raise refused("error_param", "Wrong parameters.")
        if not self._agrees:
            return Answer(302, b"", {"Location": redirect})
        shop = self._next(partner)
        query = urlencode({"code": self._code(shop, now), "shop_id": shop.id})
        return Answer(302, b"", {"Location": f"{redirect}{'&' if parts.query else '?'}{query}"})

    def token(self, call: Call) -> Reply:
        """Give a pair of tokens for a code that was not used yet."""
        given = call.given
        if str(given["partner_id"]) != call.partner:
            raise refused("error_param", "Invalid partner_id.")
        shop = self._gate.linked(call.partner, str(given["shop_id"]), "shop_no_linked")
        record = self._shelf.get("code", digest(given["code"]))
        fresh = record is not None and call.second - record["made"] <= CODE_SECONDS
        if record is None or not fresh or record["shop"] != shop.id:
            raise refused("invalid_code", "Invalid code, please have a check.")
        self._shelf.remove("code", digest(given["code"]))
        lists = {"shop_id_list": [int(shop.id)], "merchant_id_list": []}
        return Reply(beside={**self._gate.agreed(shop, call.second), **lists}, warning=None)

    def _next(self, partner: str) -> Shop:
        """Return the shop whose owner was asked least."""
        shops = [shop for (owner, _), shop in self._gate.shops.items() if owner == partner]
        asked = {shop.id: (self._shelf.get("asked", shop.id) or {"times": 0}) for shop in shops}
        found = min(shops, key=lambda shop: int(asked[shop.id]["times"]))
        self._shelf.put("asked", found.id, {"times": asked[found.id]["times"] + 1})
        return found

    def _code(self, shop: Shop, now: datetime) -> str:
        code = self._gate.name(shop)
        self._shelf.put("code", digest(code), {"shop": shop.id, "made": int(now.timestamp())})
        return code
