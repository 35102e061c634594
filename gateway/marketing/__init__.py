"""Campaigns tried before they go live."""
