"""promoter: digital promotion of a province's OCOP products."""

from pathlib import Path

CATALOGS = Path(__file__).parent / "locales"
"""The gettext catalogues."""
