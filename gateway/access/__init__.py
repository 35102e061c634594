"""Who is calling: keys, scopes, limits, secrets."""
