"""Loads the generated world through the same code as the door's routes: records, visits, sales, campaigns.

Invariant: a household is one database transaction whose last sale is recorded last. Found recorded, the
household is complete; so a load that was broken off goes on where it stopped, and a second one changes
nothing.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from gateway import receipts, visits
from gateway.api.decoded import Transaction, decoded
from gateway.connectors import segment
from gateway.database import put_off_flush
from gateway.demo import guide, opening, plan, sent, stock_room, story
from gateway.demo.guide import Guide
from gateway.demo.lives import Life, lives
from gateway.demo.outcome import Loaded, Report
from gateway.demo.patrons import Patron
from gateway.demo.plan import Plan
from gateway.demo.shop import Basket, Shop
from gateway.demo.visits import Visit
from gateway.steps import steps
from gateway.visits import Sender
from gateway.wiring import Services
from identity import records
from identity.model import Assurance
from offers.redemption import Refused

_SHOP_SERVER = Sender("web", "online", Assurance.AUTHENTICATED)


def load(services: Services, asked: Plan, report: Report) -> Loaded:
    """Loads what the plan asks for and is not there yet. Raises JourneyMissingError."""
    plan.pin(services.settings, asked)
    report("reading the baskets", 0, 1)
    shop = asked.shop()
    report("reading the baskets", 1, 1)
    done = Loaded()
    _stock(services, shop, done, report)
    with services.database.transaction() as connection:
        done.campaigns = opening.apply_campaigns(connection, now=services.clock())
    _Loader(services, asked, shop, done, report).run()
    _drain(services, report)
    done.guide = _guide(services, shop)
    return done


def _stock(services: Services, shop: Shop, done: Loaded, report: Report) -> None:
    with services.database.transaction() as connection:
        done.stores = stock_room.put_stores(connection, shop)
    currency = next(iter(shop.stores.values())).currency
    articles, shelves = list(shop.articles.values()), stock_room.shelves(shop)
    for count, batch in enumerate(stock_room.batches(articles), start=1):
        with services.database.transaction() as connection:
            done.articles += stock_room.put_articles(connection, batch, currency)
        report("articles", min(count * stock_room.BATCH, len(articles)), len(articles))
    for count, some in enumerate(stock_room.batches(shelves), start=1):
        with services.database.transaction() as connection:
            done.shelves += stock_room.put_shelves(connection, some)
        report("shelves", min(count * stock_room.BATCH, len(shelves)), len(shelves))


@dataclass(frozen=True, slots=True)
class _Loader:
    """Loads households, one transaction each."""

    services: Services
    plan: Plan
    shop: Shop
    done: Loaded
    report: Report

    def run(self) -> None:
        """All households, and the one that the guide is about."""
        total = self.plan.households + 1
        for count, life in enumerate(lives(self.plan, self.shop), start=1):
            self._load(life)
            self.report("households", count, total)

    def _load(self, life: Life) -> None:
        services, now = self.services, self.services.clock()
        with services.database.transaction() as connection:
            # Losing the last households in a crash costs nothing: the next load finds them missing.
            put_off_flush(connection)
            if self._is_complete(connection, life, now):
                return
            for row in life.rows:
                records.put(connection, services.identity, sent.submission(row), now=now)
            self._visit(connection, life.visits, now)
            for basket, patron in life.sales:
                self._sell(connection, basket, patron, now)
        self.done.households += 1
        self.done.records += len(life.rows)
        self.done.visits += len(life.visits)
        self.done.sales += len(life.sales)

    def _is_complete(self, connection: Connection, life: Life, now: dt.datetime) -> bool:
        if not life.sales:
            return False
        attempt = connection.begin_nested()
        is_known = self._sell(connection, *life.sales[-1], now)
        attempt.rollback()
        return is_known

    def _sell(self, connection: Connection, basket: Basket, patron: Patron, now: dt.datetime) -> bool:
        """Records a sale; whether it was known already."""
        services = self.services
        body = decoded(Transaction, sent.sale(basket, patron, self.shop))
        receipts.check(body)
        outcome = receipts.record(
            connection, services.identity, services.offers, body, source=receipts.DEFAULT_SOURCE, now=now
        )
        if isinstance(outcome, Refused):
            raise outcome.error
        return outcome.replayed

    def _visit(self, connection: Connection, found: Sequence[Visit], now: dt.datetime) -> None:
        messages = [segment.read(sent.message(visit), sent_at=None, received_at=now) for visit in found]
        if messages:
            visits.take(
                connection,
                self.services.identity,
                self.services.offers,
                _SHOP_SERVER,
                [visits.Visit(message) for message in messages],
                now=now,
            )


def _drain(services: Services, report: Report) -> None:
    """Does what was put off, so that the first look shows everything."""
    report("settling", 0, 1)
    for step in steps(services):
        is_more = True
        while is_more:
            with services.database.transaction() as connection:
                is_more = step.run(connection, services.clock())
    report("settling", 1, 1)


def _guide(services: Services, shop: Shop) -> Guide:
    """The guide to this installation; keys that still work are kept, for they cannot be shown again."""
    with services.database.transaction() as connection:
        kept = guide.read(services.settings)
        if kept is not None and opening.is_open(connection, services.settings):
            tokens = dict(kept.keys)
        else:
            tokens = opening.make_keys(connection, story.choose(shop).store, now=services.clock())
        made = opening.make_guide(connection, shop, story.choose(shop), tokens)
        guide.save(services.settings, made)
    return made
