"""What Shopee's errors mean: a table of its words, read by the last part of `error`, then by text.

The status says little: errors of business come with 200, those of the gateway with 403 (Open
Platform v2, error lists as of August 2026).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from enum import Enum, auto

from pydantic import BaseModel

from promoter.core.errors import ChannelError, NotAuthorized, OutcomeUnknown, Rejected, Transient
from promoter.core.model import Phrase
from promoter.remote.answer import REASON_LENGTH, Answer, Effect
from promoter.remote.http import paused

SHORT_PAUSE = timedelta(minutes=1)
"""The service counts calls in short windows that it does not publish, and names no wait."""

QUOTA_ZONE = timezone(timedelta(hours=8))
"""The daily number of calls begins anew at midnight here."""


LOCKED_PAUSE = timedelta(hours=6)
"""How long a promotion or a check is let alone: both take hours to days, and tell no end."""


class Gone(Rejected):
    """The shop has no such listing, or has it no longer."""


class Unsearchable(Rejected):
    """The shop's search does not know SKUs."""


class Unwilling(NotAuthorized):
    """The shop does not let the app in (any more), until its owner agrees again."""


class Locked(Transient):
    """Surely not done while a promotion or a check of the listing goes on."""


class Unclear(OutcomeUnknown):
    """The service says that a public write failed, in words that tell nothing to us."""


REFUSALS = (Rejected, Locked, Unclear)
"""What it means that the service itself said no, rather than that its answer was lost."""


class Kind(Enum):
    """What an error asks for."""

    EXPIRED = auto()
    CONSENT = auto()
    CONSOLE = auto()
    KEY = auto()
    CLOCK = auto()
    WINDOW = auto()
    QUOTA = auto()
    BUSY = auto()
    DUPLICATE = auto()
    CONTENT = auto()
    SHOP = auto()
    PROMOTION = auto()
    REVIEW = auto()
    GONE = auto()
    UNSEARCHABLE = auto()


_CODES: Mapping[Kind, str] = {
    Kind.EXPIRED: "invalid_access_token invalid_acceess_token",
    Kind.CONSENT: """
        refresh_token_expired error_shop_refresh_token invalid_code shop_access_expired
        shop_no_linked partner_shop_no_link""",
    Kind.CONSOLE: """
        error_partner_key_expired error_kyc_auth error_api_permission error_permission
        error_api_call_restricted api_suspended source_ip_undeclared shop_banned
        error_perm_non_admin""",
    Kind.KEY: "error_sign invalid_partner_id",
    Kind.WINDOW: "error_rate_limit",
    Kind.QUOTA: "error_limit",
    Kind.BUSY: """
        error_server error_inner error_network error_system_busy error_marshal
        error_busi_add_item_failed error_busi_update_item_failed error_update_price_fail
        error_unlist_item_failed error_get_shop_fail""",
    Kind.DUPLICATE: "error_repeated_mtsku error_duplicated_brand",
    Kind.CONTENT: """
        error_auth error_data error_param error_busi error_param_validate
        error_invalid_category error_category_is_block
        error_forbidden_category error_invalid_brand error_incalid_brand error_brand_forbidden
        error_less_required_brand error_invalid_attribute error_invalid_attribute_value
        error_less_required_attribute error_name_length_limit error_item_name_is_too_short
        error_title_exceeds_max_length error_title_character_forbidden error_desc_length_min_limit
        error_desc_hash_tag_over_limit error_desc_image_no_pass error_image_unavailable
        error_image_num_min error_invalid_price error_price_exceed_min_limitt
        error_price_exceed_max_limitt error_invalid_logistic_info""",
    Kind.SHOP: """
        error_reach_shop_item_limit error_holiday_on_add_item error_busi_invalid_shop_status
        error_busi_invalid_account_status error_seller_under_penalty error_unlist_item_fail""",
    Kind.PROMOTION: """
        error_cannt_edit_price_in_promotion error_in_item_promotion_item_price_lock
        error_cannot_update_price_in_promotion error_promotion_cantnot_update_stock
        error_cannt_unlisted_in_promotion error_in_item_promotion_unlsit_lock
        error_unlist_in_promotion""",
    Kind.REVIEW: "error_busi_cannot_delist_reviewing_or_banned_item",
    Kind.GONE: """
        error_item_not_found error_not_found error_item_not_belong_shop error_item_uneditable""",
}
_KINDS = {code: kind for kind, codes in _CODES.items() for code in codes.split()}

# trouble that passes, in the service's own words, wherever they stand
_BUSY: tuple[tuple[str, Kind], ...] = tuple(
    (words, Kind.BUSY)
    for words in (
        "try (again )?later",
        "system (is )?busy",
        "taking some time to respond",
        "system error",
        "(?<![a-z])inner(?![a-z])",
        "too many connections",
    )
)

# the same codes carry things that have nothing to do with each other; the first one found counts
_TEXTS: Mapping[str, tuple[tuple[str, Kind], ...]] = {
    "error_auth": (
        ("access_token", Kind.EXPIRED),
        ("access token", Kind.EXPIRED),
        ("refresh_token", Kind.CONSENT),
        ("permission", Kind.CONSOLE),
        ("app is deleted", Kind.CONSOLE),
        ("partner_id", Kind.KEY),
        *_BUSY,
    ),
    "error_busi": _BUSY,
    "error_param": (
        ("must set one of", Kind.UNSEARCHABLE),
        ("timestamp", Kind.CLOCK),
        ("access_token", Kind.EXPIRED),
        ("refresh_token", Kind.CONSENT),
        ("partner_id", Kind.KEY),
        ("no sign", Kind.KEY),
    ),
    "error_data": (("parse data failed", Kind.BUSY),),
}
_REASONS: tuple[tuple[str, Kind], ...] = (
    *_BUSY,
    ("promotion", Kind.PROMOTION),
    ("reviewing", Kind.REVIEW),
    ("not found", Kind.GONE),
    ("(min|max) price limit", Kind.CONTENT),
    ("invalid price", Kind.CONTENT),
)

