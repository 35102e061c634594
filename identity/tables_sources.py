"""Tables of what sources deliver: batches and what they replaced, and how often records of a source join."""

import sqlalchemy as sa

from identity.schema import MOMENT, metadata, moment, number, numbered, text

batch = sa.Table(
    "batch",
    metadata,
    numbered("batch_no"),
    text("name"),
    text("author"),
    moment("opened_at"),
    sa.Column("rolled_back_at", MOMENT),  # when it was asked for; the queue does it
    sa.Column("rolled_back_by", sa.Text),
    sa.PrimaryKeyConstraint("batch_no", name="pk_batch"),
    sa.UniqueConstraint("name", name="uq_batch_name"),
    sa.CheckConstraint("(rolled_back_at is null) = (rolled_back_by is null)", name="rolled_back"),
)

replaced = sa.Table(
    "replaced",
    metadata,
    text("batch"),
    number("record_no"),
    sa.Column("stub", sa.Boolean, nullable=False),
    sa.Column("content", sa.Uuid),
    sa.Column("sealed", sa.LargeBinary, nullable=False),  # what the record said before the batch
    sa.Column("batch_before", sa.Text),
    moment("observed_at"),
    sa.PrimaryKeyConstraint("batch", "record_no", name="pk_replaced"),
)
sa.Index("ix_replaced_record_no", replaced.c.record_no)

tally = sa.Table(
    "tally",
    metadata,
    numbered("tally_no"),
    text("source"),
    sa.Column("joins", sa.Integer, nullable=False),
    sa.Column("generics", sa.Integer, nullable=False),
    moment("at"),
    sa.PrimaryKeyConstraint("tally_no", name="pk_tally"),
)

watched = sa.Table(
    "watched",
    metadata,
    text("source"),
    sa.Column("records", sa.Float, nullable=False),  # the baseline: sums that fade
    sa.Column("joins", sa.Float, nullable=False),
    sa.Column("generics", sa.Float, nullable=False),
    sa.Column("paused_at", MOMENT),
    sa.Column("paused_by", sa.Text),
    sa.Column("reason", sa.Text),
    sa.PrimaryKeyConstraint("source", name="pk_watched"),
    sa.CheckConstraint("(paused_at is null) = (paused_by is null)", name="paused"),
)
