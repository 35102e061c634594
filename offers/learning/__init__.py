"""What logged decisions teach, once they are made: who was dealt which lot, and what was shown how often."""
