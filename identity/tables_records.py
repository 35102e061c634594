"""Tables of records, what they add up to, and what people decided about them.

What is true is in `record`, `identifier`, `consent` and `judgement`; `member`, `profile` and `review` are
derived by the partition and could be computed again.

Invariant: every live record has exactly one `member` row. Pieces, persons and profiles are numbered by the
member with the least id, so a profile's id is a record's id and no label ever has to be handed out.
"""

import sqlalchemy as sa

from identity.schema import JSONB, MOMENT, NUMBERS, metadata, moment, number, numbered, text

record = sa.Table(
    "record",
    metadata,
    numbered("record_no", always=False),  # taken before the row is written
    sa.Column("id", sa.Uuid, nullable=False),
    text("source"),
    text("key"),  # a fingerprint once the record is erased
    sa.Column("generation", sa.Integer, nullable=False),
    text("channel"),
    sa.Column("stub", sa.Boolean, nullable=False),
    sa.Column("judged", sa.Boolean, nullable=False),  # whether a live judgement names it
    sa.Column("keys", NUMBERS, nullable=False),  # the digests it posts: what a delete takes away
    sa.Column("content", sa.Uuid),  # of the last submission, so that the same one again costs next to nothing
    sa.Column("sealed", sa.LargeBinary),  # attributes and identifiers; gone when deleted or erased
    sa.Column("batch", sa.Text),
    sa.Column("model_no", sa.BigInteger, nullable=False),  # whose blocking keys it posts
    sa.Column("household", sa.BigInteger),  # the digest of surname and address
    moment("observed_at"),
    moment("created_at"),
    moment("changed_at"),
    sa.Column("deleted_at", MOMENT),
    sa.Column("erased_at", MOMENT),
    # Who stands for a deleted record: a live one of its person, or the one that was deleted last.
    sa.Column("forward_no", sa.BigInteger),
    sa.PrimaryKeyConstraint("record_no", name="pk_record"),
    sa.UniqueConstraint("id", name="uq_record_id"),
    sa.UniqueConstraint("source", "key", "generation", name="uq_record_source_key_generation"),
    sa.CheckConstraint("channel in ('online', 'store')", name="channel"),
    sa.CheckConstraint("generation > 0", name="generation"),
    sa.CheckConstraint("(sealed is null) = (deleted_at is not null or erased_at is not null)", name="sealed"),
    sa.CheckConstraint("sealed is not null or keys = '{}'", name="gone_posts_nothing"),
    sa.CheckConstraint("erased_at is null or forward_no is null", name="erased_forwards_nowhere"),
    postgresql_with={"fillfactor": "90"},
)
sa.Index("ix_record_forward_no", record.c.forward_no, postgresql_where=record.c.forward_no.isnot(None))
sa.Index("ix_record_household", record.c.household, postgresql_where=record.c.household.isnot(None))
sa.Index("ix_record_batch", record.c.batch, postgresql_where=record.c.batch.isnot(None))

identifier = sa.Table(
    "identifier",
    metadata,
    number("digest"),
    number("record_no"),
    sa.Column("type", sa.SmallInteger, nullable=False),  # the policy's code
    sa.Column("assurance", sa.SmallInteger, nullable=False),
    sa.Column("token", sa.Integer, nullable=False),  # stands for the record's name, or for itself
    sa.Column("valid_from", MOMENT),
    sa.Column("valid_to", MOMENT),
    sa.PrimaryKeyConstraint(
        "digest",
        "record_no",
        name="pk_identifier",
        postgresql_include=["type", "assurance", "token", "valid_from", "valid_to"],
    ),
    # Asserted values are not even posted.
    sa.CheckConstraint("assurance between 1 and 4", name="assurance"),
)

block_key = sa.Table(
    "block_key",
    metadata,
    number("digest"),
    number("record_no"),
    sa.Column("token", sa.Integer, nullable=False),
    sa.PrimaryKeyConstraint("digest", "record_no", name="pk_block_key", postgresql_include=["token"]),
)

member = sa.Table(
    "member",
    metadata,
    number("record_no"),
    number("piece_no"),
    number("person_no"),
    number("profile_no"),
    sa.Column("level", sa.SmallInteger, nullable=False),  # how many kinds of links its piece had to give up
    sa.Column("links", NUMBERS),  # to lesser numbers of its piece (`partition.memory`)
    sa.PrimaryKeyConstraint("record_no", name="pk_member"),
    postgresql_with={"fillfactor": "90"},
)
sa.Index("ix_member_piece_no", member.c.piece_no, member.c.record_no)

profile = sa.Table(
    "profile",
    metadata,
    number("profile_no"),
    sa.Column("id", sa.Uuid, nullable=False),
    number("person_no"),
    sa.Column("members", NUMBERS, nullable=False),
    sa.Column("limit_members", NUMBERS),  # what limits are counted on, when that is more than `members`
    sa.Column("channel", sa.Text),  # null when the person is shown whole
    sa.Column("personal", sa.Boolean, nullable=False),
    sa.Column("staff", sa.Boolean, nullable=False),
    sa.Column("tier", sa.Text),
    sa.PrimaryKeyConstraint("profile_no", name="pk_profile"),
    sa.UniqueConstraint("id", name="uq_profile_id"),
    sa.CheckConstraint("cardinality(members) > 0", name="members"),
    sa.CheckConstraint("channel in ('online', 'store')", name="channel"),
    postgresql_with={"fillfactor": "70"},
)

