"""What sources say about shoppers: records put, replaced and taken away under their locks."""
