"""Personal values turned into digests, envelopes and signed tokens."""
