"""facebook: posts of a Page; hidden drafts first, where the Page can publish them."""

from promoter.channels.facebook.channel import LIMITS, Config, connect

__all__ = ["LIMITS", "Config", "connect"]
