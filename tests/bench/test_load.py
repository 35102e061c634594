"""The bulk load of benches against the way everybody else takes."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from bench import load
from gateway import wiring
from gateway.database import open_engine
from gateway.demo import households, rows, sent
from gateway.demo.rates import Rates
from gateway.demo.world import World
from gateway.settings import Settings
from gateway.wiring import Services
from identity import redo
from identity.register import records
from identity.sealing import envelope
from offers.interests import interest
from offers.interests.interest import Touch

pytestmark = pytest.mark.long

PEOPLE = 120
RATES = Rates(pair_reissued_card=0.3, pair_recycled_phone=0.3, store_phone=0.4, junk=0.2, household_email=0.4)
"""What a bulk load could get wrong, often: keys with two owners, values that blocks share, junk."""

WORLD = World(1, date(2026, 11, 21), rates=RATES, countries=(("DE", 0.5), ("US", 0.5)))


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of an installation of its own."""
    return Settings(home=tmp_path, database_url=database_url)


@pytest.fixture
def filled(settings: Settings) -> Iterator[Services]:
    """Services over a database that was filled by COPY, block by block."""
    load.fill(settings, WORLD, people=PEOPLE, goods=60, processes=1, block=16)
    services = wiring.open_services(settings)
    yield services
    services.close()


@pytest.fixture
def put(settings: Settings, new_database: Callable[[], str]) -> Iterator[Services]:
    """Services over a database into which the same records were put one by one."""
    services = wiring.open_services(replace(settings, database_url=new_database()))
    random = Random()
    for home in households.stream(WORLD, 0, load.households_of(WORLD, PEOPLE)):
        for row in rows.rows(WORLD, home, random):
            with services.database.transaction() as connection:
                records.put(connection, services.identity, sent.submission(row), now=services.clock())
    with services.database.transaction() as connection:
        redo.drain(connection, services.identity, now=services.clock(), most=10_000)
    yield services
    services.close()


def test_copying_equals_putting(filled: Services, put: Services) -> None:
    """Records, keys, consents, persons, profiles and reviews are the same, whichever way they came."""
    with filled.database.transaction() as copied, put.database.transaction() as one_by_one:
        for question in (_records, _postings, _consents, _profiles, _reviews):
            found = question(copied, filled)
            assert len(found) > 1
            assert found == question(one_by_one, put), question.__name__
        assert {generation for _, _, generation in _records(copied, filled)} == {1, 2}


def test_interests_are_those_of_the_events(filled: Services) -> None:
    """Summing in the loader and applying touch by touch give the same instants and the same short lists."""
    with filled.database.transaction() as connection:
        copied, lists = _interests(connection), _lists(connection)
        assert min(len(copied), len(lists)) > 20
        connection.execute(sa.text("truncate offers.interest, offers.wants"))
        interest.apply(connection, _touches(copied))
        assert _interests(connection) == copied
        assert _lists(connection) == lists


def test_two_processes_fill_one_world(settings: Settings) -> None:
    """Numbers are handed out once, and the number of people is about the one that was asked for."""
    done = load.fill(settings, WORLD, people=400, goods=60, processes=2, block=32)
    assert abs(done.people - 400) < 60
    with open_engine(settings.database_url or "", pool_size=1).connect() as connection:
        count, distinct = connection.execute(
            sa.text("select count(*), count(distinct (source, key, generation)) from identity.record")
        ).one()
        placed = connection.execute(sa.text("select count(*) from identity.member")).scalar_one()
    assert count == distinct == placed == done.records


def test_a_fill_that_was_broken_off_goes_on(settings: Settings) -> None:
    """What was written stays as it is, and nobody comes twice."""

    def break_off(done: int, total: int) -> None:
        if done * 2 > total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load.fill(settings, WORLD, people=PEOPLE, goods=60, processes=1, block=16, report=break_off)
    engine = open_engine(settings.database_url or "", pool_size=1)
    with engine.connect() as connection:
        before = set(connection.execute(sa.text("select id from identity.record")).scalars())
    done = load.fill(settings, WORLD, people=PEOPLE, goods=60, processes=1, block=16)
    with engine.connect() as connection:
        after = set(connection.execute(sa.text("select id from identity.record")).scalars())
        distinct = connection.execute(
            sa.text("select count(distinct (source, key, generation)) from identity.record")
        ).scalar_one()
    engine.dispose()
    assert before < after
    assert len(after) == distinct == done.records


def _records(connection: Connection, services: Services) -> Any:
    found = connection.execute(sa.text("select * from identity.record")).mappings()
    return {
        (row["source"], row["key"], row["generation"]): (
            row["channel"],
            row["stub"],
            row["judged"],
            row["content"],
            row["observed_at"],
            row["batch"],
            sorted(row["keys"]),
            envelope.unseal(bytes(row["sealed"]), row["id"], services.identity.vault),
        )
        for row in found
    }


def _postings(connection: Connection, _: Services) -> Any:
    query = """
        select r.source, r.key, r.generation, x.digest, x.type, x.assurance, x.token, x.valid_to
        from identity.identifier x join identity.record r on r.record_no = x.record_no
    """
    return set(map(tuple, connection.execute(sa.text(query))))


def _consents(connection: Connection, _: Services) -> Any:
    query = """
        select r.source, r.key, r.generation, x.purpose, x.granted, x.at, x.proof
        from identity.consent x join identity.record r on r.record_no = x.record_no
    """
    return set(map(tuple, connection.execute(sa.text(query))))


def _profiles(connection: Connection, _: Services) -> Any:
    """Who is whose, in the words of records: what a profile shows, what its limits count on, its flags."""
    query = """
        select p.*, o.id as oldest, m.piece_no
        from identity.profile p
        join identity.record o on o.record_no = p.profile_no
        join identity.member m on m.record_no = p.profile_no
    """
    names = connection.execute(sa.text("select record_no, source, key, generation from identity.record"))
    name_of = {number: tuple(name) for number, *name in names}
    found = set()
    for row in connection.execute(sa.text(query)):
        assert row.id == row.oldest
        shown, counted = row.members, row.limit_members or row.members
        found.add(
            (
                frozenset(name_of[number] for number in shown),
                frozenset(name_of[number] for number in counted),
                *(row.limit_members is None, row.channel, row.personal, row.staff, row.tier),
            )
        )
    return found


def _reviews(connection: Connection, _: Services) -> Any:
    """What a resolution calls for; that a key became generic is told when it happens, so not here."""
    query = """
        select a.source, a.key, a.generation, b.source, b.key, b.generation, v.kind, v.reason, v.detail::text
        from identity.review v join identity.record a on a.record_no = v.left_no
        left join identity.record b on b.record_no = v.right_no
        where v.kind in ('match', 'oversize') and v.state = 'open'
    """
    return set(map(tuple, connection.execute(sa.text(query))))


def _interests(connection: Connection) -> list[tuple[int, ...]]:
    found = connection.execute(sa.text("select * from offers.interest order by record_no, product_no"))
    return [tuple(row[:8]) for row in found]


def _lists(connection: Connection) -> list[tuple[Any, ...]]:
    found = connection.execute(sa.text("select * from offers.wants order by record_no"))
    return [(row.record_no, row.products, bytes(row.facts), row.cut, row.closed_at_s) for row in found]


def _touches(found: list[tuple[int, ...]]) -> Iterator[Touch]:
    for record_no, product_no, *instants in found:
        for kind, at_s in zip(interest.KINDS, instants, strict=True):
            if at_s:
                yield Touch(record_no, product_no, kind, at_s)
