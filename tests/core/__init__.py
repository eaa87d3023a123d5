"""Tests of promoter.core."""
