"""What all processes of the gateway have in common: locks, logs, memory, rank, and how they end."""
