"""Segments, what was done to them, and the traits of people they are filled from."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from offers.tables.metadata import metadata

segment = Table(
    "segment",
    metadata,
    Column("segment_no", BigInteger, Identity(always=True), primary_key=True),
    Column("id", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("is_live", Boolean, nullable=False, server_default=text("true")),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("id"),
)

segment_change = Table(
    "segment_change",
    metadata,
    Column("change_no", BigInteger, Identity(always=True), primary_key=True),
    Column("segment_no", BigInteger, ForeignKey(segment.c.segment_no), nullable=False),
    Column("action", Text, nullable=False),
    Column("content", JSONB),
    Column("author", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    CheckConstraint("action IN ('apply', 'end')", name="action"),
    Index(None, "segment_no", "change_no"),
)

# One row a profile, under the number of its oldest record: made anew as the sweep passes, so nothing is lost
# with it.
trait = Table(
    "trait",
    metadata,
    Column("record_no", BigInteger, primary_key=True, autoincrement=False),
    Column("segments", ARRAY(Text), nullable=False),
    Column("region", Text),
    Column("attributes", JSONB, nullable=False),
    Column("consents", ARRAY(Text), nullable=False),
    Column("last_visit_at_s", BigInteger),
    Column("events", JSONB, nullable=False),
    Column("filled_at", DateTime(timezone=True), nullable=False),
    Index("trait_segments_idx", "segments", postgresql_using="gin"),
)

# How far the sweep over all profiles has come; the row is its lock.
sweep = Table(
    "sweep",
    metadata,
    Column("single", Boolean, primary_key=True, server_default=text("true")),
    Column("after_no", BigInteger, nullable=False, server_default=text("0")),
    Column("finished_at", DateTime(timezone=True)),
    CheckConstraint("single", name="one_row"),
)
