"""Where the two domains meet: a shopper's query, visit and receipt, each one use case."""
