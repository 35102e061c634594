"""Campaigns tried before they go live: what to know of them, and what they would have given."""
