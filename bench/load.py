"""Fills an empty database with generated people by COPY: 10,000 to millions, for measurements only.

Records are normalised, keyed, sealed and joined by the product's own code (`bench.blocks`); only the way into
the tables is shorter. The change feed and the history stay empty: nobody measures them on data that was
always there.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from random import Random
from time import monotonic

from sqlalchemy import Connection
from sqlalchemy import text as sql

from bench import blocks, copies
from bench.touches import touches
from gateway import wiring
from gateway.demo import households, lists, numbers, rows, shelf, stock_room
from gateway.demo.shop import Shop
from gateway.demo.world import MIX, World
from gateway.processes import lasting, pools
from gateway.settings import Settings
from gateway.wiring import Services
from identity import redo
from identity.canonical.normalize import record as normalised
from identity.context import Context
from identity.model import Key
from identity.partition import store_redo
from identity.scoring import active
from identity.submission import Claim
from offers.retailer import products

BLOCK = 256
"""Households of a block. Whole pairs; enough for COPY to pay, few enough to hold."""

GOODS = 5_000
_BLOCKS = sql(
    "create table if not exists bench_block"
    " (first bigint primary key, people bigint not null, records bigint not null)"
)
_DONE = sql("select first from bench_block")
_FILLED = sql("select coalesce(sum(people), 0)::bigint, coalesce(sum(records), 0)::bigint from bench_block")
_IS_DONE = sql("insert into bench_block values (:first, :people, :records)")
Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Filled:
    """What a load put there."""

    people: int
    records: int
    households: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Job:
    """All that a process needs to make and write any block."""

    settings: Settings
    world: World
    goods: int


def fill(
    settings: Settings,
    world: World,
    *,
    people: int,
    goods: int = GOODS,
    processes: int = 2,
    block: int = BLOCK,
    report: Report | None = None,
) -> Filled:
    """Fills the migrated, empty database of these settings with about so many people of the world, and what
    they want. A fill that was broken off goes on where it stopped.
    """
    started = monotonic()
    total = households_of(world, people)
    services = wiring.open_services(settings)
    try:
        _stock(services, goods)
        job = _Job(settings, world, goods)
        with services.database.transaction() as connection:
            connection.execute(_BLOCKS)
            before = set(connection.scalars(_DONE))
        tasks = [
            (start, min(start + block, total)) for start in range(0, total, block) if start not in before
        ]
        for done, _ in enumerate(_spread(job, tasks, processes), start=1 + len(before)):
            if report is not None:
                report(min(done * block, total), total)
        _finish(services)
        with services.database.transaction() as connection:
            made, written = connection.execute(_FILLED).one()
    finally:
        services.close()
    return Filled(made, written, total, monotonic() - started)


def households_of(world: World, people: int) -> int:
    """How many households have about so many people; an even number, for pairs stay together."""
    sample = min(20_000, people)
    seen = sum(len(home.people) for home in households.stream(world, 0, sample))
    return max(2, round(people * sample / seen / 2) * 2)


def _stock(services: Services, goods: int) -> None:
    shop = Shop(shelf.stores(), shelf.articles(goods), ())
    with services.database.transaction() as connection:
        stock_room.put_stores(connection, shop)
        for batch in stock_room.batches(list(shop.articles.values())):
            stock_room.put_articles(connection, batch, "USD")


def _spread(job: _Job, tasks: list[tuple[int, int]], processes: int) -> Iterator[None]:
    """Does all blocks, on one processor or on several; yields when each is there."""
    if processes == 1:
        with closing(_Worker(job)) as worker:
            for task in tasks:
                worker.write(*task)
                yield
        return
    with pools.pool(processes, _begin, job) as workers:
        yield from workers.map(_write, tasks, chunksize=4)


class _Worker:
    """Makes and writes blocks over connections of its own."""

    def __init__(self, job: _Job) -> None:
        self._job = job
        self._services = wiring.open_services(job.settings)
        self._outside = store_phones(self._services.identity)
        with self._services.database.transaction() as connection:
            self._identity = active.bound(connection, self._services.identity)
            skus = [f"P{number:06d}" for number in range(1, job.goods + 1)]
            self._product_nos = sorted(products.numbers(connection, skus).values())

    def write(self, start: int, stop: int) -> None:
        """Writes the households from `start` to `stop`, and that they are there."""
        ctx, now, random = self._identity, self._services.clock(), Random()
        homes = list(households.stream(self._job.world, start, stop))
        found = [row for home in homes for row in rows.rows(self._job.world, home, random)]
        versions = blocks.versions(found, ctx)
        made = blocks.block(versions, self._reserve(len(versions)), ctx, self._outside)
        wanted = touches(self._job.world, found, made.numbers, self._product_nos)
        with self._services.database.transaction() as connection:
            connection.execute(sql("set local synchronous_commit = off; set local statement_timeout = 0"))
            for table, lines in (*copies.identity_lines(made, now), *copies.interest_lines(wanted)):
                copies.copy(connection, table, lines)
            counts = {"people": sum(len(home.people) for home in homes), "records": len(versions)}
            connection.execute(_IS_DONE, {"first": start, **counts})

    def close(self) -> None:
        """Gives the connections back."""
        self._services.close()

    def _reserve(self, amount: int) -> int:
        """The first of so many record numbers that nobody else gets."""
        with self._services.database.transaction() as connection:
            connection.execute(sql("select pg_advisory_xact_lock(8410)"))
            sequence = "pg_get_serial_sequence('identity.record', 'record_no')"
            first: int = connection.execute(sql(f"select nextval({sequence})")).scalar_one()
            if amount > 1:
                connection.execute(sql(f"select setval({sequence}, :last)"), {"last": first + amount - 1})
            return first


_worker: _Worker | None = None


def _begin(job: _Job) -> None:
    global _worker  # noqa: PLW0603  (a pool gives its processes no other place)
    _worker = _Worker(job)
    lasting.hold()


def _write(task: tuple[int, int]) -> None:
    assert _worker is not None
    _worker.write(*task)


def store_phones(ctx: Context) -> frozenset[Key]:
    """The keys that records of different blocks share: the default phones of stores."""
    found = []
    for code, _ in MIX:
        country = lists.country(code)
        claims = [Claim("phone", numbers.store_phone(country, store)) for store in range(10)]
        read = normalised({}, claims, country=code, date_order="ymd", policy=ctx.policy)
        found += [identifier.key for identifier in read.identifiers]
    return frozenset(found)


def _finish(services: Services) -> None:
    """Joins what blocks could not see, and lets the planner know the tables."""
    ctx, now = services.identity, services.clock()
    with services.database.transaction() as connection:
        for key in store_phones(ctx):
            store_redo.put_off_key(connection, ctx.vault.digest(key.type, key.value), reason="load", now=now)
    for _ in count():
        with services.database.transaction() as connection:
            if not redo.step(connection, ctx, now=now):
                break
    with services.database.transaction() as connection:
        _analyze(connection)


def _analyze(connection: Connection) -> None:
    for table in copies.COLUMNS:
        connection.execute(sql(f"analyze {table}"))
