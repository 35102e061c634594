"""What people asked not to be shown, kept by record: a person's word is the newest of her records'."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Table, Text

from offers.tables.metadata import metadata

preference = Table(
    "preference",
    metadata,
    Column("record_no", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    # A sku, a category, a campaign's or a channel's name.
    Column("subject", Text, primary_key=True),
    # Seconds since 1970, as interests have them.
    Column("stated_at_s", BigInteger, nullable=False),
    Column("until_s", BigInteger, nullable=False),
    # False: an earlier word was taken back. Kept, because another record may still say it.
    Column("holds", Boolean, nullable=False),
    CheckConstraint("kind IN ('product', 'category', 'campaign', 'channel', 'gift')", name="kind"),
)
