"""Which campaigns are far from their ends: one look at the rows of their totals and budgets."""

from collections.abc import Iterable

from sqlalchemy import Connection, text

from offers.marketing.limits import Kind

_AMPLE = text("""
    SELECT campaign_no FROM offers.capacity
     WHERE campaign_no = ANY (CAST(:campaigns AS bigint[])) AND kind >= :uses
     GROUP BY campaign_no
    HAVING bool_and(cap - taken >= greatest(cap / 10, CASE kind WHEN :budget THEN :minor ELSE :times END))
""")


def ample(connection: Connection, campaigns: Iterable[int], *, times: int, minor: int) -> frozenset[int]:
    """Those of which a tenth is left, and so many uses and so much of every budget."""
    asked = {"campaigns": list(campaigns), "uses": Kind.USES, "budget": Kind.BUDGET}
    return frozenset(connection.scalars(_AMPLE, asked | {"times": times, "minor": minor}))
