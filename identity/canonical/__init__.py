"""What sources send, made canonical: values that compare, and the keys by which records find each other."""
