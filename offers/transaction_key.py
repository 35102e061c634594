"""A transaction's natural key as one text and as 64 bits, and what must not change while a till scans."""

import hashlib
from functools import lru_cache

from offers.model import TransactionKey


def spell(key: TransactionKey) -> str:
    """The key as one text, its parts in the order in which they narrow down."""
    return f"{key.store}/{key.terminal}/{key.business_day.isoformat()}/{key.number}"


@lru_cache(maxsize=1024)  # a query asks for it several times
def digest(key: TransactionKey) -> int:
    """64 bits of the key as a signed integer, as PostgreSQL counts them."""
    return int.from_bytes(hashlib.sha256(spell(key).encode()).digest()[:8], "big", signed=True)
