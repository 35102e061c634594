"""What shoppers want: interests by record, and the short list that queries read."""
