"""Loads the demonstration world: the shop, its campaigns, its people and what they did, and the guide.

Invariant: every part is sent as the retailer's systems would send it, and none is sent twice.
"""

import os
from collections.abc import Iterator
from itertools import islice

from gateway.demo import delivery, guide, opening, plan, stock_room, story
from gateway.demo.delivery import Delivered
from gateway.demo.guide import Guide
from gateway.demo.letters import Letters, letters
from gateway.demo.lives import lives
from gateway.demo.outcome import Loaded, Report
from gateway.demo.plan import Plan
from gateway.demo.shop import Shop
from gateway.processes.locks import FileLock
from gateway.serving.steps import steps
from gateway.wiring import Services

LOCK = "demo.lock"
PROCESSES_MOST = 4
FEW = 20
"""So few households are not worth starting processes for."""


def load(services: Services, asked: Plan, report: Report) -> Loaded:
    """Loads what the plan asks for and is not there yet. Raises JourneyMissingError.

    Two loads at a time wait for each other.
    """
    plan.pin(services.settings, asked)
    lock = FileLock(services.settings.home / LOCK)
    lock.take()
    try:
        report("reading the baskets", 0, 1)
        shop = asked.shop()
        report("reading the baskets", 1, 1)
        done = Loaded()
        _stock(services, shop, done, report)
        with services.database.transaction() as connection:
            done.campaigns = opening.apply_campaigns(connection, now=services.clock())
        _people(services, asked, shop, done, report)
        _settle(services, report)
        done.guide = _guide(services, shop)
    finally:
        lock.release()
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


def _people(services: Services, asked: Plan, shop: Shop, done: Loaded, report: Report) -> None:
    """Everybody, on as many processors as there are; whom the guide is about comes last."""
    post = (letters(life, shop) for life in lives(asked, shop))
    pairs = _pairs(islice(post, asked.households))
    count, total = 0, asked.households + 1
    if asked.households <= FEW:
        delivered: Iterator[list[Delivered]] = (
            [delivery.deliver(services, one) for one in pair] for pair in pairs
        )
    else:
        processes = min(PROCESSES_MOST, os.cpu_count() or 1)
        delivered = delivery.deliver_all(services.settings, pairs, processes=processes)
    for batch in delivered:
        for one in batch:
            done.add(one)
        count += len(batch)
        report("households", count, total)
    for last in post:
        done.add(delivery.deliver(services, last))
    report("households", total, total)


def _pairs(post: Iterator[Letters]) -> Iterator[list[Letters]]:
    """Households two by two, for a card may go from one to its neighbour and must arrive in that order."""
    while pair := list(islice(post, 2)):
        yield pair


def _settle(services: Services, report: Report) -> None:
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
    told = story.choose(shop)
    with services.database.transaction() as connection:
        kept = guide.read(services.settings)
        if kept is not None and opening.is_open(connection, services.settings):
            tokens = dict(kept.keys)
        else:
            tokens = opening.make_keys(connection, told.store, now=services.clock())
        made = opening.make_guide(connection, shop, told, tokens)
        guide.save(services.settings, made)
    return made
