"""What a till may give while it is alone: which campaigns can be told in one line of a basket."""
