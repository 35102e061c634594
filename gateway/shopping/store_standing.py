"""Who a card belongs to and what must be known of the moment, in one statement.

Identity says which records a card finds and whose they are, offers say what they want to know of whoever that
is. The second is asked for every record found, and who of them answers is decided afterwards: nothing here
knows the rules of either.

Several tills that ask at the same time are asked for together: the statement is there once for each of them.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection

from gateway.quick.gathering import Gathering
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


class _Question(NamedTuple):
    """One till's question of a kind: the values of its parameters."""

    known: Known
    values: Sequence[Any]


def read(
    connection: Connection, together: Gathering, digest: int, cap: int, asked: Question, *, now: datetime
) -> Standing:
    """What is found under the digest."""
    known = asked.known
    question = _Question(known, (digest, cap, now, *asked.values))
    found = together.ask(connection, f"gateway_{known.name}", question, _read_all)
    rows = [orjson.loads(row) for row in found]
    return Standing(
        rows[0][0],
        [row[_HIT] for row in rows if row[1] is not None],
        [row[_HIT.stop :] for row in rows],
    )


def alone(connection: Connection, together: Gathering, asked: Question) -> tuple[int, Sequence[Any]]:
    """The version of all keys and what offers asked for, when nobody is looked up."""
    known = asked.known
    question = _Question(known, asked.values)
    (row,) = together.ask(connection, f"gateway_{known.name}_alone", question, _alone_all)
    version, *told = orjson.loads(row)
    return version, told


def _read_all(connection: Connection, asked: Sequence[_Question]) -> list[list[str]]:
    """What is found for each of several tills. One prepared statement."""
    known = asked[0].known
    types = f"{store_shopper.ONE_TYPES}, {known.types}"
    return _of_each(connection, f"gateway_{known.name}", _each(_together(known), types), asked)


def _alone_all(connection: Connection, asked: Sequence[_Question]) -> list[list[str]]:
    """What is found for each of several tills where nobody is looked up. One prepared statement."""
    known = asked[0].known
    return _of_each(connection, f"gateway_{known.name}_alone", _each(_alone(known), known.types), asked)


def _of_each(
    connection: Connection, name: str, statement: str, asked: Sequence[_Question]
) -> list[list[str]]:
    told = [
        {"nth": nth, **{f"p{place}": value for place, value in enumerate(one.values, start=1)}}
        for nth, one in enumerate(asked)
    ]
    found: list[list[str]] = [[] for _ in asked]
    for nth, row in driver.prepared(connection, name, "json", statement, (orjson.dumps(told).decode(),)):
        found[nth].append(row)
    return found


@lru_cache
def _each(statement: str, types: str) -> str:
    """The statement, for each of the questions in one JSON text: its parameters are their members."""
    columns = ", ".join(f"p{place} {kind}" for place, kind in enumerate(types.split(", "), start=1))
    one = re.sub(r"\$([0-9]+)", r"asked.p\1", statement)
    return (
        f"SELECT asked.nth, one.told FROM json_to_recordset($1) AS asked (nth integer, {columns}) "  # noqa: S608
        f"CROSS JOIN LATERAL ({one}) AS one (told)"  # the parts are ours
    )


@lru_cache
def _together(known: Known) -> str:
    # One column: the driver takes some time for each.
    columns = f"json_build_array(s.version, {_WHO}, {known.columns})::text"
    return f"SELECT {columns} FROM {_TABLES} CROSS JOIN {known.tables}"  # noqa: S608  (the parts are ours)


@lru_cache
def _alone(known: Known) -> str:
    columns = f"json_build_array(s.version, {known.columns})::text"
    return f"SELECT {columns} FROM gateway.key_state AS s CROSS JOIN {known.tables}"  # noqa: S608  (as above)
