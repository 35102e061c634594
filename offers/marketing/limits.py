"""The kinds of limit that are counted in capacity rows, and which rows a campaign's limits ask for.

Invariant: a row, once there, counts for ever. A limit that is taken away leaves its row without bound, so
that it can come back with everything counted; one that is added counts from then on.
"""

from enum import IntEnum
from typing import NamedTuple

from offers.marketing.campaign import Limits

UNBOUNDED = 2**62


class Kind(IntEnum):
    """What a row limits. The order is the order of locking: what everybody wants comes last."""

    CODE = 0
    STORE_DAY = 1
    USES = 2
    BUDGET = 3


class Row(NamedTuple):
    """A limit of one campaign. For `STORE_DAY` it is the pattern of each store's and day's own row."""

    kind: Kind
    subject: str
    cap: int


def rows(limits: Limits) -> tuple[Row, ...]:
    """The rows that these limits need before the first use."""
    found = []
    if limits.per_store_day is not None:
        found.append(Row(Kind.STORE_DAY, "", limits.per_store_day))
    if limits.total is not None:
        found.append(Row(Kind.USES, "", limits.total))
    found += [Row(Kind.BUDGET, money.currency, money.amount_minor) for money in limits.budget]
    return tuple(found)
