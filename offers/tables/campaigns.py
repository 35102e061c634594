"""Campaigns: every version is kept, the state says which one is live, the catalogue row tells all processes.

Invariant: whoever changes what a query may see raises a version of `catalogue` in the same transaction.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from offers.tables.metadata import metadata

campaign = Table(
    "campaign",
    metadata,
    Column("campaign_no", BigInteger, Identity(always=True), primary_key=True),
    # What the marketer calls it in the file: stable over all versions.
    Column("id", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="draft"),
    # The newest version; a live or paused campaign serves `live_version`.
    Column("version", Integer, nullable=False, server_default="0"),
    Column("live_version", Integer),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("id"),
    CheckConstraint("state IN ('draft', 'live', 'paused', 'ended')", name="state"),
    CheckConstraint("state = 'draft' OR live_version IS NOT NULL", name="live_version"),
    Index("campaign_serving_idx", "campaign_no", postgresql_where=text("state IN ('live', 'paused')")),
)

campaign_version = Table(
    "campaign_version",
    metadata,
    Column("campaign_no", BigInteger, ForeignKey(campaign.c.campaign_no), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("content", JSONB, nullable=False),
    # sha-256 of the canonical content: applying the same file twice makes no version.
    Column("digest", LargeBinary, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

campaign_change = Table(
    "campaign_change",
    metadata,
    Column("change_no", BigInteger, Identity(always=True), primary_key=True),
    Column("campaign_no", BigInteger, ForeignKey(campaign.c.campaign_no), nullable=False),
    Column("action", Text, nullable=False),
    Column("version", Integer),
    # The catalogue version that shows it; with it the catalogue of any version can be put together again.
    Column("catalogue", BigInteger),
    Column("author", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("reason", Text),
    CheckConstraint("action IN ('apply', 'activate', 'pause', 'end')", name="action"),
    Index(None, "campaign_no", "change_no"),
)

catalogue = Table(
    "catalogue",
    metadata,
    Column("single", Boolean, primary_key=True, server_default=text("true")),
    Column("version", BigInteger, nullable=False),
    # Counts changes of products and stores apart, so that a price feed does not compile all campaigns again.
    Column("assortment_version", BigInteger, nullable=False),
    # What `stop` says, folded into the one row that every query reads anyway.
    Column("stopped_all", Boolean, nullable=False, server_default=text("false")),
    Column("stopped_stores", ARRAY(BigInteger), nullable=False, server_default=text("'{}'::bigint[]")),
    Column("stopped_campaigns", ARRAY(BigInteger), nullable=False, server_default=text("'{}'::bigint[]")),
    CheckConstraint("single", name="one_row"),
    postgresql_with={"fillfactor": "10"},
)

stop = Table(
    "stop",
    metadata,
    Column("stop_no", BigInteger, Identity(always=True), primary_key=True),
    Column("id", UUID(as_uuid=True), nullable=False, unique=True),
    Column("scope", Text, nullable=False),
    # The store's or the campaign's number, 0 for all.
    Column("subject", BigInteger, nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("lifted_by", Text),
    Column("lifted_at", DateTime(timezone=True)),
    CheckConstraint("scope IN ('all', 'store', 'campaign')", name="scope"),
    CheckConstraint("(scope = 'all') = (subject = 0)", name="subject"),
    Index("stop_standing_key", "scope", "subject", unique=True, postgresql_where=text("lifted_at IS NULL")),
)
