"""What can be wrong with files that are to be joined. A docstring is the message."""

from identity.errors import IdentityError


class BulkError(IdentityError):
    """The files cannot be joined."""


class MappingError(BulkError):
    """The mapping of columns to attributes is not valid."""


class FileError(BulkError):
    """A file cannot be read."""
