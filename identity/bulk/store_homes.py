"""Whether the people of a file live together.

At one home, two clearly different given names are two people of a family or one shopper written wrongly.
Families tell themselves by their births, which differ but for twins'; mistakes, by a birth that stays, give
or take a slip of the finger, or in its year where days are often unknown, as often as it stays where the
given names are the same. A home is a street, or, where a record names none, a postcode, and one family name;
or a telephone or mailbox, whatever the family name, since who spoils given names spoils others too.
"""

from typing import Final

from identity.bulk.store_workbench import DuckDBPyConnection

UNLIKE: Final = 0.78
"""Jaro-Winkler below which two given names are clearly different, as in `identity.compare`."""

MISTAKEN_SHARE: Final = 0.8
"""Of pairs at one home, those with different given names have so often one birth, measured by those with the
same name, where nobody lives together.
"""

SAME_SHARE_MIN: Final = 0.5
"""Where those of one name at one home are seldom of one birth they are fathers and sons, and no measure."""

KIN_MIN: Final = 3
"""Fewer such pairs tell nothing."""

_HOME: Final = """
    (a.street = b.street AND (a.postcode = b.postcode OR a.city = b.city))
    OR (a.postcode = b.postcode AND (a.street IS NULL OR b.street IS NULL))
"""
_REACHED_ALIKE: Final = """
    SELECT DISTINCT a.no AS l, b.no AS r FROM live a JOIN live b
        ON a.type = b.type AND a.value = b.value AND a.no < b.no
     WHERE a.type IN ('email', 'phone')
"""
_IS_ONE_BIRTH: Final = """
    year(a.date_of_birth) = year(b.date_of_birth)
    OR damerau_levenshtein(strftime(a.date_of_birth, '%Y%m%d'), strftime(b.date_of_birth, '%Y%m%d')) <= 1
"""
_PAIRS: Final = f"""
    SELECT count(*) FILTER (is_unlike), avg(is_one_birth::INTEGER) FILTER (is_unlike),
           avg(is_one_birth::INTEGER) FILTER (NOT is_unlike)
      FROM (
        SELECT {_IS_ONE_BIRTH} AS is_one_birth,
               jaro_winkler_similarity(a.given_name, b.given_name) < {UNLIKE} AS is_unlike
          FROM pair JOIN record a ON a.no = pair.l JOIN record b ON b.no = pair.r
          LEFT JOIN ({_REACHED_ALIKE}) s ON s.l = pair.l AND s.r = pair.r
         WHERE (s.l IS NOT NULL OR (a.family_name = b.family_name AND ({_HOME})))
           AND length(a.given_name) > 1 AND length(b.given_name) > 1
           AND a.date_of_birth IS NOT NULL AND b.date_of_birth IS NOT NULL
      )
"""


def are_single(con: DuckDBPyConnection) -> bool:
    """True when who shares a home and not a given name has one birth as often as who shares both."""
    kin, mistaken, same = con.execute(_PAIRS).fetchall()[0]
    measure = 1.0 if same is None else max(same, SAME_SHARE_MIN)
    return bool(kin >= KIN_MIN and mistaken >= MISTAKEN_SHARE * measure)
