"""Pausing a source that joins more than it should."""
