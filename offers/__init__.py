"""What may this person have? Campaigns, decisions and redemptions. Knows no HTTP and no identity."""
