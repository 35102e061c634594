"""Quotes do not ask what is left of campaigns far from their ends; near it they do, reserves always."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.database import Database
from offers.catalogue.snapshot import Snapshot
from offers.queries.headroom import HOLDS_S, LEFT_TIMES, LOOK_EVERY_S, Headroom
from tests.offers.floor import Till, context, furnish, key, limited


def _snapshot(database: Database, **limits: Any) -> Snapshot:
    with database.transaction() as connection:
        furnish(connection)
        limited(connection, **limits)
        return context(database.transaction).snapshots.catalogue(connection)


def _looked(headroom: Headroom, snapshot: Snapshot) -> frozenset[int]:
    """What is scarce once the look that this asks for was taken."""
    headroom.scarce(snapshot)
    with headroom._looking:
        return headroom.scarce(snapshot)


@pytest.mark.parametrize(("total", "is_asked"), [(LEFT_TIMES, False), (LEFT_TIMES - 1, True)])
def test_what_is_far_from_its_end_is_not_asked(database: Database, total: int, is_asked: bool) -> None:
    """Until it was looked at, everything is."""
    snapshot = _snapshot(database, total=total)
    headroom = Headroom(database.transaction)
    assert headroom.scarce(snapshot) == snapshot.roomy
    assert bool(_looked(headroom, snapshot)) == is_asked


def test_a_look_is_believed_for_seconds_only(database: Database) -> None:
    """A till that asks after a long pause asks for everything."""
    snapshot = _snapshot(database, total=LEFT_TIMES)
    now_s = [0.0]
    headroom = Headroom(database.transaction, clock_s=lambda: now_s[0])
    assert not _looked(headroom, snapshot)
    now_s[0] = LOOK_EVERY_S - 1
    assert not headroom.scarce(snapshot)
    now_s[0] = HOLDS_S
    assert headroom.scarce(snapshot) == snapshot.roomy


def test_another_catalogue_is_looked_at_anew(database: Database) -> None:
    """A limit may have been lowered: that is another version of the campaign."""
    snapshot = _snapshot(database, total=LEFT_TIMES)
    headroom = Headroom(database.transaction)
    assert not _looked(headroom, snapshot)
    with database.transaction() as connection:
        limited(connection, total=3)
        newer = context(database.transaction).snapshots.catalogue(connection)
    assert headroom.scarce(newer) == newer.roomy


def test_a_reserve_looks_at_every_row(database: Database) -> None:
    """Used up behind a quote that was still given: the reserve says so."""
    _snapshot(database, total=LEFT_TIMES)
    headroom = Headroom(database.transaction)
    ctx = replace(context(database.transaction), headroom=headroom)
    with database.transaction() as connection:
        assert not _looked(headroom, ctx.snapshots.catalogue(connection))
        connection.exec_driver_sql("UPDATE offers.capacity SET taken = cap")
        till = Till(connection, ctx)
        assert till.answer(key("2")).decision.effects
        refused = till.answer(key("2"), mode="reserve").decision.refused
        assert [one.reason for one in refused] == ["limit_total"]
