"""Points: each lot as it was earned, what was spent of it, what a refund could not take back.

Invariant, proved by the checks: of a lot no more is spent and taken back than was earned. A balance is never
stored; it is what the lots have left, less what is owed.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    Table,
    Text,
    text,
)

from offers.tables.ledger import redemption
from offers.tables.metadata import metadata

_ZERO = text("0")

point_lot = Table(
    "point_lot",
    metadata,
    Column("lot_no", BigInteger, Identity(always=True), primary_key=True),
    # Whose: the record that the sale was booked on. Belongs to identity; NULL once it is erased.
    Column("record_no", BigInteger),
    # The item that earned it.
    Column("redemption_no", BigInteger, ForeignKey(redemption.c.redemption_no), nullable=False),
    Column("item", SmallInteger, nullable=False),
    Column("earned", BigInteger, nullable=False),
    Column("spent", BigInteger, nullable=False, server_default=_ZERO),
    Column("taken_back", BigInteger, nullable=False, server_default=_ZERO),
    # Pending before, spendable from then on: nothing is written when that time comes.
    Column("confirms_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("earned > 0 AND spent >= 0 AND taken_back >= 0", name="amounts"),
    CheckConstraint("spent + taken_back <= earned", name="left"),
    Index(None, "redemption_no", "item", unique=True),
    Index(None, "record_no", "expires_at", postgresql_where=text("spent + taken_back < earned")),
    postgresql_with={"fillfactor": "80"},
)

point_use = Table(
    "point_use",
    metadata,
    # The sale that was paid with them.
    Column("redemption_no", BigInteger, ForeignKey(redemption.c.redemption_no), primary_key=True),
    Column("lot_no", BigInteger, ForeignKey(point_lot.c.lot_no), primary_key=True),
    Column("points", BigInteger, nullable=False),
    Column("given_back", BigInteger, nullable=False, server_default=_ZERO),
    CheckConstraint("points > 0 AND given_back BETWEEN 0 AND points", name="points"),
)

point_debt = Table(
    "point_debt",
    metadata,
    Column("debt_no", BigInteger, Identity(always=True), primary_key=True),
    Column("record_no", BigInteger),
    # What left it: a refund of points that were spent already, or a payment with more than there was.
    Column("redemption_no", BigInteger, ForeignKey(redemption.c.redemption_no), nullable=False),
    Column("cause", Text, nullable=False),
    Column("points", BigInteger, nullable=False),
    Column("settled", BigInteger, nullable=False, server_default=_ZERO),
    CheckConstraint("points > 0 AND settled BETWEEN 0 AND points", name="points"),
    CheckConstraint("cause IN ('refund', 'payment')", name="cause"),
    Index(None, "record_no", postgresql_where=text("settled < points")),
    Index(None, "redemption_no"),
)
