"""Tests of promoter.sandbox."""
