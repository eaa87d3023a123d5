"""Measurements against rivals and floors, each run by hand."""
