"""Whether the people of a file live together.

At one home, two clearly different given names are two people of a family or one shopper written wrongly.
Families tell themselves by their births, which differ but for twins'; mistakes, by a birth that stays, give
or take a slip of the finger, or in its year where days are often unknown, as often as it stays where the
given names are the same. A home is a street and number, or, where a record names no street, a postcode, and
one family name; or a telephone or mailbox, whatever the family name, since who spoils given names spoils
others too. A file that knows no homes tells at least how badly names are written, by a value of the
retailer's own that hardly anybody shares, such as a number in some register: where those who share it often
have different given names, and one birth, a name tells nobody apart.
"""

from dataclasses import dataclass
from typing import Final

from identity.bulk import store_rows
from identity.bulk.store_workbench import DuckDBPyConnection

UNLIKE: Final = 0.78
"""Jaro-Winkler below which two given names are clearly different, as in `identity.compare`."""

MISTAKEN_SHARE: Final = 0.8
"""Of pairs at one home, those with different given names have so often one birth, measured by those with the
same name, where nobody lives together.
"""

MOSTLY_MISTAKEN_SHARE: Final = 0.5
"""And so often where people may live together, but other names are mistakes more often than not. Twins never
make up so many of the pairs of a family.
"""

SAME_SHARE_MIN: Final = 0.5
"""Where those of one name at one home are seldom of one birth they are fathers and sons, and no measure."""

KIN_MIN: Final = 3
"""Fewer such pairs tell nothing."""

SPOILT_SHARE: Final = 0.2
"""Of pairs that share a value of the retailer's own, so many have different given names where a name tells
nobody apart. Of families such pairs say nothing, whose members may each have a value of their own.
"""

HOLDERS_MAX: Final = 8
"""What more records hold is a category."""

_HOME: Final = """
    (a.street = b.street AND coalesce(a.street_number = b.street_number, true)
        AND (a.postcode = b.postcode OR a.city = b.city))
    OR (a.postcode = b.postcode AND (a.street IS NULL OR b.street IS NULL))
"""
_REACHED_ALIKE: Final = """
    SELECT DISTINCT a.no AS l, b.no AS r FROM live a JOIN live b
        ON a.type = b.type AND a.value = b.value AND a.no < b.no
     WHERE a.type IN ('email', 'phone')
"""
_IS_ONE_DAY: Final = """
    damerau_levenshtein(strftime(a.date_of_birth, '%Y%m%d'), strftime(b.date_of_birth, '%Y%m%d')) <= 1
"""
_IS_ONE_BIRTH: Final = f"year(a.date_of_birth) = year(b.date_of_birth) OR {_IS_ONE_DAY}"
_SHARE_OWN: Final = f"""
    SELECT a.no AS l, b.no AS r FROM record a JOIN record b
        ON a.{{name}} = b.{{name}} AND a.no < b.no
     WHERE a.{{name}} IN (
        SELECT {{name}} FROM record GROUP BY 1 HAVING count(*) BETWEEN 2 AND {HOLDERS_MAX}
     )
"""
SHARE_HOME: Final = f"""
    SELECT pair.l, pair.r FROM pair JOIN record a ON a.no = pair.l JOIN record b ON b.no = pair.r
      LEFT JOIN ({_REACHED_ALIKE}) s ON s.l = pair.l AND s.r = pair.r
     WHERE s.l IS NOT NULL OR (a.family_name = b.family_name AND ({_HOME}))
"""
"""The candidates (l, r) who share a home, a telephone or a mailbox."""
_TOLD: Final = f"""
    SELECT count(*) FILTER (is_unlike), count(*) FILTER (NOT is_unlike),
           avg(is_one_birth::INTEGER) FILTER (is_unlike), avg(is_one_birth::INTEGER) FILTER (NOT is_unlike)
      FROM (
        SELECT {{is_one}} AS is_one_birth,
               jaro_winkler_similarity(a.given_name, b.given_name) < {UNLIKE} AS is_unlike
          FROM ({{pairs}}) p JOIN record a ON a.no = p.l JOIN record b ON b.no = p.r
         WHERE length(a.given_name) > 1 AND length(b.given_name) > 1
           AND a.date_of_birth IS NOT NULL AND b.date_of_birth IS NOT NULL
      )
"""


@dataclass(frozen=True, slots=True)
class _Told:
    """Pairs that share something: how many have different given names and how many one, and how often the
    former, and the latter, have one birth.
    """

    kin: int
    alike: int
    mistaken: float | None
    same: float | None

    def are_mistakes(self, least: float) -> bool:
        """True when those of different names are one at least that often, measured by those of the same."""
        if self.kin < KIN_MIN or self.mistaken is None:
            return False
        measure = 1.0 if self.same is None else max(self.same, SAME_SHARE_MIN)
        return self.mistaken >= least * measure

    @property
    def are_many(self) -> bool:
        """True when names are written so badly that they tell nobody apart."""
        return self.kin >= SPOILT_SHARE * (self.kin + self.alike)


@dataclass(frozen=True, slots=True)
class Living:
    """Whether nobody lives with anybody, whether no two of one home have one birth, and the attributes of the
    retailer's own that tell the former where homes tell nothing.
    """

    one_to_a_home: bool
    one_to_a_birth: bool = False
    registers: frozenset[str] = frozenset()


def living(con: DuckDBPyConnection) -> Living:
    """How people live: alone when who shares a home and not a given name has one birth as often as who shares
    both. Where no homes tell, when many who share a value of the retailer's own that hardly anybody else has
    are such.
    """
    at_home = _told(con, SHARE_HOME, _IS_ONE_BIRTH)
    if at_home.kin >= KIN_MIN:
        return Living(at_home.are_mistakes(MISTAKEN_SHARE), at_home.are_mistakes(MOSTLY_MISTAKEN_SHARE))
    told = {
        name: _told(con, _SHARE_OWN.format(name=name), _IS_ONE_DAY) for name in store_rows.own_attributes(con)
    }
    registers = frozenset(
        name for name, each in told.items() if each.are_mistakes(MISTAKEN_SHARE) and each.are_many
    )
    return Living(bool(registers), bool(registers), registers)


def _told(con: DuckDBPyConnection, pairs: str, is_one: str) -> _Told:
    return _Told(*con.execute(_TOLD.format(pairs=pairs, is_one=is_one)).fetchall()[0])
