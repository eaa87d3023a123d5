"""The service: the steps on a schedule."""
