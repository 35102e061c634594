"""Server and database are killed in the middle of two hundred redemptions: all agree to the cent."""

import datetime as dt
import json
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import Connection, text

from gateway.database import Database, open_database
from gateway.settings import Settings
from o2o_client import Address, Line, Place, RefusedError, Tender, Till
from tests.conftest import Scale
from tests.gateway.running import START_S, Gateway, line_of, own_gateway, until
from tests.gateway.tills.market import STORE, given, unbooked
from tests.offers.floor import unbalanced

pytestmark = pytest.mark.process

DAY = dt.date(2026, 11, 21)
TILLS = 4
SALES = 50


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """A gateway of its own."""
    with own_gateway() as running:
        yield running


@pytest.mark.parametrize("victim", ["server", "database", "all of the database"])
def test_killed_in_the_middle_of_two_hundred_redemptions(
    gateway: Gateway, tmp_path: Path, scale: Scale, victim: str
) -> None:
    """What the tills say, what the ledger says and what the limits say is the same."""
    gateway.start()
    key = _furnish(gateway)
    for turn in range(scale(1, 10)):
        day = DAY + dt.timedelta(days=turn)
        counted = _Count()
        tills = [
            threading.Thread(target=_sell, args=[gateway, key, tmp_path / f"{number}", number, day, counted])
            for number in range(TILLS)
        ]
        for till in tills:
            till.start()
        enough = 20 + random.Random(turn).randrange(100)
        until(partial(counted.reached, enough), START_S)
        _kill(gateway, victim)
        for till in tills:
            till.join()
        assert counted.sold == TILLS * SALES
        until(gateway.answers, START_S)
        _agree(gateway, key, tmp_path, day)


@pytest.mark.parametrize("victim", ["server", "database", "all of the database"])
def test_killed_in_the_middle_of_two_hundred_commits_at_once(
    gateway: Gateway, scale: Scale, victim: str
) -> None:
    """What was answered is there afterwards, and nothing is there twice, however often it was asked."""
    gateway.start()
    key = _furnish(gateway)
    for turn in range(scale(1, 10)):
        day = DAY + dt.timedelta(days=turn)
        counted = _Count()
        with ThreadPoolExecutor(TILLS) as pool:
            tills = [pool.submit(_report, gateway, key, number, day, counted) for number in range(TILLS)]
            enough = 20 + random.Random(turn).randrange(100)
            until(partial(counted.reached, enough), START_S)
            _kill(gateway, victim)
            told = {sale: redemption for till in tills for sale, redemption in till.result().items()}
        assert len(told) == TILLS * SALES
        with _database(gateway) as database, database.transaction() as connection:
            assert _stored(connection, day) == told
            assert unbalanced(connection) == []
            money = TILLS * sum(range(1, SALES + 1))
            taken = connection.execute(text("SELECT taken FROM offers.capacity ORDER BY kind")).scalars()
            assert [*taken] == [(turn + 1) * len(told), (turn + 1) * money]


Sale = tuple[str, str]
"""The terminal and the number of a transaction."""


def _report(gateway: Gateway, key: str, terminal: int, day: dt.date, counted: "_Count") -> dict[Sale, str]:
    """A till that says what it gave, each until it is answered; returns the redemptions it was told."""
    told: dict[Sale, str] = {}
    for amount in range(1, SALES + 1):
        sale = {
            "transaction": {
                "store": STORE,
                "terminal": str(terminal),
                "business_day": day.isoformat(),
                "number": str(amount),
            },
            "state": "committed",
            "occurred_at": f"{day}T10:00:00Z",
            "applied": [{"offer": "hot.1", "line": "1", "quantity": "1", "amount": amount}],
        }
        answer = _until_answered(gateway, key, sale)
        assert [item["granted"] for item in answer["items"]] == [amount]
        told[str(terminal), str(amount)] = answer["redemption"]
        counted.one_more()
    return told


def _until_answered(gateway: Gateway, key: str, sale: object) -> dict[str, Any]:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with suppress(OSError, HTTPException):  # nobody is there at the moment
            status, body = gateway.call("POST", "/v1/redemptions", sale, key)
            if status == 200:
                assert isinstance(body, dict)
                return body
            assert status == 503, body
        time.sleep(0.05)
    raise AssertionError("it was never answered")


