"""Segments: named rules that fill themselves, and the traits of people that rules are asked of."""
