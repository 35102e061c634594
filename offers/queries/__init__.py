"""Answering an offer query: what is read, what is answered, what a screen shows beside it."""
