"""Loading files into the gateway: the same code as putting each record, resumable, nothing twice."""
