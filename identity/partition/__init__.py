"""Which records are one person: the pure partition, and what keeps the database equal to it."""
