"""Product and stock feeds, as shops have them for others: Google's product feed, and CSV of any shape."""
