"""Tests of promoter.remote."""
