"""What the stores taught us about a person, for the shop's own pages: no prices are promised here."""
