"""What a till's program must know about. No network is none of it: that is how tills live."""


class ClientError(Exception):
    """Something only a person can mend."""


class JournalDamagedError(ClientError):
    """The journal holds a record that is not what was written, before its end: the disk lies."""


class JournalFullError(ClientError):
    """The journal has no room for what it must keep; forward it, or make it larger."""


class RefusedError(ClientError):
    """The gateway refused this till, not this sale: its key is wrong or may not speak for the store."""
