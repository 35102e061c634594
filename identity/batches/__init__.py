"""Deliveries of many records under one name, and taking them back."""
