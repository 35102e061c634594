"""Reads what is used most into the server's memory after its start, which finds it empty.

A page that comes from the disk costs about a hundred times what one in memory does, and whoever touches
pages all over (taking in a record, looking a shopper up) would wait for them until each has been touched
once: hours, among a million people. PostgreSQL counts how often each table and index was used, and keeps that
count over a clean stop.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from sqlalchemy.engine import Connection
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

from gateway.database import open_engine

SHARE: Final = 0.9
"""How much of the memory is filled; the rest is for those who work meanwhile."""

NICENESS: Final = 10

# Of an index all pages are read by going through it in its order, of a table by asking for rows by their
# places: a big table that is read as a whole leaves hardly any of it in memory.
SETTINGS: Final = (
    "set enable_bitmapscan = off; set enable_sort = off; set max_parallel_workers_per_gather = 0"
)
PAGES: Final = "select setting::int8 from pg_settings where name = 'shared_buffers'"
RELATIONS: Final = """
select
  relid::regclass::text, '', pg_relation_size(relid) / current_setting('block_size')::int,
  coalesce(idx_tup_fetch, 0)
from pg_stat_user_tables
union all
select
  relid::regclass::text,
  (
    select string_agg(quote_ident(a.attname), ', ' order by k.place)
    from unnest(i.indkey::int2[]) with ordinality k (number, place)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
    where k.place <= i.indnkeyatts
  ),
  pg_relation_size(s.indexrelid) / current_setting('block_size')::int,
  s.idx_scan + t.n_tup_ins + t.n_tup_upd - t.n_tup_hot_upd
from pg_stat_user_indexes s
join pg_stat_user_tables t using (relid)
join pg_index i using (indexrelid)
join pg_class c on c.oid = s.indexrelid
join pg_am m on m.oid = c.relam
where m.amname = 'btree' and i.indisvalid and i.indpred is null and i.indexprs is null
"""


@dataclass(frozen=True, slots=True)
class Relation:
    """A table, or with `columns` that index of it which is ordered by them.

    `table` and `columns` are as SQL spells them. `uses` counts the rows fetched from a table (new ones go to
    its end, which is in memory anyway), and of an index the searches and the entries made, which go anywhere.
    """

    table: str
    columns: str
    pages: int
    uses: int


def warm(url: str) -> int:
    """Fills the memory of the server at this address; returns how many pages were read. Ends early when the
    server goes: it is only to be quicker.
    """
    engine = open_engine(url, pool_size=1, statement_timeout_ms=0, autocommit=True)
    try:
        with suppress(SQLAlchemyError), engine.connect() as connection:
            _step_back(connection)
            return _fill(connection)
        return 0
    finally:
        engine.dispose()


def plan(relations: Iterable[Relation], room: int) -> Iterator[tuple[Relation, int]]:
    """What to read into so many pages of memory, and from which page on: those used most per page first.

    Of a table that does not fit the newest pages are read, of an index none.
    """
    for relation in sorted(relations, key=lambda each: (-each.uses / max(each.pages, 1), each.pages)):
        first = max(relation.pages - room, 0)
        if relation.pages and room and not (first and relation.columns):
            yield relation, first
            room -= relation.pages - first


def _step_back(connection: Connection) -> None:
    """Lets whoever works meanwhile come first, where the server's processes are ours to arrange."""
    backend = connection.exec_driver_sql("select pg_backend_pid()").scalar_one()
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, backend, NICENESS)


def _fill(connection: Connection) -> int:
    """How many pages were read."""
    connection.exec_driver_sql(SETTINGS)
    room = int(connection.exec_driver_sql(PAGES).scalar_one() * SHARE)
    relations = [Relation(*row) for row in connection.exec_driver_sql(RELATIONS)]
    read = 0
    for relation, first in plan(relations, room):
        with suppress(ProgrammingError):  # dropped meanwhile
            connection.exec_driver_sql(_reading(relation, first))
            read += relation.pages - first
    return read


def _reading(relation: Relation, first: int) -> str:
    """The statement that reads it from this page on."""
    if not relation.columns:
        return f"select count(*) from {relation.table} where ctid >= '({first},0)'"  # noqa: S608  # PostgreSQL spelled it
    ordered = f"select {relation.columns} from {relation.table} order by {relation.columns}"  # noqa: S608
    return f"select count(*) from ({ordered}) ordered"  # noqa: S608
