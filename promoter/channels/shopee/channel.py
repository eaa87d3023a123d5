"""The channel of one shop: listings are made hidden before their slot, and shown by one call."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from pydantic import Field, PositiveInt, SecretStr
from pydantic_core import from_json, to_json

from promoter.channels.shopee import items, tokens
from promoter.channels.shopee.content import LIMITS, checked, pictures, shows, words
from promoter.channels.shopee.form import Wishes
from promoter.channels.shopee.items import Items
from promoter.channels.shopee.meaning import (
    banned,
    changing,
    checking,
    gone,
    hidden,
    listing_number,
    number_of,
    odd,
    proven,
    still_there,
)
from promoter.channels.shopee.sales import metrics
from promoter.channels.shopee.verdict import REFUSALS
from promoter.channels.shopee.wire import Keys, Wire
from promoter.core.account import Credentials, Identity
from promoter.core.errors import (
    ChannelError,
    OutcomeUnknown,
    Rejected,
    Transient,
)
from promoter.core.model import Absent, Creative, Draft, Listing, Metric, Phrase, Receipt, Record
from promoter.remote.http import Session

Digits = Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]


class Config(Record):
    """The keys of an account.

    Attributes:
        partner_id: Number of the app in the Open Platform console.
        partner_key: Its live key.
        shop_id: Number of the shop whose owner authorised the app.
        access_token: Lives for four hours.
        refresh_token: Gives a new pair of tokens, once, for 30 days; None if somebody else renews
            them.
        categories: Leaf category by product class; for other classes the service recommends one
            by the title.
        attributes: Value by the name of an attribute in Vietnamese, for what categories demand.
        weight_grams: Of a listing, with its packaging, where the catalogue does not tell.
        stock: Pieces in a new listing; later the shop counts them itself.
        package_cm: Length, width and height of a parcel.
    """

    partner_id: Digits
    partner_key: SecretStr
    shop_id: Digits
    access_token: SecretStr
    refresh_token: SecretStr | None = None
    categories: Mapping[str, PositiveInt] = {}
    attributes: Mapping[str, str] = {}
    weight_grams: PositiveInt = 1_000
    stock: PositiveInt = 20
    package_cm: tuple[PositiveInt, PositiveInt, PositiveInt] = (20, 15, 10)

    @property
    def identity(self) -> str:
        """Return what Shopee knows the shop by."""
        return self.shop_id


LEFTOVER = Phrase(
    "It is a hidden listing of a test product; delete it in the shop's Seller Centre, among the "
    "unlisted products."
)
"""What a trial leaves behind, and how it is removed."""

# keys of a draft's data beside the digests of pictures, whose values are ids of uploads
FORM = "form"
ITEM = "item"
FOUND = "found"

ADDED, HIDDEN, SHOWN = "added", "hidden", "shown"
"""How a listing was found: made by us, there but hidden, or before the public already."""


def connect(config: Config, session: Session) -> "Shopee":
    """Return the channel of a shop; nothing is called yet."""
    refresh = config.refresh_token
    keys = Keys(
        partner=config.partner_id,
        key=config.partner_key.get_secret_value(),
        shop=config.shop_id,
        access=config.access_token.get_secret_value(),
        refresh=refresh.get_secret_value() if refresh else "",
    )
    return Shopee(config, Wire(keys, session))


class Shopee:
    """One shop. A receipt's remote id is the listing's number; its SKU is the product's code."""

    limits = LIMITS

    def __init__(self, config: Config, wire: Wire) -> None:
        self._shop = config.shop_id
        self._wire = wire
        self._items = Items(wire)
        self._wishes = Wishes(
            wire,
            categories=config.categories,
            attributes=config.attributes,
            stock=config.stock,
            grams=config.weight_grams,
            parcel=config.package_cm,
        )

    def prepare(self, creative: Creative, key: str, draft: Draft | None) -> Draft:
        """Upload the next picture, or ask what the shop wants, or make the listing, or check it.

        A listing that carries the product's code already is taken over: a hidden one is rewritten
        at once, one that the public sees only by `publish`.
        """
        listing = checked(creative)
        if draft and draft.ready:
            return draft
        done = dict(draft.data) if draft else {}
        missing = next((item for item in creative.media if item.sha256 not in done), None)
        if missing:
            done[missing.sha256] = self._items.upload(missing)
        elif FORM not in done:
            done[FORM] = to_json(self._wishes.filled(creative, listing)).decode()
        elif ITEM not in done:
            done |= self._placed(creative, listing, done)
            return Draft(ready=done[FOUND] == SHOWN, data=done)
        else:
            done[FOUND] = self._verified(creative, listing, done)
            return Draft(ready=True, data=done)
        return Draft(ready=False, data=done)

    def publish(self, creative: Creative, key: str, draft: Draft | None) -> Receipt:
        """Show the hidden listing; one that is shown already is corrected.

        A look afterwards tells whether the service checks it first; that look cannot fail.
        A correction is two calls, but always of the same listing: nothing is made twice, and
        `find` tells by comparing whether it arrived. Should the seller have hidden that listing
        meanwhile, it is shown.
        """
        listing = checked(creative)
        if draft is None or not draft.ready:
            raise Transient(Phrase("the listing is not prepared yet"))
        number = int(draft.data[ITEM])
        if draft.data[FOUND] != SHOWN:
            return self._receipt(number, self._show(number))
        self._renew(number, creative, listing, pictures(creative, draft.data))
        status = self._status(number)
        if status == items.UNLIST:
            status = self._show(number)
        return self._receipt(number, status)

    def find(
        self, creative: Creative, key: str, draft: Draft | None, since: datetime
    ) -> Receipt | Absent:
        """Read the listing itself, by its number if that is known, else by its SKU."""
        listing = checked(creative)
        known = draft.data.get(ITEM) if draft else None
        item = self._items.get(int(known)) if known else self._items.by_sku(listing.code)
        if item is None:
            return Absent(sure=known is not None)
        if item.item_status == items.UNLIST:
            return Absent(sure=True)
        if draft and draft.data.get(FOUND) == SHOWN:
            uploaded = [draft.data.get(media.sha256, "") for media in creative.media]
            if not shows(item, creative, listing, uploaded):
                return Absent(sure=True)  # as it was before: the correction did not arrive
        return self._receipt(item.item_id, item.item_status, judge=False)

    def resume(self, receipt: Receipt) -> Receipt:
        """Look whether the shop shows the listing by now.

        One that is hidden is surely not live, and only its seller knows why: that ends the wait.
        """
        item = self._items.get(number_of(receipt))
        if item is None:
            raise gone()
        match item.item_status:
            case items.NORMAL:
                return replace(receipt, live=True)
            case items.REVIEWING:
                return receipt
            case items.BANNED:
                raise banned()
            case items.UNLIST:
                raise hidden()
            case status:
                raise odd(status)

    def correct(self, receipt: Receipt, creative: Creative) -> Receipt:
        """Replace title, description, pictures and price; the stock is the shop's own.

        Words go first: a promotion that locks the price must not keep them from being put right.
        """
        listing = checked(creative)
        number = number_of(receipt)
        uploaded = [self._items.upload(item) for item in creative.media]
        item = self._existing(number)
        with changing(lambda: self._status(number)):
            self._items.change(number, words(creative, uploaded), self._wire.publish)
            if not item.costs(listing.price.amount):
                self._items.set_price(number, listing.price.amount, self._wire.publish)
        return receipt

    def withdraw(self, receipt: Receipt) -> None:
        """Hide the listing; what is hidden or gone already is fine.

        One that is checked or banned cannot be hidden, and would be seen when that ends: it is
        asked for again until then.
        """
        number = number_of(receipt)
        try:
            self._items.hide(number, hidden=True)
        except REFUSALS:
            item = self._items.get(number)
            match item.item_status if item else items.UNLIST:
                case items.UNLIST:
                    return
                case items.REVIEWING:
                    raise checking() from None
                case items.BANNED:
                    raise still_there() from None
            raise

    def metrics(self, receipts: Sequence[Receipt], now: datetime) -> list[Metric]:
        """Read visits, likes and units of listings, and the orders of the last 30 days."""
        numbers = {listing_number(receipt.remote_id): receipt.remote_id for receipt in receipts}
        listings = {number: name for number, name in numbers.items() if number is not None}
        return metrics(self._wire, listings, now)

    def authorize_url(self, state: str, redirect: str, challenge: str) -> str:
        """Return where the shop's owner agrees, within five minutes.

        The challenge is not sent, since Shopee knows none: the app's signature binds the code.
        """
        return tokens.consent_address(self._wire, state, redirect)

    def exchange(self, params: Mapping[str, str], redirect: str, verifier: str) -> Credentials:
        """Return the first pair of tokens."""
        return tokens.first(self._wire, params)

    def refresh(self) -> Credentials:
        """Exchange the refresh token, which is used up even if its answer is lost."""
        return tokens.following(self._wire)

    def identity(self) -> Identity:
        """Ask who the shop is, and until when its owner lets the app in."""
        return tokens.identity(self._wire)

    def _placed(
        self, creative: Creative, listing: Listing, done: Mapping[str, str]
    ) -> dict[str, str]:
        """Find the product's listing or make it, hidden.

        Both in one step: should the answer be lost, the next try finds what was made.
        """
        item = self._items.by_sku(listing.code)
        if item is None:
            number = self._items.add(
                {
                    **from_json(done[FORM]),
                    **words(creative, pictures(creative, done)),
                    "item_sku": listing.code,
                    "original_price": listing.price.amount,
                    "condition": "NEW",
                    "pre_order": {"is_pre_order": False},
                }
            )
            return {ITEM: str(number), FOUND: ADDED}
        match item.item_status:
            case items.UNLIST | items.REVIEWING:  # what is checked is not shown to the public
                found = HIDDEN
            case items.NORMAL:
                found = SHOWN
            case items.BANNED:
                raise banned()
            case status:
                raise odd(status)
        return {ITEM: str(item.item_id), FOUND: found}

    def _verified(self, creative: Creative, listing: Listing, done: Mapping[str, str]) -> str:
        """Rewrite a hidden listing that was there, and return how the listing is found now."""
        number = int(done[ITEM])
        write = self._wire.upload
        if done[FOUND] == HIDDEN:
            self._items.change(number, words(creative, pictures(creative, done)), write)
        item = self._kept(number)
        if done[FOUND] == HIDDEN and not item.costs(listing.price.amount):
            self._items.set_price(number, listing.price.amount, write)
            item = self._kept(number)
        if item.item_status == items.BANNED:
            raise banned()
        if item.item_status == items.NORMAL:  # somebody has shown it meanwhile
            return SHOWN
        if not item.costs(listing.price.amount):
            raise Rejected(
                Phrase(
                    "the shop keeps the price {kept} instead of {wanted} đồng",
                    kept=item.price,
                    wanted=listing.price.amount,
                )
            )
        return done[FOUND]

    def _show(self, number: int) -> str:
        """Show a listing, and return where it stands then; empty if that cannot be read now.

        Nobody says what the service answers to a listing that is shown or checked already: a
        refusal counts only if the listing is read to be neither.
        """
        try:
            self._items.hide(number, hidden=False)
        except REFUSALS as refused:
            status = self._status(number)
            match status:
                case items.NORMAL | items.REVIEWING:
                    return status
                case items.UNLIST | items.BANNED | items.DELETED:
                    raise proven(refused) from None
            raise OutcomeUnknown(refused.phrase) from None
        return self._status(number)

    def _renew(
        self, number: int, creative: Creative, listing: Listing, uploaded: Sequence[str]
    ) -> None:
        """Replace what the public sees of a listing that was there before us.

        The price goes first, and only if it is another one: a promotion that locks it is noticed
        while nothing is changed, and no words are shown beside a price that they do not name.
        """
        item = self._existing(number)
        changed = not item.costs(listing.price.amount)
        with changing(lambda: self._status(number)):
            if changed:
                self._items.set_price(number, listing.price.amount, self._wire.publish)
            try:
                self._items.change(number, words(creative, uploaded), self._wire.publish)
            except Rejected as refused:
                if changed:  # half of it is public; the next try changes no price, and says no more
                    raise OutcomeUnknown(refused.phrase) from None
                raise

    def _kept(self, number: int) -> items.Item:
        item = self._items.get(number)
        if item is None:
            raise Transient(Phrase("the shop does not show its new listing yet"))
        return item

    def _existing(self, number: int) -> items.Item:
        item = self._items.get(number)
        if item is None:
            raise gone()
        return item

    def _status(self, number: int) -> str:
        """Return where a listing stands after it was shown; empty if that cannot be read now."""
        try:
            item = self._items.get(number)
        except ChannelError:  # it is shown all the same; `resume` looks again
            return ""
        return item.item_status if item else items.DELETED

    def _receipt(self, number: int, status: str, *, judge: bool = True) -> Receipt:
        """Return the receipt of a listing; not live while the service checks it.

        Args:
            judge: Raise what `resume` would say of a banned one.
        """
        if judge and status == items.BANNED:
            raise banned()
        url = f"https://shopee.vn/product/{self._shop}/{number}"
        return Receipt(str(number), url, live=status == items.NORMAL)
