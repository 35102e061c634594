"""What can go wrong around the embedded server."""


class PostgresError(Exception):
    """The embedded PostgreSQL server cannot be used; the message says why and what to do."""