# said to a question about a listing only: a write may lack something else
_NOWHERE = re.compile("^(?!.*shop).*not found", re.IGNORECASE)

_WORDS: Mapping[Kind, Phrase] = {
    Kind.EXPIRED: Phrase("{host} no longer accepts the shop's token: {reason}"),
    Kind.CONSENT: Phrase("the owner of the shop must authorise promoter again on {host}: {reason}"),
    Kind.CONSOLE: Phrase(
        "{host} does not let this app or this shop in; "
        "look at both in the Open Platform console: {reason}"
    ),
    Kind.KEY: Phrase("{host}: {reason}; check partner_id and partner_key of the account"),
    Kind.CLOCK: Phrase("{host}: {reason}; check the clock of this machine"),
    Kind.BUSY: Phrase("{host} is in trouble: {reason}"),
    Kind.DUPLICATE: Phrase(
        "{host} says that the shop has such a product already; look for it there: {reason}"
    ),
    Kind.CONTENT: Phrase("{host} refuses it: {reason}"),
    Kind.SHOP: Phrase("the shop cannot take it now; look into its Seller Centre: {reason}"),
    Kind.PROMOTION: Phrase(
        "the shop changes nothing of this listing until its promotion ends; "
        "do it again then: {reason}"
    ),
    Kind.REVIEW: Phrase(
        "Shopee is checking this listing and lets nobody change it meanwhile: {reason}"
    ),
    Kind.GONE: Phrase("the shop no longer lets this listing be changed: {reason}"),
    Kind.UNSEARCHABLE: Phrase("{host} cannot search by SKU: {reason}"),
}
_NOT_AUTHORIZED = frozenset({Kind.EXPIRED, Kind.CONSENT, Kind.CONSOLE, Kind.KEY, Kind.CLOCK})
_LOST = frozenset({Kind.BUSY, Kind.DUPLICATE})
_LOCKED = frozenset({Kind.PROMOTION, Kind.REVIEW})
_REJECTED: Mapping[Kind, type[Rejected]] = {
    Kind.GONE: Gone,
    Kind.UNSEARCHABLE: Unsearchable,
}


class _Said(BaseModel):
    """The envelope that only the service itself writes: whoever stands before it gives no id."""

    error: str
    message: str | None = None
    request_id: str


def verdict(answer: Answer, clock: Callable[[], datetime]) -> ChannelError | None:
    """Return what an answer means; None for a success, or where its status says all.

    Args:
        clock: Tells how long it is until the daily quota begins anew.
    """
    if answer.status >= 500 or answer.status in (408, 429) or 300 <= answer.status < 400:
        return None
    try:
        said = answer.parse(_Said)
    except ChannelError as unreadable:
        return unreadable
    if not said.error:
        return None if answer.status < 300 else answer.unreadable()
    code, text = said.error.rpartition(".")[2], said.message or ""
    kind = _kind(code, text, answer.effect)
    if kind is None and answer.status in (401, 403):
        return None  # of an unknown code the status says more
    if kind is Kind.WINDOW:
        return paused(answer, answer.wait() or SHORT_PAUSE)
    if kind is Kind.QUOTA:
        return paused(answer, _until_midnight(clock()))
    return _error(kind or Kind.CONTENT, answer, text or said.error)


def refusal(answer: Answer, reason: str) -> ChannelError:
    """Return what it means that one entry of a list failed in an answer that is a success.

    Words that are not known end what nobody sees; of what the public sees they prove nothing.
    """
    kind = _first(_REASONS, reason)
    error = _error(kind or Kind.CONTENT, answer, reason)
    if kind is None and answer.effect is Effect.PUBLISH:
        return Unclear(error.phrase)
    return error


def _kind(code: str, text: str, effect: Effect) -> Kind | None:
    by_text = _first(_TEXTS.get(code, ()), text)
    if by_text is None and code == "error_param" and effect is Effect.READ:
        by_text = Kind.GONE if _NOWHERE.search(text) else None
    return by_text or _KINDS.get(code)


def _first(table: Sequence[tuple[str, Kind]], text: str) -> Kind | None:
    small = text.lower()
    return next((kind for pattern, kind in table if re.search(pattern, small)), None)


def _error(kind: Kind, answer: Answer, reason: str) -> ChannelError:
    phrase = Phrase(_WORDS[kind].text, host=answer.host, reason=_plain(answer, reason))
    if kind in _LOST:
        return answer.effect.lost(phrase)
    if kind in _LOCKED:
        return Locked(phrase, after=LOCKED_PAUSE)
    if kind in _NOT_AUTHORIZED:
        return Unwilling(phrase) if kind is Kind.CONSENT else NotAuthorized(phrase)
    return _REJECTED.get(kind, Rejected)(phrase)


def _until_midnight(now: datetime) -> timedelta:
    local = now.astimezone(QUOTA_ZONE)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return midnight - local


def _plain(answer: Answer, text: str) -> str:
    """Return the service's words as they may be shown."""
    for secret in answer.secrets:
        text = text.replace(secret, "…")
    plain = re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", unicodedata.normalize("NFC", text))
    return plain.strip()[:REASON_LENGTH]