def _stored(connection: Connection, day: dt.date) -> dict[Sale, str]:
    """The redemptions of a day that are in the ledger."""
    rows = connection.execute(
        text("SELECT terminal, number, id FROM offers.redemption WHERE business_day = :day"), {"day": day}
    )
    return {(row.terminal, row.number): str(row.id) for row in rows}


class _Count:
    def __init__(self) -> None:
        self.sold = 0
        self._lock = threading.Lock()

    def reached(self, enough: int) -> bool:
        """Whether there are so many."""
        return self.sold > enough

    def one_more(self) -> None:
        """Another sale is in a journal."""
        with self._lock:
            self.sold += 1


def _furnish(gateway: Gateway) -> str:
    scopes = [f"--scope={scope}" for scope in ("admin", "campaign", "ingest", "query", "redeem")]
    made = gateway.command("keys", "create", "test", *scopes, "--source=pos", "--json")
    assert made.returncode == 0, made.stderr
    key: str = json.loads(made.stdout)["token"]
    store = {"name": "Graben", "zone": "Europe/Vienna", "currency": "EUR", "country": "AT"}
    assert gateway.call("PUT", f"/v1/stores/{STORE}", store, key)[0] == 200
    hot = {
        "campaign": "hot",
        "name": "Everybody wants it",
        "trigger": "always",
        "reward": {"percent": "10%"},
        "limits": {"total": 100_000, "budget": "99999.00 EUR"},
        "messages": {"all": {"en": {"title": "Less"}}},
    }
    status, told = gateway.call("PUT", "/v1/campaigns/hot", hot, key)
    assert status == 200, told
    assert gateway.call("POST", "/v1/campaigns/hot/activate", {}, key, once="activate-hot")[0] == 200
    return key


def _open(gateway: Gateway, key: str, folder: Path, number: int) -> Till:
    address = Address(f"http://127.0.0.1:{gateway.ports[0]}", key)
    return Till.open(folder, address, Place(STORE, f"{number}"), budget_s=1.0)


def _sell(gateway: Gateway, key: str, folder: Path, number: int, day: dt.date, counted: _Count) -> None:
    """A till that sells whatever happens to the gateway."""
    with _open(gateway, key, folder, number) as till:
        till.fetch_offers()
        for amount in range(SALES):
            with till.sale(day) as sale:
                sale.add(Line("1", 1000 + 10 * amount, "SW-1"))
                sale.total()
                sale.pay([Tender("cash", sale.due_minor)])
            counted.one_more()


def _kill(gateway: Gateway, victim: str) -> None:
    if victim == "server":
        gateway.signal(signal.SIGKILL)
        until(lambda: gateway.family() == [])
        gateway.start()
        return
    # Whoever looks after the server dies, and the server with it, at once and without a checkpoint.
    doomed = [process for process in gateway.family() if "gateway.postgres.watch" in line_of(process)]
    if victim == "all of the database":
        doomed += [child for one in doomed for child in one.children(recursive=True)]
    for process in doomed:
        with suppress(psutil.NoSuchProcess):  # its parent's death was quicker
            process.kill()


def _agree(gateway: Gateway, key: str, folder: Path, day: dt.date) -> None:
    for number in range(TILLS):
        with _open(gateway, key, folder / f"{number}", number) as till:
            until(_forwarded(till), START_S)
            closed = till.close_day(day)
            assert closed is not None
            assert closed["agrees"], closed["differences"]
            with _database(gateway) as database, database.transaction() as connection:
                assert given(connection, day, str(number)) == till.given(day)
    with _database(gateway) as database, database.transaction() as connection:
        assert unbalanced(connection) == []
        assert unbooked(connection) == []
    status, report = gateway.call("GET", f"/v1/reconciliation?day={day}&store={STORE}", key=key)
    assert status == 200, report
    assert isinstance(report, dict)
    assert report["differences"] == []


def _forwarded(till: Till) -> Callable[[], bool]:
    def done() -> bool:
        try:
            found = till.forward()
        except RefusedError:
            return False
        assert not found.aside, till.desk.memory.aside
        return found.is_reconciled

    return done


def _database(gateway: Gateway) -> Database:
    return open_database(Settings(home=gateway.home))
