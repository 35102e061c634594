"""Whether the people of a file live together.

At one home, two clearly different given names are two people of a family or one shopper written wrongly.
Families tell themselves by their births, which differ but for twins'; mistakes, by a birth that stays.
"""

from typing import Final

from identity.bulk.store_workbench import DuckDBPyConnection

UNLIKE: Final = 0.78
"""Jaro-Winkler below which two given names are clearly different, as in `identity.compare`."""

MISTAKEN_SHARE: Final = 0.8
"""Of pairs at one home with different given names, so many share their birth where nobody lives together."""

_PAIRS: Final = f"""
    SELECT count(*), count(*) FILTER (a.date_of_birth = b.date_of_birth)
      FROM pair JOIN record a ON a.no = pair.l JOIN record b ON b.no = pair.r
     WHERE a.family_name = b.family_name AND a.street = b.street
       AND (a.postcode = b.postcode OR a.city = b.city)
       AND length(a.given_name) > 1 AND length(b.given_name) > 1
       AND jaro_winkler_similarity(a.given_name, b.given_name) < {UNLIKE}
       AND a.date_of_birth IS NOT NULL AND b.date_of_birth IS NOT NULL
"""


def are_single(con: DuckDBPyConnection) -> bool:
    """True when who shares a home and not a given name nearly always shares the day of birth."""
    kin, mistaken = con.execute(_PAIRS).fetchall()[0]
    return bool(kin and mistaken >= MISTAKEN_SHARE * kin)
