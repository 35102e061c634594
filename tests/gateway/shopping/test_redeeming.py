"""A commit in one way to the database: what it books, when a till is served step by step instead, and that
nothing is booked twice or lost whoever dies.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import sqlalchemy as sa
from sqlalchemy import text

from gateway.access import keys
from gateway.access.security import Scope
from gateway.database import Database
from gateway.settings import Settings
from gateway.wiring import Services, services_over
from tests.conftest import Scale
from tests.gateway.conftest import START, Caller, Clock
from tests.gateway.tills.market import CARDS, STORE, campaign, furnish
from tests.offers.floor import unbalanced

CLIENTS = 32
TILLS = 64


@pytest.fixture
def services(database: Database, tmp_path: Path, clock: Clock) -> Iterator[Services]:
    """A worker with a thread for each till."""
    held = services_over(Settings(home=tmp_path, threads_per_worker=CLIENTS), database, clock=clock)
    held.offers.snapshots.quick_load_s = inf
    yield held
    held.quick.dispose()


@pytest.fixture
def back(call: Callable[..., Caller]) -> Caller:
    """The office of a store."""
    found = call(Scope.ADMIN, Scope.INGEST, Scope.CAMPAIGN)
    furnish(found)
    return found


@pytest.fixture
def till(back: Caller, call: Callable[..., Caller]) -> Caller:
    """A till of the store, whose key the worker has seen."""
    del back
    found = call(Scope.QUERY, Scope.REDEEM, stores=(STORE,))
    assert found("POST", "/v1/redemptions", {}).status_code == 422
    return found


def sale(number: int, *offers: str, amount: int = 100, shoppers: Sequence[object] = ()) -> dict[str, object]:
    """What a till says that gave these offers."""
    lines = [
        {"offer": offer, "line": str(line), "quantity": "1", "amount": amount}
        for line, offer in enumerate(offers, start=1)
    ]
    key = {"store": STORE, "terminal": "07", "business_day": "2026-11-21", "number": str(number)}
    occurred = START.isoformat()
    return {
        "transaction": key,
        "state": "committed",
        "occurred_at": occurred,
        "applied": lines,
        "shoppers": shoppers,
    }


def granted(answer: Any) -> list[tuple[int, str | None]]:
    """What was given for each line, and why less."""
    assert answer.status_code == 200, answer.text
    return [(item["granted"], item["reason"]) for item in answer.json["items"]]


def test_a_commit_is_one_way_to_the_database(
    back: Caller, till: Caller, services: Services, database: Database
) -> None:
    """The key, the catalogue, the booking, the flush and the answer travel together."""
    campaign(back, "tenth", limits="limits: {total: 5, budget: 9.00 EUR}\n")
    for number in (1, 2):  # the worker learns of the campaign, and its connection of the statements
        assert granted(till("POST", "/v1/redemptions", sale(number, "tenth.1"))) == [(100, None)]
    seen, transactions = _statements(services), _transactions(database)
    assert granted(till("POST", "/v1/redemptions", sale(3, "tenth.1"))) == [(100, None)]
    assert len(seen) == 1, seen
    assert transactions == []


def test_what_a_limit_cuts_is_kept_as_it_is_answered(back: Caller, till: Caller, database: Database) -> None:
    """The first answer is given for ever, also where a budget ended in the middle of it."""
    campaign(back, "tenth", limits="limits: {budget: 2.50 EUR}\n")
    campaign(back, "other")
    asked = sale(1, "other.1", "tenth.1", "unknown.1", "tenth.1", "tenth.1")
    first = till("POST", "/v1/redemptions", asked)
    assert sorted(granted(first)) == [
        (0, "unknown_offer"),
        (50, "capacity"),
        (100, None),
        (100, None),
        (100, None),
    ]
    again = till("POST", "/v1/redemptions", asked)
    assert again.json == (first.json or {}) | {"replayed": True}
    shown = till("GET", f"/v1/redemptions/{first.json['redemption']}")
    assert [item["granted"] for item in shown.json["items"]] == [100, 100, 100, 50]
    assert granted(till("POST", "/v1/redemptions", sale(2, "tenth.1"))) == [(0, "capacity")]
    _balanced(database)


def test_a_campaign_on_two_lines_is_used_once(back: Caller, till: Caller, database: Database) -> None:
    """However it was booked: a use is a transaction."""
    campaign(back, "tenth", limits="limits: {total: 5}\n")
    for number in (1, 2):
        assert (
            granted(till("POST", "/v1/redemptions", sale(number, "tenth.1", "tenth.1"))) == [(100, None)] * 2
        )
    with database.transaction() as connection:
        uses = connection.exec_driver_sql("SELECT sum(uses) FROM offers.redemption_item").scalar_one()
    assert uses == 2


def test_other_content_is_refused(back: Caller, till: Caller) -> None:
    """A transaction is committed once."""
    campaign(back, "tenth")
    assert granted(till("POST", "/v1/redemptions", sale(1, "tenth.1"))) == [(100, None)]
    other = till("POST", "/v1/redemptions", sale(1, "tenth.1", amount=200))
    assert other.status_code == 409
    assert other.json["stored"]["items"][0]["granted"] == 100


def test_a_tombstone_is_found(back: Caller, till: Caller) -> None:
    """A commit that a reversal overtook books nothing."""
    campaign(back, "tenth", limits="limits: {total: 1}\n")
    key = {"transaction": sale(1)["transaction"], "occurred_at": START.isoformat()}
    unknown = "00000000-0000-4000-8000-000000000000"
    assert till("POST", f"/v1/redemptions/{unknown}/reverse", key).status_code == 200
    assert till("POST", "/v1/redemptions", sale(1, "tenth.1")).status_code == 409
    assert granted(till("POST", "/v1/redemptions", sale(2, "tenth.1"))) == [(100, None)]


def test_what_was_stopped_a_moment_ago_gives_nothing(back: Caller, till: Caller) -> None:
    """Whatever catalogue the worker has in memory."""
    campaign(back, "tenth")
    assert granted(till("POST", "/v1/redemptions", sale(1, "tenth.1"))) == [(100, None)]
    assert back("POST", "/v1/campaigns/tenth/pause", {}).status_code == 200
    assert granted(till("POST", "/v1/redemptions", sale(2, "tenth.1"))) == [(0, "stopped")]


def test_a_key_revoked_a_moment_ago_books_nothing(back: Caller, till: Caller, database: Database) -> None:
    """Whatever the worker remembers of it."""
    campaign(back, "tenth", limits="limits: {total: 5}\n")
    assert granted(till("POST", "/v1/redemptions", sale(1, "tenth.1"))) == [(100, None)]
    assert till.token is not None
    parts = keys.split(till.token)
    assert parts is not None
    with database.transaction() as connection:
        keys.revoke(connection, parts[0], now=START)
    assert till("POST", "/v1/redemptions", sale(2, "tenth.1")).status_code == 401
    assert _taken(database) == [1]


def test_another_key_s_end_changes_nothing(
    back: Caller, till: Caller, call: Callable[..., Caller], database: Database
) -> None:
    """The version of all keys moves; the till is served step by step once, then at once again."""
    campaign(back, "tenth")
    assert granted(till("POST", "/v1/redemptions", sale(1, "tenth.1"))) == [(100, None)]
    parts = keys.split(call(Scope.QUERY).token or "")
    assert parts is not None
    with database.transaction() as connection:
        keys.revoke(connection, parts[0], now=START)
    transactions = _transactions(database)
    for number in (2, 3):
        assert granted(till("POST", "/v1/redemptions", sale(number, "tenth.1"))) == [(100, None)]
    assert len(transactions) == 1


def test_what_counts_by_person_goes_step_by_step(back: Caller, till: Caller, database: Database) -> None:
    """It is counted under the person's lock."""
    campaign(back, "tenth", limits="limits: {per_profile: 1}\n")
    card = [{"scan": CARDS[0]}]
    assert granted(till("POST", "/v1/redemptions", sale(1, "tenth.1", shoppers=card))) == [(100, None)]
    transactions = _transactions(database)
    assert granted(till("POST", "/v1/redemptions", sale(2, "tenth.1", shoppers=card))) == [
        (0, "limit_per_profile")
    ]
    assert len(transactions) == 1


