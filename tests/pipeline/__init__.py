"""Tests of promoter.pipeline."""
