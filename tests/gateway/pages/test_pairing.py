"""Pairing codes and devices in the database."""

import datetime as dt
import threading
from uuid import UUID

import pytest
from sqlalchemy import Connection, text
from uuid_utils.compat import uuid7

from gateway.database import Database
from gateway.pages.kiosk import codes, pairing, store
from gateway.pages.kiosk.pairing import NotPaired, Paired

NOW = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def make(connection: Connection, *, now: dt.datetime = NOW) -> str:
    """A code for store 0042."""
    return pairing.make_code(connection, store_code="0042", name="Entrance", now=now)


def pair(connection: Connection, code: str, *, now: dt.datetime = NOW) -> Paired | NotPaired:
    """Type a code."""
    return pairing.pair(connection, code, device_id=uuid7(), now=now)


def wrong(code: str) -> str:
    """The same selector with another secret."""
    return code[:-1] + ("A" if code[-1] != "A" else "B")


def test_a_code_pairs_one_browser_with_its_store(connection: Connection) -> None:
    """The browser's cookie finds the device; the code is gone."""
    paired = pair(connection, make(connection))
    assert isinstance(paired, Paired)
    found = pairing.device_of(connection, paired.cookie)
    assert found == paired.device
    assert (found.store, found.name) == ("0042", "Entrance")


def test_a_code_works_once(connection: Connection) -> None:
    """The second browser that types it is refused."""
    code = make(connection)
    assert isinstance(pair(connection, code), Paired)
    assert pair(connection, code) == NotPaired("unknown")


def test_a_code_expires(connection: Connection) -> None:
    """After ten minutes it pairs nothing, and the next code made removes it."""
    code = make(connection)
    assert pair(connection, code, now=NOW + 10 * MINUTE) == NotPaired("expired")
    make(connection, now=NOW + 10 * MINUTE)
    assert pair(connection, code, now=NOW + 10 * MINUTE) == NotPaired("unknown")


def test_five_wrong_guesses_use_a_code_up(connection: Connection) -> None:
    """After them the right secret is refused too; another code is untouched."""
    code, other = make(connection), make(connection)
    for _ in range(codes.GUESSES):
        assert pair(connection, wrong(code)) == NotPaired("wrong")
    assert pair(connection, wrong(code)) == NotPaired("used_up")
    assert pair(connection, code) == NotPaired("used_up")
    assert isinstance(pair(connection, other), Paired)


def test_a_guess_at_no_code_costs_nobody_anything(connection: Connection) -> None:
    """A stranger who does not know a selector cannot use up an operator's code."""
    code = make(connection)
    for number in range(20):
        guess = codes.fresh(number.to_bytes(7)).text
        assert pair(connection, guess) == NotPaired("unknown")
    assert isinstance(pair(connection, code), Paired)


def test_neither_code_nor_cookie_is_stored(connection: Connection) -> None:
    """Whoever reads the tables finds hashes only."""
    code = make(connection)
    stored = str(connection.execute(text("select * from gateway.kiosk_pairing")).all())
    assert code not in stored
    assert code.replace("-", "")[3:] not in stored
    paired = pair(connection, code)
    assert isinstance(paired, Paired)
    row = connection.execute(text("select * from gateway.kiosk_device")).one()
    assert paired.cookie not in str(row)
    assert paired.cookie not in repr(paired)


def test_a_revoked_kiosk_is_nobody(connection: Connection) -> None:
    """Its cookie finds nothing from the next request on; revoking again says that there was none."""
    paired = pair(connection, make(connection))
    assert isinstance(paired, Paired)
    assert store.revoke(connection, paired.device.device_id, now=NOW)
    assert pairing.device_of(connection, paired.cookie) is None
    assert not store.revoke(connection, paired.device.device_id, now=NOW)
    assert not store.revoke(connection, UUID(int=1), now=NOW)


def test_devices_are_listed_by_store(connection: Connection) -> None:
    """Newest first; revoked ones only when asked for."""
    first = pair(connection, make(connection))
    second = pair(connection, make(connection, now=NOW + MINUTE), now=NOW + MINUTE)
    assert isinstance(first, Paired)
    assert isinstance(second, Paired)
    store.revoke(connection, first.device.device_id, now=NOW)
    live = store.devices(connection, store="0042", revoked=False)
    assert [device.device_id for device in live] == [second.device.device_id]
    everything = store.devices(connection, store=None, revoked=True)
    assert [device.device_id for device in everything] == [second.device.device_id, first.device.device_id]
    assert store.devices(connection, store="0043", revoked=True) == []


def test_a_cookie_that_is_no_cookie_finds_nothing(connection: Connection) -> None:
    """Nothing, an empty text and somebody's invention are all nobody."""
    for value in (None, "", "invented", "\N{SNOWMAN}"):
        assert pairing.device_of(connection, value) is None


def test_being_seen_is_written_once_a_minute(connection: Connection) -> None:
    """A kiosk that asks all the time does not write all the time."""
    paired = pair(connection, make(connection))
    assert isinstance(paired, Paired)
    assert not store.is_due(paired.device, now=NOW + MINUTE / 2)
    assert store.is_due(paired.device, now=NOW + MINUTE)
    store.mark_seen(connection, paired.device, now=NOW + MINUTE)
    found = pairing.device_of(connection, paired.cookie)
    assert found is not None
    assert found.seen_at == NOW + MINUTE


@pytest.mark.parametrize("times", range(3))
def test_of_browsers_that_type_a_code_at_once_one_is_paired(database: Database, times: int) -> None:
    """Four threads with real connections: one device, three refusals."""
    with database.transaction() as connection:
        code = make(connection)
    barrier = threading.Barrier(4)
    results: list[Paired | NotPaired] = []

    def race() -> None:
        barrier.wait()
        with database.transaction() as connection:
            results.append(pair(connection, code))

    racers = [threading.Thread(target=race) for _ in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sum(isinstance(result, Paired) for result in results) == 1
    with database.transaction() as connection:
        assert len(store.devices(connection, store=None, revoked=True)) == 1
