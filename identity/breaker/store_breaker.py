"""What sources did, and which are paused, as rows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from identity.breaker.rules import Counts
from identity.scoring.registry import HELD


@dataclass(frozen=True, slots=True)
class Watched:
    """A source with its baseline; `held` records wait for it to be resumed."""

    source: str
    baseline: Counts
    paused_at: datetime | None
    paused_by: str | None
    reason: str | None
    held: int


def take_windows(connection: Connection, *, least: int) -> list[tuple[str, Counts]]:
    """Takes the tallies of sources that sent so many records since the last time; others wait."""
    found = connection.exec_driver_sql(
        "with ready as (select source, max(tally_no) as last from identity.tally"
        "  group by source having count(*) >= %s),"
        " taken as (delete from identity.tally t using ready"
        "  where t.source = ready.source and t.tally_no <= ready.last"
        "  returning t.source, t.joins, t.generics)"
        " select source, count(*), sum(joins), sum(generics) from taken group by source order by source",
        (least,),
    )
    return [
        (source, Counts(float(count), float(joins), float(generics)))
        for source, count, joins, generics in found
    ]


def baseline(connection: Connection, source: str) -> Counts:
    """What a source used to do."""
    found = connection.exec_driver_sql(
        "select records, joins, generics from identity.watched where source = %s", (source,)
    ).one_or_none()
    return Counts(0.0, 0.0, 0.0) if found is None else Counts(*found)


def learn(connection: Connection, source: str, known: Counts) -> None:
    """Writes a source's baseline."""
    connection.exec_driver_sql(
        "insert into identity.watched (source, records, joins, generics) values (%s, %s, %s, %s)"
        " on conflict (source) do update set records = excluded.records, joins = excluded.joins,"
        " generics = excluded.generics",
        (source, known.records, known.joins, known.generics),
    )


def pause(connection: Connection, source: str, reason: str, *, author: str, now: datetime) -> bool:
    """Pauses a source; False when it is paused."""
    found = connection.exec_driver_sql(
        "insert into identity.watched as w (source, records, joins, generics, paused_at, paused_by, reason)"
        " values (%s, 0, 0, 0, %s, %s, %s) on conflict (source) do update"
        " set paused_at = excluded.paused_at, paused_by = excluded.paused_by, reason = excluded.reason"
        " where w.paused_at is null returning 1",
        (source, now, author, reason),
    )
    return found.scalar_one_or_none() is not None


def resume(connection: Connection, source: str) -> bool:
    """Ends a source's pause; False when there is none."""
    found = connection.exec_driver_sql(
        "update identity.watched set paused_at = null, paused_by = null, reason = null"
        " where source = %s and paused_at is not null returning 1",
        (source,),
    )
    return found.scalar_one_or_none() is not None


def is_paused(connection: Connection, source: str) -> bool:
    """Whether a source is paused."""
    found: bool = connection.exec_driver_sql(
        "select exists (select from identity.watched where source = %s and paused_at is not null)", (source,)
    ).scalar_one()
    return found


def watched(connection: Connection) -> list[Watched]:
    """The sources that were looked at."""
    found = connection.exec_driver_sql(
        "select w.source, w.records, w.joins, w.generics, w.paused_at, w.paused_by, w.reason,"
        " (select count(*) from identity.record r where r.source = w.source and r.model_no = %s"
        "  and r.sealed is not null)"
        " from identity.watched w order by w.source",
        (HELD,),
    )
    return [
        Watched(source, Counts(records, joins, generics), *rest)
        for source, records, joins, generics, *rest in found
    ]


def next_held(connection: Connection, source: str) -> tuple[int, str] | None:
    """A record that a source brought while it was paused: its number and key."""
    found = connection.exec_driver_sql(
        "select record_no, key from identity.record"
        " where source = %s and model_no = %s and sealed is not null limit 1",
        (source, HELD),
    ).one_or_none()
    return None if found is None else (found[0], found[1])
