"""Who a card belongs to and what must be known of the moment, in one statement.

Identity says which records a card finds and whose they are, offers say what they want to know of whoever that
is. The second is asked for every record found, and who of them answers is decided afterwards: nothing here
knows the rules of either.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection

from identity import driver
from identity.reading import store_shopper
from offers.queries.store_known import Question
from offers.queries.store_known_statement import Known, People

PEOPLE: Final = People("who.members", "coalesce(who.limit_members, who.members)")
FIRST: Final = store_shopper.ONE_TYPES.count(",") + 2
"""The parameters of offers come behind those of identity."""

_WHO: Final = ", ".join(f"who.{column}" for column in store_shopper.COLUMNS)
_TABLES: Final = f"gateway.key_state AS s LEFT JOIN ({store_shopper.ONE_HITS}) AS who ON true"
_PROFILE_NO: Final = store_shopper.COLUMNS.index("profile_no")
_HIT: Final = slice(1, 1 + len(store_shopper.COLUMNS))


class Standing(NamedTuple):
    """The version of all keys, a hit for every record found, and beside each what offers asked for.

    Where none is found, what offers asked for is there once.
    """

    key_version: int
    hits: list[Sequence[Any]]
    told: list[Sequence[Any]]

    def told_of(self, profile_no: int | None) -> Sequence[Any]:
        """What is told beside a hit of this profile, else beside any."""
        hits = zip(self.hits, self.told, strict=False)
        return next((told for hit, told in hits if hit[_PROFILE_NO] == profile_no), self.told[0])


def read(connection: Connection, digest: int, cap: int, asked: Question, *, now: datetime) -> Standing:
    """What is found under the digest. One prepared statement."""
    known = asked.known
    name, types = f"gateway_{known.name}", f"{store_shopper.ONE_TYPES}, {known.types}"
    values = (digest, cap, now, *asked.values)
    found = driver.prepared(connection, name, types, _together(known), values)
    rows = [orjson.loads(row) for (row,) in found]
    return Standing(
        rows[0][0],
        [row[_HIT] for row in rows if row[1] is not None],
        [row[_HIT.stop :] for row in rows],
    )


def alone(connection: Connection, asked: Question) -> tuple[int, Sequence[Any]]:
    """The version of all keys and what offers asked for, when nobody is looked up. One prepared statement."""
    known = asked.known
    name = f"gateway_{known.name}_alone"
    ((row,),) = driver.prepared(connection, name, known.types, _alone(known), asked.values)
    version, *told = orjson.loads(row)
    return version, told


@lru_cache
def _together(known: Known) -> str:
    # One column: the driver takes some time for each.
    columns = f"json_build_array(s.version, {_WHO}, {known.columns})::text"
    return f"SELECT {columns} FROM {_TABLES} CROSS JOIN {known.tables}"  # noqa: S608  (the parts are ours)


@lru_cache
def _alone(known: Known) -> str:
    columns = f"json_build_array(s.version, {known.columns})::text"
    return f"SELECT {columns} FROM gateway.key_state AS s CROSS JOIN {known.tables}"  # noqa: S608  (as above)
