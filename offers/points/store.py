"""Reads and writes lots of points, what was spent of them, and what is owed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, text

from offers.points.lots import Lot, Part
from offers.tables import point_debt, point_lot, point_use


class Earned(NamedTuple):
    """Points that an item earned."""

    item: int
    points: int


class Debt(NamedTuple):
    """Points that somebody owes still."""

    debt_no: int
    open: int


def add_lots(
    connection: Connection,
    redemption_no: int,
    record_no: int,
    earned: Sequence[Earned],
    *,
    confirms_at: datetime,
    expires_at: datetime,
) -> None:
    """Keep what a sale earned, a lot for each item."""
    common = {
        "redemption_no": redemption_no,
        "record_no": record_no,
        "confirms_at": confirms_at,
        "expires_at": expires_at,
    }
    rows = [{**common, "item": one.item, "earned": one.points} for one in earned]
    connection.execute(insert(point_lot), rows)


_LOTS = """
    SELECT lot_no, item, record_no, earned, spent, taken_back, confirms_at, expires_at
      FROM offers.point_lot
"""
_OF_RECORDS = text(f"""{_LOTS}
     WHERE record_no = ANY (CAST(:records AS bigint[])) AND spent + taken_back < earned
     ORDER BY lot_no FOR UPDATE
""")
_OF_REDEMPTION = text(f"{_LOTS} WHERE redemption_no = :redemption_no ORDER BY lot_no FOR UPDATE")


def lock_lots(connection: Connection, record_nos: Iterable[int]) -> list[Lot]:
    """What these records have left, locked in the order of the lots' numbers."""
    return [_lot(row) for row in connection.execute(_OF_RECORDS, {"records": list(record_nos)})]


def lock_lots_of(connection: Connection, redemption_no: int) -> list[tuple[int, int | None, Lot]]:
    """The lots that a sale earned, locked: item, record, lot."""
    rows = connection.execute(_OF_REDEMPTION, {"redemption_no": redemption_no})
    return [(row.item, row.record_no, _lot(row)) for row in rows]


def _lot(row: Any) -> Lot:
    return Lot(
        lot_no=row.lot_no,
        earned=row.earned,
        spent=row.spent,
        taken_back=row.taken_back,
        confirms_at=row.confirms_at,
        expires_at=row.expires_at,
    )


def add_spent(connection: Connection, parts: Sequence[Part]) -> None:
    """Count these parts as spent; negative ones as unspent again."""
    if parts:
        connection.execute(
            text("UPDATE offers.point_lot SET spent = spent + :points WHERE lot_no = :lot_no"),
            [{"lot_no": part.lot_no, "points": part.points} for part in parts],
        )


def set_taken_back(connection: Connection, lot: Lot) -> None:
    """Keep how much of a locked lot was taken back."""
    connection.execute(
        text("UPDATE offers.point_lot SET taken_back = :taken WHERE lot_no = :lot_no"),
        {"taken": lot.taken_back, "lot_no": lot.lot_no},
    )


def add_uses(connection: Connection, redemption_no: int, parts: Sequence[Part]) -> None:
    """Keep from which lots a sale was paid."""
    if parts:
        rows = [{"redemption_no": redemption_no, **_values(part)} for part in parts]
        connection.execute(insert(point_use), rows)


def _values(part: Part) -> Mapping[str, int]:
    return {"lot_no": part.lot_no, "points": part.points}


def uses(connection: Connection, redemption_no: int) -> list[Part]:
    """What a sale spent and was not given back, in the order of spending."""
    rows = connection.execute(
        text("""
            SELECT u.lot_no, u.points - u.given_back AS points
              FROM offers.point_use AS u JOIN offers.point_lot AS l USING (lot_no)
             WHERE u.redemption_no = :redemption_no AND u.given_back < u.points
             ORDER BY l.expires_at, l.lot_no
        """),
        {"redemption_no": redemption_no},
    )
    return [Part(row.lot_no, row.points) for row in rows]


