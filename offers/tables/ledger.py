"""The ledger: what was reserved and redeemed, and what is left.

Invariant, proved by `capacity_taken_check` and by a test's sums: `capacity.taken` is the sum of the units of
the row's holds and claims, `capacity.over` the sum of its claims' over, and `taken` never leaves 0..cap.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from offers.tables.metadata import metadata
from offers.tables.shop import store

_ZERO = text("0")

capacity = Table(
    "capacity",
    metadata,
    Column("capacity_no", BigInteger, Identity(always=True), primary_key=True),
    Column("campaign_no", BigInteger, nullable=False),
    # `limits.Kind`. Locks are taken in the order (kind, capacity_no): the rows everybody wants come last and
    # are held shortest.
    Column("kind", SmallInteger, nullable=False),
    # The store's number, the budget's currency; empty for none. A limit per store and day has a row of
    # neither, which takes nothing: the pattern for the rows of each store and day.
    Column("subject", Text, nullable=False, server_default=""),
    # The business day, for limits a day.
    Column("bucket", Text, nullable=False, server_default=""),
    Column("cap", BigInteger, nullable=False),
    Column("taken", BigInteger, nullable=False, server_default=_ZERO),
    # Facts that found no room: late and offline commits. Never counted in `taken`.
    Column("over", BigInteger, nullable=False, server_default=_ZERO),
    # What the last take got: the only way for one UPDATE to return it.
    Column("got", BigInteger, nullable=False, server_default=_ZERO),
    CheckConstraint("taken BETWEEN 0 AND cap", name="taken"),
    CheckConstraint("over >= 0", name="over"),
    UniqueConstraint("campaign_no", "kind", "subject", "bucket"),
    postgresql_with={"fillfactor": "50"},
)
redemption = Table(
    "redemption",
    metadata,
    Column("redemption_no", BigInteger, Identity(always=True), primary_key=True),
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("store_no", BigInteger, ForeignKey(store.c.store_no), nullable=False),
    Column("terminal", Text, nullable=False),
    Column("business_day", Date, nullable=False),
    Column("number", Text, nullable=False),
    # The highest revision that was reserved or voided.
    Column("revision", Integer, nullable=False),
    # `expired` is not stored: it is `reserved` after `expires_at`.
    Column("state", Text, nullable=False),
    Column("decision", UUID(as_uuid=True)),
    Column("price_time", DateTime(timezone=True)),
    # The record the shopper showed: what per-person limits count by.
    Column("record_no", BigInteger),
    Column("expires_at", DateTime(timezone=True)),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    # Why a person should look at it: `late`, `offline`, `clock`, `over_limit`, ...
    Column("flags", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    UniqueConstraint("id"),
    UniqueConstraint("store_no", "terminal", "business_day", "number"),
    CheckConstraint("state IN ('reserved', 'committed', 'voided', 'reversed')", name="state"),
    CheckConstraint("state <> 'reserved' OR expires_at IS NOT NULL", name="expires_at"),
    # The day's report.
    Index(None, "business_day", "store_no"),
    postgresql_with={"fillfactor": "80"},
)

redemption_call = Table(
    "redemption_call",
    metadata,
    Column("redemption_no", BigInteger, ForeignKey(redemption.c.redemption_no), primary_key=True),
    Column("operation", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    # sha-256 of what was asked: the same again gets the first answer, other content a conflict.
    Column("digest", LargeBinary, nullable=False),
    Column("answer", JSON, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    CheckConstraint("operation IN ('reserve', 'commit', 'void', 'reverse')", name="operation"),
)

redemption_item = Table(
    "redemption_item",
    metadata,
    Column("redemption_no", BigInteger, ForeignKey(redemption.c.redemption_no), primary_key=True),
    Column("item", SmallInteger, primary_key=True, autoincrement=False),
    Column("campaign_no", BigInteger, nullable=False),
    Column("offer", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("record_no", BigInteger),
    Column("quantity_milli", BigInteger, nullable=False),
    # 1 on the first granted item of its campaign, else 0: the sum is the number of uses.
    Column("uses", SmallInteger, nullable=False),
    Column("desired_minor", BigInteger, nullable=False),
    Column("granted_minor", BigInteger, nullable=False),
    # What the amounts are: of the basket's currency, or points earned.
    Column("unit", Text, nullable=False, server_default="money"),
    # How much of it came back with the goods.
    Column("returned_minor", BigInteger, nullable=False, server_default=_ZERO),
    Column("over_limit", Boolean, nullable=False, server_default=text("false")),
    Column("reason", Text),
    Column("state", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    # When the use counts: the start of every frequency window.
    Column("used_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("granted_minor BETWEEN 0 AND desired_minor", name="granted"),
    CheckConstraint("returned_minor BETWEEN 0 AND granted_minor", name="returned"),
    CheckConstraint("unit IN ('money', 'points')", name="unit"),
    CheckConstraint("uses IN (0, 1)", name="uses"),
    CheckConstraint(
        "state IN ('reserved', 'committed', 'voided', 'reversed', 'returned', 'refused', 'replaced')",
        name="state",
    ),
    # Each use once, with what a frequency window asks: read by every query of a known shopper.
    Index(
        "redemption_item_record_no_idx",
        "record_no",
        postgresql_where=text("uses > 0 AND record_no IS NOT NULL"),
    ),
    postgresql_with={"fillfactor": "80"},
)

# Both by redemption and limit: a use is one transaction that the campaign touched, however many lines.
# No foreign key to `capacity`: it would lock the hottest row once more for every use of it.
hold = Table(
    "hold",
    metadata,
    Column("redemption_no", BigInteger, primary_key=True, autoincrement=False),
    Column("capacity_no", BigInteger, primary_key=True, autoincrement=False),
    Column("units", BigInteger, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("units > 0", name="units"),
    # Who needs room finds the expired holds of that row here.
    Index(None, "capacity_no", "expires_at"),
)

claim = Table(
    "claim",
    metadata,
    Column("redemption_no", BigInteger, primary_key=True, autoincrement=False),
    Column("capacity_no", BigInteger, primary_key=True, autoincrement=False),
    Column("taken", BigInteger, nullable=False),
    Column("over", BigInteger, nullable=False),
    CheckConstraint("taken >= 0 AND over >= 0 AND taken + over > 0", name="units"),
)

reconciliation = Table(
    "reconciliation",
    metadata,
    Column("reconciliation_no", BigInteger, Identity(always=True), primary_key=True),
    Column("store_no", BigInteger, ForeignKey(store.c.store_no), nullable=False),
    Column("terminal", Text, nullable=False),
    Column("business_day", Date, nullable=False),
    Column("number", Text, nullable=False),
    Column("reason", Text, nullable=False),
    # What came, beside what is stored: never dropped.
    Column("content", JSON, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    # A till repeats itself: the same refused content is one row.
    UniqueConstraint("store_no", "terminal", "business_day", "number", "digest"),
)
