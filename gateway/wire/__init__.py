"""What goes over the wire: bodies, problems, idempotency, the OpenAPI document."""
