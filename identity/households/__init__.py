"""Who lives together."""
