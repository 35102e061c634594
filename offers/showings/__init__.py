"""What was shown to a person again and again without her taking it, and rests for a while."""
