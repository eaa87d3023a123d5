"""Touches catalogues: every file here is one source."""
