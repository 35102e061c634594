"""Offers to take along as a code."""
