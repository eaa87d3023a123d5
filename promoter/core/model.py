"""The values that promoter talks about, one class for each word of its glossary."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


@dataclass(frozen=True, slots=True, init=False)
class Phrase:
    """Words for a person, in English, with the values that fill their {braces}.

    Core and edges make phrases; the front doors translate them. `str()` gives the English.
    A value may itself be a phrase.
    """

    text: str
    values: Mapping[str, object]

    def __init__(self, text: str, **values: object) -> None:
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "values", values)

    def __str__(self) -> str:
        return self.text.format(**self.values)


Say = Callable[[Phrase], str]
"""Turns a phrase into the reader's language; `str` is the English one."""


class Record(BaseModel):
    """A frozen value that came from outside; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Money(Record):
    """An amount in the currency's minor unit (VND has none: 120000 is 120.000 ₫)."""

    amount: int
    currency: str = "VND"


class Place(Record):
    """A commune in its present form, and the form before 1/7/2025 by which old papers name it."""

    commune: str
    province: str
    commune_old: str = ""
    district_old: str = ""
    province_old: str = ""


class Certificate(Record):
    """An OCOP recognition: a dated fact with a decision behind it, never computed from a score.

    Attributes:
        expires_on: The first day on which it is no longer in force.
    """

    stars: int
    decision: str
    decided_on: date
    authority: str
    expires_on: date


class Candidacy(Record):
    """A rank that was asked for and is not recognised: never shown to the public."""

    stars: int
    since: date | None
    status: str


class Photo(Record):
    """A picture of a product, kept by content.

    Attributes:
        sha256: Name of the original in the media store.
        focus: The point that every crop keeps, as fractions of width and height.
        rights: Who allowed the use.
        sample: True for an illustration that stands in for a photo.
    """

    sha256: str
    focus: tuple[float, float] = (0.5, 0.5)
    rights: str = ""
    sample: bool = False


class Shop(Record):
    """A place where a product can be ordered."""

    name: str
    url: str


class Producer(Record):
    """Who makes the products and receives the report (chủ thể OCOP)."""

    code: str
    name: str
    legal_form: str
    address: str
    place: Place
    representative: str = ""
    phone: str = ""
    email: str = ""
    phone_consent: bool = False
    consent_on: date | None = None
    remote: bool = False
    women_led: bool = False
    youth_startup: bool = False
    khmer_area: bool = False
    page_url: str = ""
    note: str = ""


class Product(Record):
    """One catalogue item.

    Attributes:
        producer: Code of the producer.
        group: food, beverage, herbal, handicraft, ornamental or tourism.
        product_class: Drives the advertising rules (alcohol, health_supplement, …).
        certificate: None for a potential product that was never recognised.
        price: For one `price_unit`; None when not known or at the season's price.
        abv: Percent of alcohol by volume.
        season_months: Month numbers in the order of the season; empty means all year.
        shops: Where it can be ordered, best first.
    """

    code: str
    name: str
    description: str
    group: str
    product_class: str
    producer: str
    place: Place
    remote: bool = False
    certificate: Certificate | None = None
    candidacy: Candidacy | None = None
    score: Decimal | None = None
    price: Money | None = None
    price_unit: str = ""
    packaging: tuple[str, ...] = ()
    ocop_code: str = ""
    gtin: str = ""
    self_declaration: str = ""
    food_safety: str = ""
    trace_url: str = ""
    gi: str = ""
    abv: Decimal | None = None
    allergens: tuple[str, ...] = ()
    shelf_life: str = ""
    season_months: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    chains: tuple[str, ...] = ()
    shops: tuple[Shop, ...] = ()
    photos: tuple[Photo, ...] = ()
    updated_on: date | None = None

    def certificate_on(self, day: date) -> Certificate | None:
        """Return the certificate in force on a day; its anniversary itself no longer counts."""
        held = self.certificate
        return held if held and held.decided_on <= day < held.expires_on else None


class Placement(StrEnum):
    """Where on an account something is shown."""

    FEED = "feed"
    STORY = "story"
    LISTING = "listing"


class Approval(StrEnum):
    """Who must agree before a post goes out."""

    AUTO = "auto"
    STAFF = "staff"
    PRODUCER = "producer"


@dataclass(frozen=True, slots=True)
class Format:
    """A size of card, in pixels."""

    name: str
    width: int
    height: int


