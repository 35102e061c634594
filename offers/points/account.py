"""What sales, returns and reversals do to points.

Invariant: locks are taken after those on redemption, person and capacity, lots in the order of their numbers.
What has happened is booked in full: who pays with more than there is owes the rest.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from offers.model import Policy
from offers.points import lots, store
from offers.points.lots import Balance, Part
from offers.points.store import Earned


def earn(
    connection: Connection,
    redemption_no: int,
    record_no: int,
    earned: Iterable[Earned],
    *,
    at: datetime,
    now: datetime,
    policy: Policy,
) -> None:
    """Book what a sale earned, pending until its goods can no longer come back."""
    confirms_at = at + timedelta(seconds=policy.return_window_s)
    expires_at = confirms_at + timedelta(seconds=policy.points_last_s)
    store.add_lots(
        connection, redemption_no, record_no, list(earned), confirms_at=confirms_at, expires_at=expires_at
    )
    _settle(connection, [record_no], now)


def spend(
    connection: Connection, redemption_no: int, record_nos: Iterable[int], points: int, *, now: datetime
) -> int:
    """Pay a sale with points; return how many there were not."""
    records = sorted(record_nos)
    held = _settle(connection, records, now)
    parts = lots.spend(held, points, now)
    store.add_spent(connection, parts)
    store.add_uses(connection, redemption_no, parts)
    short = points - sum(part.points for part in parts)
    if short:
        store.add_debt(connection, redemption_no, min(records, default=None), short, cause="payment")
    return short


def take_back(connection: Connection, redemption_no: int, back: Mapping[int, int], *, now: datetime) -> int:
    """Take back so many points of what each item of a sale earned; return how many in all."""
    taken = 0
    touched: set[int] = set()
    for item, record_no, lot in store.lock_lots_of(connection, redemption_no):
        after, owed = lots.take_back(lot, back.get(item, 0))
        taken += after.taken_back - lot.taken_back + owed
        if after != lot:
            store.set_taken_back(connection, after)
        if owed and record_no is not None:
            store.add_debt(connection, redemption_no, record_no, owed, cause="refund")
            touched.add(record_no)
    if touched:
        _settle(connection, sorted(touched), now)
    return taken


def give_back(connection: Connection, redemption_no: int, points: int | None) -> int:
    """Give back what a sale was paid with, to the lots it came from (None: all); return how many points."""
    debts = store.lock_debts_of(connection, redemption_no)
    uses = store.uses(connection, redemption_no)
    owed = sum(debt.open for debt in debts)
    wanted = owed + sum(part.points for part in uses) if points is None else points
    forgiven = min(owed, wanted)
    store.settle(connection, debts, forgiven)
    parts = lots.give_back(uses, wanted - forgiven)
    store.add_spent(connection, [Part(part.lot_no, -part.points) for part in parts])
    store.add_given_back(connection, redemption_no, parts)
    return forgiven + sum(part.points for part in parts)


def undo(connection: Connection, redemption_no: int, earned: Mapping[int, int], *, now: datetime) -> None:
    """Undo a sale: what it earned (item to points) is taken back, what it was paid with given back."""
    if earned:
        take_back(connection, redemption_no, earned, now=now)
    give_back(connection, redemption_no, None)


def forget(connection: Connection, record_nos: Iterable[int]) -> None:
    """Cut points loose from erased records."""
    store.forget(connection, record_nos)


def spent_by(connection: Connection, redemption_no: int) -> int:
    """How many points a sale was paid with."""
    return store.spent_by(connection, redemption_no)


def balance(connection: Connection, record_nos: Iterable[int], *, now: datetime) -> Balance:
    """What these records' shopper may spend, what is pending, what is owed."""
    held, owed = store.read(connection, record_nos)
    return lots.balance(held, owed, now)


def _settle(connection: Connection, record_nos: list[int], now: datetime) -> list[lots.Lot]:
    """Pay what is owed from what is there; return what is left."""
    held = store.lock_lots(connection, record_nos)
    debts = store.lock_debts(connection, record_nos)
    parts = lots.settle(held, sum(debt.open for debt in debts), now)
    if not parts:
        return held
    store.add_spent(connection, parts)
    store.settle(connection, debts, sum(part.points for part in parts))
    return store.lock_lots(connection, record_nos)
