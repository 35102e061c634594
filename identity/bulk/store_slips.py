"""Whether who is called otherwise at one home is often the same shopper, written wrongly.

Two people of one home, or behind one telephone, both have given names, as often as any two records have them:
names that are listed, or that two records of the files write. What a slip of the finger makes of a name is
nobody's. So where pairs of clearly different given names hold two names less often than chance would have it,
slips are among them, and a name that nobody has tells nobody apart. This asks for no births, which files of
customers seldom hold.
"""

from typing import Final

from identity.bulk import store_names
from identity.bulk.store_homes import SHARE_HOME, UNLIKE
from identity.bulk.store_workbench import DuckDBPyConnection
from identity.canonical import given_names

PAIRS_MIN: Final = 10
"""Where fewer such pairs are expected to hold two names they tell nothing."""

NAMED_SHARE: Final = 0.75
"""Of the pairs that are expected to hold two names, at most so many do where slips are among them."""

_BOTH_NAMED: Final = f"""
    SELECT count(*) * (SELECT avg(is_name::INTEGER) FROM called) ** 2,
           count(*) FILTER (one.is_name AND other.is_name)
      FROM ({SHARE_HOME}) p JOIN called one ON one.no = p.l JOIN called other ON other.no = p.r
     WHERE jaro_winkler_similarity(one.given_name, other.given_name) < {UNLIKE}
"""


def name_nobody(con: DuckDBPyConnection) -> bool:
    """Whether a given name that nobody has is a slip; asks `record`, `pair`, `live`, `name` and `named`."""
    con.execute("CREATE TEMP TABLE had AS SELECT unnest(?::VARCHAR[]) AS given_name", [_had(con)])
    con.execute(
        "CREATE TEMP TABLE called AS SELECT no, given_name, given_name IN (FROM had) AS is_name"
        " FROM record WHERE length(given_name) > 1"
    )
    expected, found = con.execute(_BOTH_NAMED).fetchall()[0]
    for table in ("had", "called"):
        con.execute(f"DROP TABLE {table}")
    return expected is not None and expected >= PAIRS_MIN and found <= NAMED_SHARE * expected


def _had(con: DuckDBPyConnection) -> list[str]:
    """The given names of the files that people have."""
    said = con.execute("SELECT DISTINCT given_name FROM record WHERE given_name IS NOT NULL").fetchall()
    listed = [given for (given,) in said if given_names.is_known(given)]
    return sorted(store_names.borne(con).union(listed))
