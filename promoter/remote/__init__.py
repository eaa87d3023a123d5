"""What adapters share: the HTTP edge, the only place where bytes leave."""
