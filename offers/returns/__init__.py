"""What is brought back: how much of the price is due, and what of the offers comes free again."""