def test_a_limit_a_store_and_day_counts(back: Caller, till: Caller, database: Database) -> None:
    """Its row is made by the first use of the day, step by step; the next ones are at once."""
    campaign(back, "tenth", limits="limits: {per_store_day: 2}\n")
    assert granted(till("POST", "/v1/redemptions", sale(1, "tenth.1"))) == [(100, None)]
    transactions = _transactions(database)
    assert granted(till("POST", "/v1/redemptions", sale(2, "tenth.1"))) == [(100, None)]
    assert transactions == []
    assert granted(till("POST", "/v1/redemptions", sale(3, "tenth.1"))) == [(0, "capacity")]
    _balanced(database)


def test_a_limit_a_store_and_day_that_comes_back_has_counted(back: Caller, till: Caller) -> None:
    """Also the first use of a day on which it did not bind."""
    campaign(back, "tenth", limits="limits: {per_store_day: 2}\n")
    campaign(back, "tenth")
    campaign(back, "other")
    # The worker knows the catalogue, so the next one goes at once.
    assert granted(till("POST", "/v1/redemptions", sale(9, "other.1"))) == [(100, None)]
    assert granted(till("POST", "/v1/redemptions", sale(1, "tenth.1"))) == [(100, None)]
    campaign(back, "tenth", limits="limits: {per_store_day: 1}\n")
    assert granted(till("POST", "/v1/redemptions", sale(2, "tenth.1"))) == [(0, "capacity")]


