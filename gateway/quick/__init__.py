"""A till's quick way: connections kept at hand, questions asked together, answers without ceremony."""
