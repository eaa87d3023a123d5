"""Does: each file is one step, from Context to what happened; steps talk only through the store."""
