"""What a record's events say about a product, and the short list of it that every query reads.

No further index and no INCLUDE on `interest`: its updates must stay within the page (HOT), measured 15,000 of
15,000 so and none with an INCLUDE.
"""

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, Table, text
from sqlalchemy.dialects.postgresql import ARRAY

from offers.tables.metadata import metadata

_NEVER = text("0")

interest = Table(
    "interest",
    metadata,
    # The record belongs to identity; no foreign key crosses the two domains.
    Column("record_no", BigInteger, primary_key=True, autoincrement=False),
    Column("product_no", BigInteger, primary_key=True, autoincrement=False),
    # Seconds since 1970, 0 for never, so that merging is `greatest` and never meets a NULL.
    Column("viewed_at_s", BigInteger, nullable=False, server_default=_NEVER),
    Column("searched_at_s", BigInteger, nullable=False, server_default=_NEVER),
    Column("carted_at_s", BigInteger, nullable=False, server_default=_NEVER),
    Column("removed_at_s", BigInteger, nullable=False, server_default=_NEVER),
    Column("bought_at_s", BigInteger, nullable=False, server_default=_NEVER),
    Column("returned_at_s", BigInteger, nullable=False, server_default=_NEVER),
    Column("views", Integer, nullable=False, server_default=_NEVER),
    Column("searches", Integer, nullable=False, server_default=_NEVER),
    Column("carts", Integer, nullable=False, server_default=_NEVER),
    Column("purchases", Integer, nullable=False, server_default=_NEVER),
    Column("returns", Integer, nullable=False, server_default=_NEVER),
    postgresql_with={"fillfactor": "80"},
)

wants = Table(
    "wants",
    metadata,
    Column("record_no", BigInteger, primary_key=True, autoincrement=False),
    # At most 64 open wants, newest first: the product numbers, and for each its six instants as unsigned
    # 32-bit integers. 28 bytes each, below the 2 kB at which PostgreSQL would move the row out of its page.
    Column("products", ARRAY(Integer), nullable=False),
    Column("facts", LargeBinary, nullable=False),
    # Open wants were left out: when room comes free the list must be read from `interest` again.
    Column("cut", Boolean, nullable=False),
    # The newest purchase or removal of anything: who never had one closes no want of another member.
    Column("closed_at_s", BigInteger, nullable=False),
    # The record has rows in `preference`: who never said anything costs a query nothing.
    Column("has_preferences", Boolean, nullable=False, server_default=text("false")),
    postgresql_with={"fillfactor": "60"},
)
