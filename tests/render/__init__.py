"""Tests of promoter.render."""
