"""What campaigns' holdouts and variants prove: who was dealt which arm, and what they bought since."""
