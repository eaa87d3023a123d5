"""Stand-in of the Shopee Open Platform v2, region VN: contract from documentation, unverified
against the live service.

Where the documentation leaves two answers open, the one that is harder on its client is given:
ids of pictures that failed stand in a success, deleted items still turn up in a search, links in
a description are refused. Fields of an item that promoter never sends (videos, wholesale, models,
scheduled publication) are refused like unknown ones.
"""

from promoter.sandbox.shopee.stand import HOSTS, Stand

__all__ = ["HOSTS", "Stand"]