def spent_by(connection: Connection, redemption_no: int) -> int:
    """How many points a sale was paid with, what is owed for it included."""
    found = connection.execute(
        text("""
            SELECT coalesce((SELECT sum(points) FROM offers.point_use
                              WHERE redemption_no = :redemption_no), 0)
                 + coalesce((SELECT sum(points) FROM offers.point_debt
                              WHERE redemption_no = :redemption_no AND cause = 'payment'), 0)
        """),
        {"redemption_no": redemption_no},
    )
    return int(found.scalar_one())


def add_given_back(connection: Connection, redemption_no: int, parts: Sequence[Part]) -> None:
    """Count parts of what a sale spent as given back."""
    if parts:
        connection.execute(
            text("""
                UPDATE offers.point_use SET given_back = given_back + :points
                 WHERE redemption_no = :redemption_no AND lot_no = :lot_no
            """),
            [{"redemption_no": redemption_no, **_values(part)} for part in parts],
        )


def add_debt(
    connection: Connection, redemption_no: int, record_no: int | None, points: int, *, cause: str
) -> None:
    """Keep what is owed."""
    connection.execute(
        insert(point_debt).values(
            redemption_no=redemption_no, record_no=record_no, points=points, cause=cause
        )
    )


_DEBTS = text("""
    SELECT debt_no, points - settled AS open FROM offers.point_debt
     WHERE record_no = ANY (CAST(:records AS bigint[])) AND settled < points
     ORDER BY debt_no FOR UPDATE
""")
_DEBTS_OF = text("""
    SELECT debt_no, points - settled AS open FROM offers.point_debt
     WHERE redemption_no = :redemption_no AND cause = 'payment' AND settled < points
     ORDER BY debt_no FOR UPDATE
""")


def lock_debts(connection: Connection, record_nos: Iterable[int]) -> list[Debt]:
    """What these records owe, oldest first, locked."""
    return [Debt(*row) for row in connection.execute(_DEBTS, {"records": list(record_nos)})]


def lock_debts_of(connection: Connection, redemption_no: int) -> list[Debt]:
    """What is owed for paying this sale, locked."""
    return [Debt(*row) for row in connection.execute(_DEBTS_OF, {"redemption_no": redemption_no})]


def settle(connection: Connection, debts: Iterable[Debt], points: int) -> None:
    """Count so many points as paid, the oldest debts first."""
    for debt in debts:
        paid = min(points, debt.open)
        if paid:
            connection.execute(
                text("UPDATE offers.point_debt SET settled = settled + :paid WHERE debt_no = :debt_no"),
                {"paid": paid, "debt_no": debt.debt_no},
            )
        points -= paid


_HAVE = text(f"{_LOTS} WHERE record_no = ANY (CAST(:records AS bigint[])) AND spent + taken_back < earned")
_OWED = text("""
    SELECT coalesce(sum(points - settled), 0) FROM offers.point_debt
     WHERE record_no = ANY (CAST(:records AS bigint[])) AND settled < points
""")


def read(connection: Connection, record_nos: Iterable[int]) -> tuple[list[Lot], int]:
    """What these records have left, and what they owe."""
    records = {"records": list(record_nos)}
    lots = [_lot(row) for row in connection.execute(_HAVE, records)]
    return lots, int(connection.execute(_OWED, records).scalar_one())


def forget(connection: Connection, record_nos: Iterable[int]) -> None:
    """Cut points loose from erased records: nobody may spend them, the books keep their sums."""
    records = {"records": list(record_nos)}
    for statement in (_UNNAME_LOTS, _UNNAME_DEBTS):
        connection.execute(statement, records)


_UNNAME_LOTS = text("""
    UPDATE offers.point_lot SET record_no = NULL WHERE record_no = ANY (CAST(:records AS bigint[]))
""")
_UNNAME_DEBTS = text("""
    UPDATE offers.point_debt SET record_no = NULL WHERE record_no = ANY (CAST(:records AS bigint[]))
""")
