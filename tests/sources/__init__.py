"""Tests of the catalogue sources."""
