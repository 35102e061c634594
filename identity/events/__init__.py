"""What happened, and whose it is."""
