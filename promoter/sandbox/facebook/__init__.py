"""Stand-in of Facebook's Graph API v26.0, as far as a Page's publisher needs it.

Written from documentation: nothing here was tried on the real service.
"""

from promoter.sandbox.facebook.stand import HOSTS, Stand

__all__ = ["HOSTS", "Stand"]
