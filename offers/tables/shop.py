"""Stores, products and what lies on the shelf: fed by the retailer's systems, read by every query."""

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
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)

from offers.tables.metadata import metadata

store = Table(
    "store",
    metadata,
    Column("store_no", BigInteger, Identity(always=True), primary_key=True),
    # With the code it makes the store's part of a transaction's natural key.
    Column("brand", Text, nullable=False, server_default=""),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("tax", Text, nullable=False),
    Column("region", Text),
    Column("country", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("brand", "code"),
    CheckConstraint("tax IN ('included', 'excluded')", name="tax"),
    CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
    CheckConstraint("country ~ '^[A-Z]{2}$'", name="country"),
)

product = Table(
    "product",
    metadata,
    Column("product_no", BigInteger, Identity(always=True), primary_key=True),
    Column("sku", Text, nullable=False),
    Column("gtin", Text),
    Column("title", Text, nullable=False),
    # From the root, parts joined by "/".
    Column("category", Text),
    Column("brand", Text),
    # The style whose variants differ in size or colour.
    Column("variant_group", Text),
    Column("unit", Text, nullable=False, server_default="each"),
    Column("currency", Text),
    Column("price_minor", BigInteger),
    Column("cost_minor", BigInteger),
    Column("tax_rate_bp", Integer, nullable=False, server_default="0"),
    Column("discountable", Boolean, nullable=False, server_default=text("true")),
    Column("minimum_minor", BigInteger, nullable=False, server_default="0"),
    Column("sensitive", Boolean, nullable=False, server_default=text("false")),
    Column("image_url", Text),
    # `catalogue.assortment_version` of the last change: how a process learns which of its copies are old.
    Column("version", BigInteger, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("sku"),
    CheckConstraint("unit IN ('each', 'kg', 'l', 'm')", name="unit"),
    CheckConstraint("price_minor >= 0 AND cost_minor >= 0 AND minimum_minor >= 0", name="amounts"),
    CheckConstraint("tax_rate_bp BETWEEN 0 AND 10000", name="tax_rate"),
    CheckConstraint("price_minor IS NULL OR currency IS NOT NULL", name="currency"),
    Index(None, "version"),
    Index(None, "variant_group", postgresql_where=text("variant_group IS NOT NULL")),
    Index(None, "gtin", postgresql_where=text("gtin IS NOT NULL")),
)

stock = Table(
    "stock",
    metadata,
    Column("store_no", BigInteger, ForeignKey(store.c.store_no), primary_key=True),
    Column("product_no", BigInteger, ForeignKey(product.c.product_no), primary_key=True),
    # May be negative: tills sell what the books no longer have.
    Column("quantity_milli", BigInteger, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    postgresql_with={"fillfactor": "70"},
)
