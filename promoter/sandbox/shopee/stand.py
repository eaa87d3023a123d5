"""The stand-in as a whole: which call is whose, and what the shops' pages show."""

import hashlib
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from promoter.sandbox.contract import Answer, Entry, Fault, Feed, Request
from promoter.sandbox.shelf import Shelf
from promoter.sandbox.shopee import (
    attributes,
    consent,
    gate,
    listing,
    media,
    orders,
    products,
    reading,
    reply,
    sales,
    shape,
    shipping,
    tree,
)
from promoter.sandbox.shopee.items import Items, Record, status
from promoter.sandbox.shopee.reply import FORBIDDEN, Call, Refusal, Reply

HOSTS: tuple[str, ...] = ("partner.shopeemobile.com",)

NOTES = {"UNLIST": "hidden", "REVIEWING": "in review", "BANNED": "banned"}


@dataclass(frozen=True, slots=True)
class _Endpoint:
    method: str
    handle: Callable[[Call], Reply]
    given: Mapping[str, shape.Param] | shape.Fields | None = None
    module: str = "product."
    public: bool = False


class Stand:
    """Stand-in of the Shopee Open Platform for shops in Vietnam."""

    channel = "shopee"
    title = "Shopee"
    hosts = HOSTS

    def __init__(
        self,
        accounts: Mapping[str, Mapping[str, str]],
        shelf: Shelf,
        *,
        wall: Callable[[], float] = time.time,
        review: bool = False,
        promoted: Collection[str] = (),
        strict_search: bool = False,
        agrees: bool = True,
        absolute: bool = False,
    ) -> None:
        """Open the shops.

        Args:
            accounts: By name, `partner_id`, `partner_key`, `shop_id`, and the pair of tokens that
                they begin with.
            wall: The real clock in seconds, for signatures.
            review: Whether items are looked at for ten minutes before the public sees them, and
                again when they are edited; those with the word CẤM in their name are banned then.
            promoted: SKUs of items under a promotion: their price cannot be changed, nor can they
                be hidden, once they are listed.
            strict_search: Whether a search that finds nothing is an error, as the service's list
                of errors allows, rather than an empty list.
            agrees: Whether an owner who is asked in the browser lets the app in.
            absolute: Whether the life of a token is told as the second of its end.
        """
        self._gate = gate.Gate(accounts, shelf, wall, absolute=absolute)
        self._consent = consent.Consent(self._gate, shelf, agrees=agrees)
        self._items = Items(shelf, review=review)
        self._pictures = media.Pictures(shelf)
        self._endpoints = self._table(
            products.Products(self._items, self._pictures, promoted),
            reading.Reading(self._items, strict_search=strict_search),
        )

    def handle(self, request: Request, now: datetime, fault: Fault | None = None) -> Answer:
        """Answer a request; a fault delays when items are listed, or rewrites their texts."""
        request_id = _request_id(request, now)
        try:
            if (request.method, request.host, request.path) == ("GET", HOSTS[0], consent.PAGE):
                return self._consent.page(request, now)
            content = self._reply(request, now, fault).content(request_id)
        except Refusal as refusal:
            return Answer.json(refusal.content(request_id), refusal.status)
        return Answer.json(content)

    def failure(self, fault: Fault) -> Answer:
        """Say a fault in the service's own words; the limit of calls tells no time to wait."""
        return reply.failure(fault)

    def feeds(self, now: datetime) -> Sequence[Feed]:
        """Return each shop's items, newest first; deleted ones are left out."""
        second = int(now.timestamp())
        return [
            Feed(shop.account, f"Shop {shop.id}", self._entries(shop.id, second))
            for shop in self._gate.shops.values()
        ]

    def _reply(self, request: Request, now: datetime, fault: Fault | None) -> Reply:
        endpoint = self._endpoints.get(request.path)
        if endpoint is None or request.host not in HOSTS or request.method != endpoint.method:
            message = "This API is currently offline or the request path is incorrect."
            raise Refusal("error_param", f"Permission denied. {message}", FORBIDDEN)
        partner, shop = self._gate.admit(request, now, public=endpoint.public)
        common = {"partner_id", "timestamp", "sign"} if endpoint.public else gate.COMMON
        query = {name: values for name, values in request.query.items() if name not in common}
        fields = endpoint.given
        if isinstance(fields, shape.Fields):
            shape.query(query, {}, endpoint.module)
            given = shape.body(request, fields, endpoint.module)
        else:
            given = shape.query(query, fields or {}, endpoint.module)
        return endpoint.handle(Call(partner, shop, given, now, fault, request))

    def _table(self, changes: products.Products, reads: reading.Reading) -> dict[str, _Endpoint]:
        sold = orders.Orders(self._items)
        table = {
            "auth/access_token/get": _Endpoint("POST", self._gate.refresh, gate.REFRESH, "", True),
            "auth/token/get": _Endpoint("POST", self._consent.token, consent.TOKEN, "", True),
            "shop/get_shop_info": _Endpoint("GET", self._gate.shop, None, "shop."),
            "media_space/upload_image": _Endpoint("POST", self._pictures.upload, None, "", True),
            "logistics/get_channel_list": _Endpoint("GET", shipping.channels, None, "logistics."),
            "product/category_recommend": _Endpoint("GET", tree.recommend, tree.RECOMMEND),
            "product/get_category": _Endpoint("GET", tree.categories, tree.LIST_CATEGORIES),
            "product/get_attribute_tree": _Endpoint("GET", attributes.tree, attributes.TREE),
            "product/get_brand_list": _Endpoint("GET", tree.brands, tree.LIST_BRANDS),
            "product/get_item_limit": _Endpoint("GET", listing.limits, listing.LIMITS),
            "product/add_item": _Endpoint("POST", changes.add, listing.ADD),
            "product/update_item": _Endpoint("POST", changes.update, listing.UPDATE),
            "product/update_price": _Endpoint("POST", changes.price, products.PRICE),
            "product/update_stock": _Endpoint("POST", changes.stock, products.STOCK),
            "product/unlist_item": _Endpoint("POST", changes.unlist, products.UNLIST),
            "product/delete_item": _Endpoint("POST", changes.delete, products.DELETE),
            "product/search_item": _Endpoint("GET", reads.search, reading.SEARCH),
            "product/get_item_list": _Endpoint("GET", reads.listed, reading.LIST),
            "product/get_item_base_info": _Endpoint("GET", reads.base, reading.INFO),
            "product/get_item_extra_info": _Endpoint("GET", reads.extra, reading.INFO),
            "order/get_order_list": _Endpoint("GET", sold.listed, orders.LIST, orders.MODULE),
            "order/get_order_detail": _Endpoint("GET", sold.detail, orders.DETAIL, orders.MODULE),
        }
        return {f"/api/v2/{path}": endpoint for path, endpoint in table.items()}

    def _entries(self, shop: str, second: int) -> list[Entry]:
        kept = [
            (record["created"], id_, record)
            for id_, record in self._items.of_shop(shop, second)
            if record["deleted"] is None
        ]
        newest = sorted(kept, key=lambda one: one[:2], reverse=True)
        return [_entry(id_, record, second) for _, id_, record in newest]


def _entry(id_: str, record: Record, second: int) -> Entry:
    given = record["given"]
    made = list(sales.orders(id_, record, record["created"], second))
    bought = [order for order in made if order.status(second) != "CANCELLED"]
    return Entry(
        id=id_,
        at=datetime.fromtimestamp(record["created"], UTC),
        title=given["item_name"],
        text=given["description"],
        pictures=[(image, "") for image in given["image"]["image_id_list"]],
        price=int(given["original_price"]),
        counts={
            "views": sales.views(id_, record, second),
            "likes": sales.likes(id_, record, second),
            "units": sales.sold(id_, record, second),
            "orders": len(bought),
            "revenue": sum(order.price * order.quantity for order in bought),
        },
        note=NOTES.get(status(record, second), ""),
    )


def _request_id(request: Request, now: datetime) -> str:
    seed = f"{now.timestamp()} {request.method} {request.target}".encode() + request.body[:4_096]
    return hashlib.blake2b(seed, digest_size=16).hexdigest()
