"""shopee: listings in a shop, by the Open Platform v2 (region VN; documentation of August 2026)."""

from promoter.channels.shopee.channel import LEFTOVER, Config, connect
from promoter.channels.shopee.content import LIMITS

__all__ = ["LEFTOVER", "LIMITS", "Config", "connect"]
