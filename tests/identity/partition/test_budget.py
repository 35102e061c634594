"""How many statements a submission may take: each is a round trip."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg2.extensions
import pytest

from identity.answers import Outcome
from identity.model import Assurance
from identity.partition import store_graph
from identity.register import records
from identity.submission import Claim, Submission
from tests.identity.desk import Desk

ANNA: dict[str, Any] = {"given_name": "Anna", "family_name": "Huber"}


@contextmanager
def counted(desk: Desk) -> Iterator[list[str]]:
    """Collects what goes to the database on the desk's connection, whoever sends it."""
    seen: list[str] = []

    class Counting(psycopg2.extensions.cursor):
        """The driver's cursor, with a memory."""

        def execute(self, query: Any, variables: Any = None) -> None:
            seen.append(str(query))
            super().execute(query, variables)

    driver: Any = desk.connection.connection.dbapi_connection
    driver.cursor_factory = Counting
    try:
        yield seen
    finally:
        driver.cursor_factory = None


def test_the_same_again_takes_one_statement(desk: Desk) -> None:
    """A nightly feed that repeats itself costs one round trip a record."""
    desk.put("web", "u1", {"email": "anna@example.at"}, **ANNA)
    with counted(desk) as seen:
        desk.put("web", "u1", {"email": "anna@example.at"}, **ANNA)
    assert len(seen) == 1


def test_a_lone_record_takes_three_statements(desk: Desk) -> None:
    """Open; keys, suppression, writing and who is around; save."""
    with counted(desk) as seen:
        desk.put("web", "u1", {"email": "anna@example.at", "phone": "+436641234567"}, **ANNA)
    assert len(seen) == 3, seen


def test_a_record_that_joins_takes_four_statements(desk: Desk) -> None:
    """Besides those of a lone one: locking and reading pieces with what derives from them."""
    desk.put("web", "u1", {"email": "anna@example.at"}, **ANNA)
    with counted(desk) as seen:
        desk.put("loyalty", "c1", {"email": "anna@example.at", "loyalty_card": "9734586240"}, **ANNA)
    assert len(seen) == 4, seen


def test_a_record_that_changes_in_nothing_compared_is_not_compared_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What changes every night, as points do, finds nobody new: its own piece is read, no list of keys."""
    said = {**ANNA, "date_of_birth": "1980-04-17", "city": "Wien", "postcode": "1010"}
    desk.put("web", "u1", {"email": "anna@example.at"}, **said)
    desk.put("loyalty", "c1", {"email": "anna@example.at"}, x_tier="silver", **said)
    asked: list[int] = []
    enter = store_graph.enter

    def watched(connection: Any, locks: Any, written: Any, wanted: Sequence[Any], hashes: Any) -> Any:
        asked.append(len(wanted))
        return enter(connection, locks, written, wanted, hashes)

    monkeypatch.setattr(store_graph, "enter", watched)
    with counted(desk) as seen:
        put = desk.put("loyalty", "c1", {"email": "anna@example.at"}, x_tier="gold", **said)
    assert (put.outcome, put.links[0].reason) == (Outcome.UNCHANGED, "email")
    assert (len(seen), asked) == (4, [0])
    tiers = desk.connection.exec_driver_sql("select tier from identity.profile where tier is not null")
    assert list(tiers.scalars()) == ["gold"]
    desk.put("loyalty", "c1", {"email": "anna@example.at"}, x_tier="gold", **{**said, "city": "Graz"})
    assert asked[1] > 0


def test_records_that_are_put_together_take_as_few_statements_as_one(desk: Desk) -> None:
    """However many they are."""
    mails = [[Claim("email", f"p{number}@example.at", Assurance.VERIFIED)] for number in range(20)]
    run = [Submission("crm", str(number), identifiers=mail) for number, mail in enumerate(mails)]
    with counted(desk) as seen:
        records.put_together(desk.connection, desk.ctx, run, now=desk.now)
    assert len(seen) == 3, seen
