"""Tests of promoter.cli."""
