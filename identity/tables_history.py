"""Tables of what happened: events and whose they are, sign-ins, mentions, memberships and the change feed.

Invariant: rows are appended. Only an event's owner (journaled in `event_move`), an erased body and a change's
position are ever written again.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from identity.schema import JSONB, metadata, moment, number, numbered, text

event_numbers = sa.Sequence("event_no", metadata=metadata, schema="identity")

event = sa.Table(
    "event",
    metadata,
    moment("occurred_at"),
    number("event_no"),
    number("record_no"),
    text("kind"),
    text("channel"),
    text("source"),
    sa.Column("proof", sa.SmallInteger, nullable=False),
    sa.Column("sealed", sa.LargeBinary),  # the body; gone when erased
    moment("received_at"),
    sa.PrimaryKeyConstraint("occurred_at", "event_no", name="pk_event"),
    sa.CheckConstraint("channel in ('online', 'store')", name="channel"),
    postgresql_partition_by="RANGE (occurred_at)",
)
sa.Index("ix_event_record_no", event.c.record_no, event.c.occurred_at, event.c.event_no)

event_receipt = sa.Table(
    "event_receipt",
    metadata,
    sa.Column("digest", sa.Uuid, nullable=False),  # of (source, message id)
    moment("occurred_at"),
    number("event_no"),
    sa.PrimaryKeyConstraint("digest", name="pk_event_receipt"),
)

event_move = sa.Table(
    "event_move",
    metadata,
    numbered("move_no"),
    moment("occurred_at"),
    number("event_no"),
    number("from_no"),
    number("to_no"),
    text("cause"),
    moment("moved_at"),
    sa.PrimaryKeyConstraint("move_no", name="pk_event_move"),
)
sa.Index("ix_event_move_event", event_move.c.event_no)

sign_in = sa.Table(
    "sign_in",
    metadata,
    number("device"),
    moment("at"),
    number("account"),
    text("source"),
    sa.Column("sealed", sa.LargeBinary, nullable=False),  # the account: its stretch may be bound later
    sa.PrimaryKeyConstraint("device", "at", "account", name="pk_sign_in"),
)
sa.Index("ix_sign_in_account", sign_in.c.account)  # for whom it is to be forgotten

mention = sa.Table(
    "mention",
    metadata,
    number("record_no"),
    number("digest"),
    sa.Column("type", sa.SmallInteger, nullable=False),
    sa.Column("days", pg.ARRAY(sa.Date), nullable=False),
    sa.PrimaryKeyConstraint("record_no", "digest", name="pk_mention"),
)

change = sa.Table(
    "change",
    metadata,
    numbered("seq"),
    sa.Column("position", sa.BigInteger),
    text("kind"),
    sa.Column("profile", sa.Uuid, nullable=False),
    sa.Column("body", JSONB, nullable=False),
    moment("at"),
    sa.PrimaryKeyConstraint("seq", name="pk_change"),
    sa.UniqueConstraint("position", name="uq_change_position"),
    postgresql_with={"fillfactor": "80"},
)
sa.Index("ix_change_unnumbered", change.c.seq, postgresql_where=change.c.position.is_(None))

feed = sa.Table(
    "feed",
    metadata,
    sa.Column("feed_no", sa.SmallInteger, nullable=False, autoincrement=False),
    number("position"),  # the last one given out; whoever holds this row's lock is the numberer
    sa.PrimaryKeyConstraint("feed_no", name="pk_feed"),
    sa.CheckConstraint("feed_no = 1", name="one_row"),
)
