"""What people look at and decide: reviews, judgements, explanations."""
