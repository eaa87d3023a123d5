"""Tests of the channel shopee."""
