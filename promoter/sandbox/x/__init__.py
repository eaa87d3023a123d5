"""A stand-in of X: the few endpoints of its API v2 that promoter calls, and nothing kinder."""

from promoter.sandbox.x.stand import HOSTS, Stand

__all__ = ["HOSTS", "Stand"]
