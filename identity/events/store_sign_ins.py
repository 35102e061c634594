"""Sign-ins and mentions as rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.engine import Connection

from identity import driver
from identity.driver import array


@dataclass(frozen=True, slots=True)
class StoredSignIn:
    """A sign-in; the account's value is sealed."""

    device: int
    at: datetime
    sealed: bytes


@dataclass(frozen=True, slots=True)
class NewSignIn:
    """A sign-in as it is to be written; `account` and `device` are digests."""

    device: int
    at: datetime
    account: int
    source: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class NewMention:
    """An identifier seen in an event of a record that does not show it."""

    record_no: int
    digest: int
    code: int
    day: date


def sign_ins(connection: Connection, devices: Sequence[int]) -> list[StoredSignIn]:
    """All sign-ins on these devices."""
    if not devices:
        return []
    rows = driver.rows(
        connection,
        "select device, at, sealed from identity.sign_in where device = any (%s::int8[])",
        (array(devices),),
    )
    return [StoredSignIn(device, at, bytes(sealed)) for device, at, sealed in rows]


def add_sign_ins(connection: Connection, found: Sequence[NewSignIn]) -> None:
    """Writes sign-ins; one that is known is not repeated."""
    ordered = sorted(found, key=lambda each: (each.device, each.at, each.account))
    connection.exec_driver_sql(
        "insert into identity.sign_in (device, at, account, source, sealed)"
        " select * from unnest(%s::int8[], %s::timestamptz[], %s::int8[], %s::text[], %s::bytea[])"
        " on conflict (device, at, account) do nothing",
        (
            [each.device for each in ordered],
            [each.at for each in ordered],
            [each.account for each in ordered],
            [each.source for each in ordered],
            [each.sealed for each in ordered],
        ),
    )


def mention(connection: Connection, found: Sequence[NewMention]) -> dict[tuple[int, int], int]:
    """Notes mentions and returns on how many days each (record, digest) has been seen."""
    days: dict[tuple[int, int], int] = {}
    for each in sorted(found, key=lambda m: (m.record_no, m.digest, m.day)):
        days[each.record_no, each.digest] = connection.exec_driver_sql(
            "insert into identity.mention as m (record_no, digest, type, days) values (%s, %s, %s,"
            " array[%s::date])"
            " on conflict (record_no, digest) do update set days = case when excluded.days <@ m.days"
            " then m.days"
            " else m.days || excluded.days end returning cardinality(days)",
            (each.record_no, each.digest, each.code, each.day),
        ).scalar_one()
    return days
