"""Live campaigns made ready for evaluating: compiled, indexed, one copy per version and process."""
