"""facebook: posts of a Page; hidden drafts first, where the Page can publish them."""

from promoter.channels.facebook.channel import API_ENDS, LIMITS, Config, connect

__all__ = ["API_ENDS", "LIMITS", "Config", "connect"]
