"""What shoppers decide: consent, erasure, and that an erased shopper stays erased."""
