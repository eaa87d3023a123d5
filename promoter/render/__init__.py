"""Touches templates and pixels."""
