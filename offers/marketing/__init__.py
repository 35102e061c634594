"""Campaigns as marketers write, check, change and stop them."""
