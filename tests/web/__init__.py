"""Tests of promoter.web."""
