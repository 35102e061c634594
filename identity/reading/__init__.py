"""What others may read: lookup, profiles, the till's shopper, the change feed."""
