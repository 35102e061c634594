"""Who is this? Records, identifiers and the profiles they add up to. Knows no HTTP and no offers."""
