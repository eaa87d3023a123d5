"""Channels by which a shop ships, and whether an item may use them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from promoter.sandbox.shopee.reply import Call, Refusal, Reply

BY_SIZE, BY_CHOICE, BY_FEE = "SIZE_INPUT", "SIZE_SELECTION", "CUSTOM_PRICE"


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel.

    Attributes:
        enabled: Whether the shop uses it.
        mask: 0 for one that buyers choose; else the id of the one that this one fulfils.
        fee_type: What the fee is reckoned from.
        heaviest: In kg, 0 for no limit.
        longest: Of each side, in cm, 0 for no limit.
        sizes: Ids to choose from.
    """

    id: int
    name: str
    enabled: bool
    mask: int = 0
    fee_type: str = BY_SIZE
    heaviest: float = 30.0
    longest: int = 100
    sizes: tuple[int, ...] = ()


FAST, ECONOMY, INSTANT, BULKY, OWN, CARRIER = 50021, 50022, 50023, 50024, 50025, 50010

CHANNELS: Mapping[int, Channel] = {
    channel.id: channel
    for channel in (
        Channel(FAST, "Nhanh", enabled=True),
        Channel(ECONOMY, "Tiết kiệm", enabled=True, heaviest=20.0),
        Channel(INSTANT, "Hỏa tốc", enabled=False, heaviest=10.0, longest=60),
        Channel(BULKY, "Cồng kềnh", enabled=True, fee_type=BY_CHOICE, heaviest=0, sizes=(1, 2)),
        Channel(OWN, "Người bán tự giao", enabled=True, fee_type=BY_FEE, heaviest=0, longest=0),
        Channel(CARRIER, "SPX Express", enabled=True, mask=FAST),
    )
}


def channels(call: Call) -> Reply:
    """Return the channels of a shop; all shops have the same."""
    return Reply({"logistics_channel_list": [_shown(one) for one in CHANNELS.values()]})


def check(item: Mapping[str, Any]) -> None:
    """Check the channels that an item is to be shipped by.

    Raises:
        Refusal: One cannot be used, or none is.
    """
    used = [entry for entry in item["logistic_info"] if entry["enabled"]]
    if not used:
        raise _refused("at least one channel must be enabled")
    for entry in item["logistic_info"]:
        if entry["logistic_id"] not in CHANNELS:
            raise _refused(f"channel {entry['logistic_id']} is not found")
    for entry in used:
        channel = CHANNELS[entry["logistic_id"]]
        _check_use(channel, entry)
        _check_size(channel, item)


def _check_use(channel: Channel, entry: Mapping[str, Any]) -> None:
    if channel.mask or not channel.enabled:
        raise _refused(f"channel {channel.id} is not enabled for the shop")
    if channel.fee_type == BY_CHOICE and entry.get("size_id") not in channel.sizes:
        raise _refused(f"channel {channel.id} needs a size_id")
    if channel.fee_type == BY_FEE and entry.get("shipping_fee") is None:
        raise _refused(f"channel {channel.id} needs a shipping_fee")


def _check_size(channel: Channel, item: Mapping[str, Any]) -> None:
    if channel.heaviest and item["weight"] > channel.heaviest:
        raise _refused(f"channel {channel.id} takes at most {channel.heaviest} kg")
    if channel.longest and max(item["dimension"].values()) > channel.longest:
        raise _refused(f"channel {channel.id} takes at most {channel.longest} cm")


def _refused(reason: str) -> Refusal:
    return Refusal("product.error_invalid_logistic_info", f"invalid logistic info , {reason}")


def _shown(channel: Channel) -> dict[str, Any]:
    side = channel.longest
    return {
        "logistics_channel_id": channel.id,
        "logistics_channel_name": channel.name,
        "cod_enabled": True,
        "enabled": channel.enabled,
        "fee_type": channel.fee_type,
        "size_list": [
            {"size_id": str(size), "name": f"Cỡ {size}", "default_price": 40_000.0 * size}
            for size in channel.sizes
        ],
        "weight_limit": {"item_max_weight": channel.heaviest, "item_min_weight": 0},
        "item_max_dimension": {
            "height": side,
            "width": side,
            "length": side,
            "unit": "cm",
            "dimension_sum": 0,
        },
        "volume_limit": {"item_max_volume": 0, "item_min_volume": 0},
        "logistics_description": "",
        "force_enable": False,
        "mask_channel_id": channel.mask,
        "block_seller_cover_shipping_fee": False,
        "support_cross_border": False,
        "seller_logistic_has_configuration": None,
        "logistics_capability": {"seller_logistics": channel.id == OWN},
        "preprint": False,
    }