SQUARE = Format("square", 1080, 1080)
PORTRAIT = Format("portrait", 1080, 1350)
STORY = Format("story", 1080, 1920)
WIDE = Format("wide", 1200, 630)
FORMATS = {form.name: form for form in (SQUARE, PORTRAIT, STORY, WIDE)}


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a campaign wants its creatives made: names of templates, and hashtags without `#`."""

    card: str
    caption: str
    hashtags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """The decision to show these products on this account on this day.

    Attributes:
        key: Digest of campaign, account, local date and ordinal: the identity.
        code: Public code in the tracked link, unique.
        day: Local date of the office.
        ordinal: Place among the campaign's slots of that day on that account, from 0.
        at: The slot's moment, UTC; an attribute, not identity.
        products: Codes, at least one; mostly one.
        producer: Code of the producer who is shown; empty when products have several.
        reason: Why these products.
    """

    key: str
    code: str
    campaign: str
    account: str
    channel: str
    placement: Placement
    day: date
    ordinal: int
    at: datetime
    products: tuple[str, ...]
    producer: str
    recipe: Recipe
    approval: Approval
    max_lateness: timedelta
    reason: Phrase


@dataclass(frozen=True, slots=True)
class Media:
    """One picture (later: video) as it goes out, named by its content.

    Attributes:
        kind: `image`.
        alt: Description for those who do not see it.
        data: The bytes; None where only the description is needed.
    """

    kind: str
    sha256: str
    mime: str
    width: int
    height: int
    alt: str
    data: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a shop must know of a product beside words and pictures.

    Attributes:
        code: The product's; the shop knows the listing by it (its SKU).
        price: For one unit as the title names it.
        grams: Weight of one unit with its packaging; None when the catalogue does not tell.
    """

    code: str
    product_class: str
    price: Money
    grams: int | None
    gtin: str = ""


@dataclass(frozen=True, slots=True)
class Creative:
    """What is shown: final caption and ordered media, within the channel's limits.

    Attributes:
        link: The short link that the caption, QR code or button carries.
        target: Where the short link leads.
        title: The product's name (or the campaign's title for several products).
        listing: Of a listing only.
    """

    placement: Placement
    title: str
    caption: str
    link: str
    target: str
    media: tuple[Media, ...]
    listing: Listing | None = None

    def digest(self) -> str:
        """Return the digest that an approval names: caption, alt text, media and link target."""
        parts = [self.placement, self.title, self.caption, self.link, self.target]
        if self.listing:
            parts.append(repr(self.listing))
        for item in self.media:
            parts += [item.kind, item.sha256, item.alt]
        return digest(*parts)


@dataclass(frozen=True, slots=True)
class Draft:
    """What `prepare` left at the channel, still invisible.

    Attributes:
        ready: Whether `publish` may follow; otherwise `prepare` is called again.
        data: What the adapter needs to go on; plain JSON values.
    """

    ready: bool
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the channel gave back for a post.

    Attributes:
        live: False while the channel still processes or checks it.
    """

    remote_id: str
    url: str
    live: bool = True


@dataclass(frozen=True, slots=True)
class Absent:
    """A look that did not find the post.

    Attributes:
        sure: True only when the object itself was read; a list or search may lag.
    """

    sure: bool


class Window(StrEnum):
    """The span that a metric covers."""

    CUMULATIVE = "cumulative"
    ROLLING_30_DAYS = "rolling-30-days"
    DAY = "day"


class Quality(StrEnum):
    """How far a metric can be trusted."""

    EXACT = "exact"
    ESTIMATED = "estimated"
    SANDBOX = "sandbox"


@dataclass(frozen=True, slots=True)
class Metric:
    """One number of one receipt; a number that is missing has no Metric."""

    remote_id: str
    name: str
    value: int
    window: Window
    as_of: datetime
    quality: Quality


def digest(*parts: str, key: bytes = b"", size: int = 16) -> str:
    """Return a hex digest of texts in order; no two lists of parts share one by concatenation.

    Args:
        parts: Texts.
        key: A secret of at most 64 bytes, or nothing.
        size: Bytes of the digest; the text is twice as long.
    """
    state = hashlib.blake2b(key=key, digest_size=size)
    for part in parts:
        data = part.encode()
        state.update(len(data).to_bytes(8, "big"))
        state.update(data)
    return state.hexdigest()
