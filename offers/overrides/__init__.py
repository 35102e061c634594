"""A marketer's word beside the formula: what screens show first, more often, or not at all."""
