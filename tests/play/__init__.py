"""Tests of promoter.play."""
