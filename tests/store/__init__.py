"""Tests of promoter.store."""
