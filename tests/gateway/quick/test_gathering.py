"""What several threads ask at the same time is asked together, and everybody gets their own answer."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import Connection, text

from gateway.access.security import Scope
from gateway.database import Database
from gateway.quick.connections import Quick
from gateway.quick.gathering import Gathering
from tests.gateway.conftest import Caller


class Office:
    """Doubles what it is asked, as soon as it is open, and remembers what was asked together."""

    def __init__(self, database: Database, *, patience_s: float = 60) -> None:
        self.database = database
        self.open = Event()
        self.asked: list[list[int]] = []
        self.gathering = Gathering(Quick(database.engine), patience_s)
        self.threads = ThreadPoolExecutor(8)

    def ask(self, question: int, kind: str = "double") -> "Future[int]":
        """The answer, once it is there."""
        return self.threads.submit(self._ask, question, kind)

    def wait_for(self, count: int) -> None:
        """Until so many have been asked or wait."""
        while sum(map(len, self.asked)) + len(self.gathering.waiting) < count:
            time.sleep(0.001)

    def _ask(self, question: int, kind: str) -> int:
        with self.database.engine.connect() as connection:
            answer: int = self.gathering.ask(connection, kind, question, self._ask_all)
            return answer

    def _ask_all(self, connection: Connection, questions: Sequence[int]) -> list[int]:
        self.asked.append(list(questions))
        assert self.open.wait(60)
        if 0 in questions:
            raise ValueError("nobody can double nothing")
        return [connection.execute(text("select 2 * :one"), {"one": one}).scalar_one() for one in questions]


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    """An office with patient visitors."""
    made = Office(database)
    with made.threads:
        yield made
    made.gathering.connections.dispose()


def test_who_waits_is_taken_along(office: Office) -> None:
    """One asks; those who come meanwhile are asked for together, each told their own answer."""
    answers = [office.ask(1)]
    office.wait_for(1)
    answers += [office.ask(number) for number in (2, 3, 4)]
    office.wait_for(4)
    office.open.set()
    assert [answer.result(timeout=60) for answer in answers] == [2, 4, 6, 8]
    assert office.asked[0] == [1]
    assert sorted(office.asked[1]) == [2, 3, 4]


def test_another_kind_of_question_is_asked_by_itself(office: Office) -> None:
    """After those that were before it."""
    answers = [office.ask(1)]
    office.wait_for(1)
    answers += [office.ask(2), office.ask(3, kind="other")]
    office.wait_for(3)
    office.open.set()
    assert [answer.result(timeout=60) for answer in answers] == [2, 4, 6]
    assert sorted(office.asked[1:]) == [[2], [3]]


def test_who_asks_together_fails_together(office: Office) -> None:
    """Each is told why; whoever comes next asks anew."""
    first = office.ask(1)
    office.wait_for(1)
    failed = [office.ask(0), office.ask(5)]
    office.wait_for(3)
    office.open.set()
    assert first.result(timeout=60) == 2
    for answer in failed:
        with pytest.raises(ValueError, match="nothing"):
            answer.result(timeout=60)
    assert office.ask(6).result(timeout=60) == 12


def test_nobody_waits_for_long(database: Database) -> None:
    """Who is not taken along in time asks alone, while the others are still waiting for their answer."""
    office = Office(database, patience_s=0.01)
    with office.threads:
        slow = office.ask(1)
        office.wait_for(1)
        alone = office.ask(2)
        while len(office.asked) < 2:
            time.sleep(0.001)
        assert office.asked == [[1], [2]]
        office.open.set()
        assert [slow.result(timeout=60), alone.result(timeout=60)] == [2, 4]
    office.gathering.connections.dispose()


def test_a_slow_reserve_keeps_no_quote_waiting(call: Callable[..., Caller], database: Database) -> None:
    """It may wait for rows and for the disk: quotes pass meanwhile."""
    store = {"name": "Graben", "zone": "Europe/Vienna", "currency": "EUR", "country": "AT"}
    assert call(Scope.ADMIN)("PUT", "/v1/stores/0042", store).status_code == 200
    till, key = call(Scope.QUERY, Scope.REDEEM), {"store": "0042", "terminal": "07", "number": "1"}
    question = {
        "channel": "till",
        "transaction": key | {"business_day": "2026-11-21"},
        "basket": {"currency": "EUR", "lines": []},
    }
    with ThreadPoolExecutor(1) as another:
        with database.transaction() as connection:
            connection.execute(text("LOCK TABLE offers.redemption IN SHARE MODE"))
            reserving = another.submit(till, "POST", "/v1/offers/query", question | {"mode": "reserve"})
            with pytest.raises(TimeoutError):
                reserving.result(timeout=0.5)
            assert till("POST", "/v1/offers/query", question).status_code == 200
        assert reserving.result(timeout=10).status_code == 200
