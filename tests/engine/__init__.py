"""Tests of promoter.engine."""
