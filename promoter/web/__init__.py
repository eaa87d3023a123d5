"""Web pages: the public site, the showcase, short links."""
