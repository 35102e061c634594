"""Which products are bought together, learnt anew from time to time from the newest sales."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Table

from offers.tables.metadata import metadata
from offers.tables.shop import product

companion = Table(
    "companion",
    metadata,
    Column("product_no", BigInteger, ForeignKey(product.c.product_no), primary_key=True),
    Column("companion_no", BigInteger, ForeignKey(product.c.product_no), primary_key=True),
    Column("together", Integer, nullable=False),
    Column("closeness_ppm", Integer, nullable=False),
)
