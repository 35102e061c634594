"""What sources say about shoppers: put, get, delete."""

from datetime import datetime

from sqlalchemy.engine import Connection

from identity.answers import PutResult, RecordView
from identity.context import Context
from identity.submission import Submission


def put(connection: Connection, ctx: Context, submission: Submission, *, now: datetime) -> PutResult:
    """Stores what a source says and brings the partition up to date.

    Raises UnknownSourceError, InvalidRecordError, SuppressedError (the shopper was erased and has not come back).
    """
    raise NotImplementedError


def get(connection: Connection, ctx: Context, source: str, key: str) -> RecordView:
    """The newest generation of a record. Raises UnknownRecordError, ErasedError."""
    raise NotImplementedError


def delete(connection: Connection, ctx: Context, source: str, key: str, *, now: datetime) -> None:
    """Takes a record away and leaves a tombstone; nothing happens when it is gone already.

    Raises UnknownRecordError.
    """
    raise NotImplementedError
