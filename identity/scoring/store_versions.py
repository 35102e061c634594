"""Model versions and their activations as rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy.engine import Connection

from identity import driver


@dataclass(frozen=True, slots=True)
class Version:
    """A stored model; `activated_at` is when it last became the active one."""

    model_no: int
    version: str
    added_at: datetime
    activated_at: datetime | None
    is_active: bool
    records: int


def add(connection: Connection, version: str, document: Mapping[str, Any], *, now: datetime) -> int | None:
    """Stores a model and returns its number, None when there is another one of that version."""
    content = orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode()
    connection.exec_driver_sql(
        "insert into identity.model (version, document, added_at) values (%s, %s::jsonb, %s)"
        " on conflict (version) do nothing",
        (version, content, now),
    )
    number: int | None = connection.exec_driver_sql(
        "select model_no from identity.model where version = %s and document = %s::jsonb", (version, content)
    ).scalar_one_or_none()
    return number


def document(connection: Connection, model_no: int) -> Mapping[str, Any]:
    """A stored model."""
    found: Mapping[str, Any] = driver.value(
        connection, "select document from identity.model where model_no = %s", (model_no,)
    )
    return found


def number_of(connection: Connection, version: str) -> int | None:
    """The number of a version."""
    found: int | None = connection.exec_driver_sql(
        "select model_no from identity.model where version = %s", (version,)
    ).scalar_one_or_none()
    return found


def versions(connection: Connection) -> list[Version]:
    """All versions, the newest first, with how many records are found under the keys of each."""
    found = connection.exec_driver_sql(
        "select m.model_no, m.version, m.added_at, a.at, m.model_no = identity.active_model(),"
        " (select count(*) from identity.record r where r.model_no = m.model_no and r.sealed is not null)"
        " from identity.model m left join lateral (select at from identity.activation a"
        " where a.model_no = m.model_no order by a.activation_no desc limit 1) a on true"
        " order by m.model_no desc"
    )
    return [Version(*row) for row in found]


def take(connection: Connection, *, exclusively: bool) -> int:
    """Takes part in the use of the active model, or waits for all who do; returns its number."""
    how = "pg_advisory_xact_lock" if exclusively else "pg_advisory_xact_lock_shared"
    number: int = driver.value(
        connection, f"select {how}(identity.model_lock()); select identity.active_model()", ()
    )
    return number


def before(connection: Connection) -> int | None:
    """The model that was active before the one that is."""
    found: int | None = connection.exec_driver_sql(
        "select model_no from identity.activation where model_no <> identity.active_model()"
        " order by activation_no desc limit 1"
    ).scalar_one_or_none()
    return found


def activate(connection: Connection, model_no: int, *, author: str, now: datetime) -> None:
    """Makes a model the active one and queues everything to be weighed again."""
    connection.exec_driver_sql(
        "insert into identity.activation (model_no, author, at) values (%s, %s, %s)", (model_no, author, now)
    )
    place_again(connection, now=now)


def place_again(connection: Connection, *, now: datetime) -> None:
    """Queues everything to be weighed again that is stored."""
    connection.exec_driver_sql(
        "insert into identity.redo (kind, subject, reason, queued_at)"
        " select 'model', 0, 'model', %s where exists (select from identity.record)",
        (now,),
    )


def spread(connection: Connection, count: int) -> list[int]:
    """So many live records, or all if there are fewer, spread evenly over all."""
    found = connection.exec_driver_sql(
        "select s.record_no"
        " from (select min(record_no) as first, max(record_no) as last from identity.record) o"
        " cross join generate_series(0, %s - 1) n"
        " cross join lateral (select r.record_no from identity.record r"
        "  where r.record_no >= o.first + (o.last - o.first + 1) * n / %s and r.sealed is not null"
        "  order by r.record_no limit 1) s group by s.record_no order by s.record_no",
        (count, count),
    )
    return list(found.scalars())


def sealed_after(connection: Connection, after: int, count: int) -> list[tuple[Any, ...]]:
    """So many live records beyond that number: number, id, source, key, generation, channel, stub, sealed."""
    return driver.rows(
        connection,
        "select record_no, id, source, key, generation, channel, stub, sealed from identity.record"
        " where record_no > %s and sealed is not null order by record_no limit %s",
        (after, count),
    )


_STALE: Final = """
select r.record_no, r.source, r.key, m.piece_no
from identity.record r join identity.member m on m.record_no = r.record_no
where r.sealed is not null and r.model_no <> -1
and (r.model_no <> identity.active_model() or m.links[1] is distinct from %s)
"""
_HOW_MANY_STALE: Final = f"select count(*) from ({_STALE}) s"  # noqa: S608  (the parts are ours)
_NEXT_STALE: Final = f"""
with stale as not materialized ({_STALE})
select s.record_no, s.source, s.key from stale s
where s.piece_no = (select n.piece_no from stale n where n.record_no > %s order by n.record_no limit 1)
order by s.record_no
"""  # noqa: S608  (the parts are ours)


def stale(connection: Connection, stamp: int) -> int:
    """How many records are not under the active model's keys, or have links found under another stamp."""
    count: int = connection.exec_driver_sql(_HOW_MANY_STALE, (stamp,)).scalar_one()
    return count


def next_piece(connection: Connection, after: int, stamp: int) -> list[tuple[int, str, str]]:
    """The next record beyond that number which is not under the active model's keys, or whose links were
    found under another stamp, and all such of its piece. Of each the number, source and key.
    """
    found = driver.rows(connection, _NEXT_STALE, (stamp, after))
    return [(number, source, key) for number, source, key in found]
