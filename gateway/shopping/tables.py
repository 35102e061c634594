"""What was said last."""

from sqlalchemy import Column, DateTime, Table, Text

from gateway.metadata import metadata

newest = Table(
    "newest",
    metadata,
    Column("source", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    comment="when the newest word about something came from a source, so that an older one does not undo it",
)
