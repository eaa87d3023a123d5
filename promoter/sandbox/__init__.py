"""Stand-ins of the channels' services on this machine; nothing here knows the rest of promoter."""