def test_whoever_wants_to_be_told_is_told(back: Caller, till: Caller, database: Database) -> None:
    """Then the sale and its message are one transaction."""
    campaign(back, "tenth")
    assert granted(till("POST", "/v1/redemptions", sale(1, "tenth.1"))) == [(100, None)]
    hook = {"url": "https://shop.example/told", "kinds": ["offer.redeemed"]}
    assert back("POST", "/v1/webhooks", hook).status_code == 201
    assert granted(till("POST", "/v1/redemptions", sale(2, "tenth.1"))) == [(100, None)]
    with database.transaction() as connection:
        kinds = connection.execute(text("SELECT kind FROM gateway.webhook_message")).scalars().all()
    assert kinds == ["offer.redeemed"]


def test_many_at_once_take_what_there_is(
    back: Caller, till: Caller, database: Database, scale: Scale
) -> None:
    """Of thirty-two tills ten get one of ten uses; each asks twice, as if the answer was lost."""
    for turn in range(scale(2, 100)):
        name = f"turn-{turn}"
        campaign(back, name, limits="limits: {total: 10, budget: 9.50 EUR}\n")
        start = threading.Barrier(CLIENTS)

        def one(number: int, name: str = name, start: threading.Barrier = start, turn: int = turn) -> int:
            asked = sale(1000 * turn + number, f"{name}.1")
            start.wait()
            answers = [_patient(till, asked) for _ in range(2)]
            assert answers[0]["items"] == answers[1]["items"]
            given: int = answers[0]["items"][0]["granted"]
            return given

        with ThreadPoolExecutor(CLIENTS) as pool:
            assert Counter(pool.map(one, range(CLIENTS))) == {100: 9, 50: 1, 0: CLIENTS - 10}
    _balanced(database)


