"""x: posts on X by its API v2, signed with the four keys of OAuth 1.0a."""

from promoter.channels.x.channel import LEFTOVER, LIMITS, Config, connect

__all__ = ["LEFTOVER", "LIMITS", "Config", "connect"]
