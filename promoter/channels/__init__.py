"""Touches services: every file here is one channel."""