def test_sixty_four_tills_that_commit_hold_and_cancel_while_caps_move(
    back: Caller, till: Caller, database: Database, scale: Scale
) -> None:
    """Half of them say what they gave, half hold it first, some cancel: never over, and no use lost."""
    with ThreadPoolExecutor(CLIENTS) as worker, ThreadPoolExecutor(TILLS + 1) as tills:
        served = partial(_served, worker)
        for turn in range(scale(2, 100)):
            given = _race(back, till, served, tills, turn)
            uses, money = sum(amount > 0 for amount in given), sum(given)
            assert _taken(database, f"turn-{turn}") == [0, uses, uses, money]
            free = min(20 - uses, 18 - uses, -(-(1650 - money) // 100))
            for more in range(free + 1):
                answer = _patient(till, sale(1000 * turn + 900 + more, f"turn-{turn}.1"))
                assert (answer["items"][0]["granted"] > 0) == (more < free)
    _balanced(database)


def _race(
    back: Caller, till: Caller, served: Callable[..., Any], tills: ThreadPoolExecutor, turn: int
) -> list[int]:
    """What each till gave of a new campaign, while its office moves the cap."""
    name, start = f"turn-{turn}", threading.Barrier(TILLS + 1)
    campaign(back, name, limits=_limits(20))

    def one(place: int) -> int:
        start.wait()
        if place < TILLS:
            return _visit(partial(served, till), sale(1000 * turn + place, f"{name}.1"), place)
        for total in (15, 3, 20):
            served(campaign, back, name, limits=_limits(total))
        return 0

    return list(tills.map(one, range(TILLS + 1)))


def _limits(total: int) -> str:
    return f"limits: {{total: {total}, per_store_day: 18, budget: 16.50 EUR}}\n"


def _served(worker: ThreadPoolExecutor, ask: Callable[..., Any], *asked: Any, **named: Any) -> Any:
    """What is answered by one of the worker's threads, when one is free: each keeps its connection."""
    return worker.submit(ask, *asked, **named).result()


def _visit(till: Callable[..., Any], asked: dict[str, object], place: int) -> int:
    """What a till gives in the end: it commits at once or what it held; every fifth cancels the sale."""
    step = {"transaction": asked["transaction"], "occurred_at": asked["occurred_at"]}
    if place % 2:
        done = _patient(till, asked)
    else:
        held = _patient(till, {**asked, "state": "reserved"})
        done = _patient(till, step, f"/{held['redemption']}/commit")
    if place % 5 == 0:
        _patient(till, step, f"/{done['redemption']}/reverse")
        return 0
    return sum(item["granted"] for item in done["items"])


def test_a_commit_whose_connection_ends_books_nothing(
    back: Caller, till: Caller, services: Services, database: Database
) -> None:
    """The database ends it while it waits for the hot row; the till asks again, and it is booked once."""
    campaign(back, "tenth", limits="limits: {total: 5}\n")
    assert granted(till("POST", "/v1/redemptions", sale(1, "tenth.1"))) == [(100, None)]
    with ThreadPoolExecutor(1) as pool:
        with database.engine.begin() as hot:
            hot.execute(text("SELECT FROM offers.capacity FOR UPDATE"))
            cut = pool.submit(till, "POST", "/v1/redemptions", sale(2, "tenth.1"))
            _until(lambda: _stopped(database, "terminate"))
        assert cut.result().status_code == 503
        assert _taken(database) == [1]
        assert granted(pool.submit(till, "POST", "/v1/redemptions", sale(2, "tenth.1")).result()) == [
            (100, None)
        ]
    assert _taken(database) == [2]
    _balanced(database)


def test_a_server_that_dies_between_two_statements_of_a_commit_changes_nothing_twice(
    back: Caller, till: Caller, services: Services, database: Database
) -> None:
    """They travel in one message, of which the database has done so many; the till asks again."""
    campaign(back, "tenth", limits="limits: {total: 1000, per_store_day: 1000, budget: 1000.00 EUR}\n")
    for number in (1, 2):
        assert granted(till("POST", "/v1/redemptions", sale(number, "tenth.1"))) == [(100, None)]
    done = 2
    for dies_after in range(100):
        has_died = _dies_after(services, dies_after)
        answer = till("POST", "/v1/redemptions", sale(100 + dies_after, "tenth.1"))
        assert answer.status_code == (503 if has_died else 200)
        _until(lambda: not _at_work(database))
        for _ in range(2):
            asked_again = till("POST", "/v1/redemptions", sale(100 + dies_after, "tenth.1"))
            assert granted(asked_again) == [(100, None)]
        done += 1
        assert _taken(database) == [0, done, done, 100 * done]
        _balanced(database)
        if not has_died:
            break
    assert dies_after > 4, "the message has more statements than that"


def test_a_commit_that_waits_too_long_leaves_its_connection_usable(
    back: Caller, till: Caller, database: Database
) -> None:
    """It is told to come again, and the next one is served."""
    campaign(back, "tenth", limits="limits: {total: 5}\n")
    assert granted(till("POST", "/v1/redemptions", sale(1, "tenth.1"))) == [(100, None)]
    with ThreadPoolExecutor(1) as pool:
        with database.engine.begin() as hot:
            hot.execute(text("SELECT FROM offers.capacity FOR UPDATE"))
            cut = pool.submit(till, "POST", "/v1/redemptions", sale(2, "tenth.1"))
            _until(lambda: _stopped(database, "cancel"))
            assert cut.result().status_code == 503
        assert granted(pool.submit(till, "POST", "/v1/redemptions", sale(2, "tenth.1")).result()) == [
            (100, None)
        ]
    assert _taken(database) == [2]


def _stopped(database: Database, verb: str) -> bool:
    """Whether a commit waited for a row, and was stopped."""
    waiting = """
        SELECT pg_{verb}_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%gateway_book%'
    """
    with database.transaction() as connection:
        return connection.execute(text(waiting.format(verb=verb))).first() is not None


def _statements(services: Services) -> list[str]:
    """What this thread's connection sends from now on."""
    seen: list[str] = []

    class Remembering(psycopg2.extensions.cursor):
        def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002  (the driver's name)
            seen.append(str(query))
            super().execute(query, vars)

    with services.quick.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.cursor_factory = Remembering
    return seen


def _dies_after(services: Services, statements: int) -> list[bool]:
    """Lets this thread's connection die when it has done so many statements of the next message; the list
    tells whether it did.
    """
    has_died: list[bool] = []

    class Mortal(psycopg2.extensions.cursor):
        def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002  (the driver's name)
            parts = self.mogrify(query, vars).decode().split(";")
            if statements >= len(parts):
                super().execute(query, vars)
                return
            if any(parts[:statements]):
                super().execute(";".join(parts[:statements]))
            has_died.append(True)
            self.connection.close()
            raise psycopg2.OperationalError("the server is gone")

    with services.quick.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.cursor_factory = Mortal
    return has_died


def _at_work(database: Database) -> bool:
    with database.transaction() as connection:
        return bool(
            connection.scalar(
                text("""
                    SELECT count(*) FROM pg_stat_activity
                     WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
                """)
            )
        )


def _transactions(database: Database) -> list[str]:
    """What the connections for transactions send from now on."""
    seen: list[str] = []
    sa.event.listen(database.engine, "checkout", lambda *_: seen.append("transaction"))
    return seen


def _until(done: Callable[[], object]) -> None:
    for _ in range(500):
        if done():
            return
        time.sleep(0.01)
    raise AssertionError("it never happened")


def _patient(till: Callable[..., Any], asked: dict[str, object], step: str = "") -> dict[str, Any]:
    """The answer, once there is a connection for it."""
    for _ in range(200):
        answer = till("POST", f"/v1/redemptions{step}", asked)
        if answer.status_code != 503:
            assert answer.status_code == 200, answer.text
            return dict(answer.json or {})
        time.sleep(0.01)
    raise AssertionError("it was never served")


def _taken(database: Database, name: str = "tenth") -> list[int]:
    """What is taken of a campaign's limits: of a limit a store and day its pattern first."""
    with database.transaction() as connection:
        rows = connection.execute(
            text("""
                SELECT c.taken FROM offers.capacity AS c JOIN offers.campaign AS k USING (campaign_no)
                 WHERE k.id = :name ORDER BY c.kind, c.subject
            """),
            {"name": name},
        )
        return list(rows.scalars())


def _balanced(database: Database) -> None:
    """The rows of capacity say what holds and claims say."""
    with database.transaction() as connection:
        assert unbalanced(connection) == []
