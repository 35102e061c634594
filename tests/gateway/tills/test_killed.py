"""Server and database are killed in the middle of two hundred redemptions: all agree to the cent."""

import datetime as dt
import json
import random
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil
import pytest

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
    report = gateway.call("GET", f"/v1/reconciliation?day={day}&store={STORE}", key=key)[1]
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