membership = sa.Table(
    "membership",
    metadata,
    number("record_no"),
    moment("since"),
    numbered("membership_no"),
    sa.Column("person_no", sa.BigInteger),  # null: the record belonged to nobody from here on
    sa.Column("profile_no", sa.BigInteger),
    sa.PrimaryKeyConstraint("record_no", "since", "membership_no", name="pk_membership"),
    sa.CheckConstraint("(person_no is null) = (profile_no is null)", name="nobody"),
)

sa.Index("ix_membership_profile_no", membership.c.profile_no)

consent = sa.Table(
    "consent",
    metadata,
    numbered("consent_no"),
    number("record_no"),
    text("purpose"),
    sa.Column("granted", sa.Boolean, nullable=False),
    moment("at"),
    sa.Column("proof", sa.SmallInteger, nullable=False),
    sa.Column("sealed", sa.LargeBinary),  # the evidence
    moment("received_at"),
    sa.PrimaryKeyConstraint("consent_no", name="pk_consent"),
    sa.UniqueConstraint("record_no", "purpose", "at", "granted", name="uq_consent_statement"),
    sa.CheckConstraint("proof between 1 and 4", name="proof"),
    sa.CheckConstraint("purpose ~ '^[a-z][a-z0-9_]*$'", name="purpose"),
)

judgement = sa.Table(
    "judgement",
    metadata,
    numbered("judgement_no"),
    sa.Column("left_nos", NUMBERS, nullable=False),
    sa.Column("right_nos", NUMBERS, nullable=False),
    sa.Column("pair", sa.Uuid, nullable=False),  # the two sets, whichever way round
    text("verdict"),
    text("reason"),
    text("author"),
    moment("at"),
    sa.Column("superseded_at", MOMENT),
    sa.PrimaryKeyConstraint("judgement_no", name="pk_judgement"),
    sa.CheckConstraint("verdict in ('same', 'different')", name="verdict"),
    sa.CheckConstraint("cardinality(left_nos) > 0 and cardinality(right_nos) > 0", name="sets"),
    sa.CheckConstraint("not left_nos && right_nos", name="disjoint"),
)
# One live decision a pair of sets; earlier ones stay as history.
sa.Index(
    "uq_judgement_live", judgement.c.pair, unique=True, postgresql_where=judgement.c.superseded_at.is_(None)
)

judged = sa.Table(
    "judged",
    metadata,
    number("record_no"),
    number("judgement_no"),
    sa.PrimaryKeyConstraint("record_no", "judgement_no", name="pk_judged"),
)

review = sa.Table(
    "review",
    metadata,
    numbered("review_no"),
    text("kind"),
    number("left_no"),
    number("right_no"),  # the other record, the digest of a key, or 0 when the item is about one record
    text("reason"),
    sa.Column("detail", JSONB, nullable=False),  # no personal values: types, classes and numbers only
    text("state"),
    moment("opened_at"),
    sa.Column("closed_at", MOMENT),
    sa.Column("closed_by", sa.Text),
    sa.PrimaryKeyConstraint("review_no", name="pk_review"),
    sa.CheckConstraint("state in ('open', 'decided', 'gone')", name="state"),
    sa.CheckConstraint("(state = 'open') = (closed_at is null)", name="closed"),
)
sa.Index(
    "uq_review_open",
    review.c.left_no,
    review.c.right_no,
    review.c.kind,
    unique=True,
    postgresql_where=review.c.state == "open",
)
sa.Index("ix_review_left_no", review.c.left_no, postgresql_where=review.c.state != "gone")
sa.Index("ix_review_right_no", review.c.right_no, postgresql_where=review.c.state != "gone")

suppression = sa.Table(
    "suppression",
    metadata,
    sa.Column("digest", sa.Uuid, nullable=False),
    moment("erased_at"),
    sa.Column("released_at", MOMENT),  # the shopper came back by her own will
    sa.PrimaryKeyConstraint("digest", name="pk_suppression"),
)

erasure = sa.Table(
    "erasure",
    metadata,
    numbered("erasure_no"),
    sa.Column("profile", sa.Uuid, nullable=False),
    sa.Column("records", sa.Integer, nullable=False),
    text("reason"),
    moment("at"),
    sa.PrimaryKeyConstraint("erasure_no", name="pk_erasure"),
)

model = sa.Table(
    "model",
    metadata,
    numbered("model_no"),
    text("version"),
    sa.Column("document", JSONB, nullable=False),
    moment("added_at"),
    sa.PrimaryKeyConstraint("model_no", name="pk_model"),
    sa.UniqueConstraint("version", name="uq_model_version"),
)

activation = sa.Table(
    "activation",
    metadata,
    numbered("activation_no"),
    number("model_no"),
    text("author"),
    moment("at"),
    sa.PrimaryKeyConstraint("activation_no", name="pk_activation"),
)

redo = sa.Table(
    "redo",
    metadata,
    numbered("redo_no"),
    text("kind"),
    number("subject"),
    text("reason"),
    moment("queued_at"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.PrimaryKeyConstraint("redo_no", name="pk_redo"),
    sa.CheckConstraint("kind in ('key', 'record', 'model', 'batch', 'source')", name="kind"),
)
