"""What is used most is in memory soon after a start."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gateway.database import address
from gateway.postgres import cluster
from gateway.postgres.attachment import attach
from gateway.serving import warming
from gateway.serving.warming import Relation

BUSY = Relation("visits", "", pages=10, uses=1000)
CARDS = Relation("cards", "number", pages=100, uses=1000)
LOG = Relation("log", "", pages=1000, uses=10)
OLD = Relation("log", "said_at", pages=500, uses=1)
EMPTY = Relation("nobody", "", pages=0, uses=0)


def planned(room: int) -> list[tuple[Relation, int]]:
    """What is read into so many pages."""
    return list(warming.plan([OLD, LOG, EMPTY, CARDS, BUSY], room))


def test_what_is_used_most_comes_first() -> None:
    """By the page, so that a small table comes before a big one that is used as often."""
    assert planned(10_000) == [(BUSY, 0), (CARDS, 0), (LOG, 0), (OLD, 0)]


def test_of_a_table_that_does_not_fit_the_newest_pages_are_read() -> None:
    """And nothing else once memory is full."""
    assert planned(210) == [(BUSY, 0), (CARDS, 0), (LOG, 900)]


def test_an_index_that_does_not_fit_is_left() -> None:
    """What comes after it may still fit."""
    assert planned(60) == [(BUSY, 0), (LOG, 950)]


@pytest.fixture
def home() -> Iterator[Path]:
    """A fresh home folder which any account may enter; removed with its server's data afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="o2o-home-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    cluster.discard(folder)
    shutil.rmtree(folder)


@pytest.mark.process
def test_after_a_start_nothing_is_read_from_the_disk(home: Path) -> None:
    """Neither table nor index, whatever their names need to be written."""
    fill = [
        """create table "Cards" (number int8 primary key, "Holder's name" text)""",
        """insert into "Cards" select n, repeat('Anna', 20) from generate_series(1, 50000) n""",
        """create index on "Cards" ("Holder's name", number)""",
    ]
    with attach(home) as attachment:
        for statement in fill:
            asked(attachment.url, statement)
        attachment.close(wait_s=60)
    with attach(home) as attachment:
        assert missed(attachment.url) > 0
        attachment.close(wait_s=60)
    with attach(home) as attachment:
        warming.warm(attachment.url)
        assert missed(attachment.url) == 0
        attachment.close(wait_s=60)


def missed(url: str) -> int:
    """How many pages of the table and its key are not in memory."""
    look = """select sum(length("Holder's name")) from "Cards" where number between 1 and 40000"""
    ((plan,),) = asked(url, f"explain (analyze, buffers, format json) {look}")
    return int(plan[0]["Plan"]["Shared Read Blocks"])


def asked(url: str, statement: str) -> list[tuple[Any, ...]]:
    """What the server answers."""
    engine = sa.create_engine(address(url), poolclass=sa.NullPool)
    with engine.begin() as connection:
        cursor = connection.connection.cursor()
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []
