"""Versions of the model that weighs pairs: stored, switched, and taken back."""
