"""Pins, boosts and bans: every word ever said, who said it and who took it back."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from offers.tables.metadata import metadata

override = Table(
    "override",
    metadata,
    Column("override_no", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("factor_bp", Integer, nullable=False),
    Column("until_at", DateTime(timezone=True)),
    Column("author", Text, nullable=False),
    Column("reason", Text),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("lifted_by", Text),
    Column("lifted_at", DateTime(timezone=True)),
    CheckConstraint("kind IN ('campaign', 'product')", name="kind"),
    CheckConstraint("action IN ('pin', 'boost', 'ban')", name="action"),
    CheckConstraint("factor_bp BETWEEN 1 AND 1000000", name="factor_bp"),
    Index(
        "override_standing_key", "kind", "subject", unique=True, postgresql_where=text("lifted_at IS NULL")
    ),
)
