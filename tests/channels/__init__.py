"""Tests of promoter.channels."""
