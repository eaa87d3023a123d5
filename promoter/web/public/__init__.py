"""The public site: pages, feeds and pictures for buyers, producers and whoever is curious."""
