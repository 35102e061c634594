"""Which campaigns' room a query asks for, and how soon a change of the catalogue is served."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from math import inf

import pytest
from sqlalchemy import Connection

from gateway.database import Database
from offers.catalogue import snapshots
from offers.catalogue.snapshot import FEW
from offers.catalogue.snapshots import Snapshots
from offers.errors import UnknownStoreError
from offers.marketing import campaigns
from offers.marketing.campaign import Conditions, Limits, Scope
from offers.model import Basket, Channel, Line, Product, Query
from offers.retailer import stores
from tests.offers.floor import ANNA, NOW, VIENNA, Till, campaign, furnish, place


def _asked(till: Till, *skus: str, channel: Channel = "till") -> set[int]:
    """What a basket asks for, products known by a number of their place."""
    products = {
        number: Product(product_no=number, sku=sku, title=sku, category=f"all/{sku.lower()}", group=sku[:1])
        for number, sku in enumerate(skus)
    }
    lines = tuple(
        Line(str(number), "sale", number, sku, None, 1000, "each", 100) for number, sku in enumerate(skus)
    )
    asked = Query(
        channel=channel, place=place(till.connection), price_time=NOW, basket=Basket("EUR", "included", lines)
    )
    snapshot = till.ctx.snapshots.catalogue(till.connection)
    return set(snapshot.asked(asked, products, snapshot.roomy).roomy)


@pytest.fixture
def numbers(till: Till) -> dict[str, int]:
    """Many limited campaigns, by name: by product, by category, by group, for all, for another store."""
    limits = Limits(total=5)
    for number in range(FEW + 1):
        campaign(
            till.connection, f"p-{number}", limits=limits, scope=Scope(products=frozenset({f"S{number}"}))
        )
    campaign(till.connection, "category", limits=limits, scope=Scope(categories=frozenset({"all/x"})))
    campaign(till.connection, "group", limits=limits, scope=Scope(groups=frozenset({"X"})))
    campaign(till.connection, "all", limits=limits)
    campaign(till.connection, "here", limits=limits, conditions=Conditions(stores=frozenset({"0042"})))
    campaign(till.connection, "there", limits=limits, conditions=Conditions(stores=frozenset({"0043"})))
    campaign(till.connection, "free")
    found = till.ctx.snapshots.catalogue(till.connection).catalogue.by_id
    return {name: rule.number for name, rule in found.items()}


def test_a_basket_asks_for_what_covers_it(till: Till, numbers: dict[str, int]) -> None:
    """By product, category, group and store; campaigns without a limit are never asked for."""
    named = {"p-3", "all", "here"}
    assert _asked(till, "S3") == {numbers[name] for name in named}
    assert _asked(till, "X") == {numbers[name] for name in ("category", "group", "all", "here")}


def test_a_screen_asks_for_what_it_may_show(till: Till, numbers: dict[str, int]) -> None:
    """Without a basket a kiosk may show any plain campaign."""
    assert _asked(till, channel="kiosk") >= {numbers["p-7"], numbers["category"], numbers["all"]}


def test_a_small_catalogue_shows_a_change_at_once(till: Till) -> None:
    """What compiles in no time is waited for; a busy machine is not held against it here."""
    till.ctx.snapshots.quick_load_s = inf
    assert till.answer().decision.effects == ()
    campaign(till.connection)
    assert len(till.answer().decision.effects) == 1


def test_a_large_catalogue_serves_the_old_copy_while_the_new_one_compiles(database: Database) -> None:
    """No query waits for the compiler; within two seconds the new copy is there."""
    with database.transaction() as connection:
        furnish(connection)
        campaign(connection, "first")
    opened = threading.Event()
    go_on = threading.Event()

    @contextmanager
    def slow() -> Iterator[Connection]:
        opened.set()
        assert go_on.wait(5)
        with database.transaction() as connection:
            yield connection

    held = Snapshots(slow)
    held.quick_load_s = 0.0
    with database.transaction() as connection:
        old = held.catalogue(connection)
    with database.transaction() as connection:
        campaign(connection, "second")
    version = old.catalogue.version + 1
    with database.transaction() as connection:
        assert held.at_least(connection, version) is old
        assert opened.wait(5)
        assert held.at_least(connection, version) is old
    go_on.set()
    for thread in threading.enumerate():
        if thread.name == "catalogue":
            thread.join(5)
    with database.transaction() as connection:
        assert set(held.at_least(connection, version).catalogue.by_id) == {"first", "second"}


def test_an_old_copy_serves_two_seconds_at_most(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the compiling thread does not come back in time, the query waits for a new copy of its own."""
    monkeypatch.setattr(snapshots, "OLD_SERVES_S", 0.0)
    with database.transaction() as connection:
        furnish(connection)
        campaign(connection, "first")

    def broken() -> AbstractContextManager[Connection]:
        raise ConnectionError("no connection for the thread")

    held = Snapshots(broken)
    held.quick_load_s = 0.0
    with database.transaction() as connection:
        old = held.catalogue(connection)
        campaigns.pause(connection, "first", ANNA)
        monkeypatch.setattr("threading.excepthook", lambda _: None)
        held.at_least(connection, old.catalogue.version + 1)
        found = held.at_least(connection, old.catalogue.version + 1)
    assert found.catalogue.by_id == {}


def test_a_new_store_is_found_without_a_restart(till: Till) -> None:
    """Stores are read again when one is asked for that is not known."""
    with pytest.raises(UnknownStoreError):
        till.ctx.snapshots.place(till.connection, "0077")
    stores.put(till.connection, [replace(VIENNA, code="0077", name="Graz")])
    assert till.ctx.snapshots.place(till.connection, "0077").zone == "Europe/Vienna"
