"""Whom a campaign would reach: it is evaluated for live shoppers, and nothing is stored.

The evaluator is the one that tills ask, with the campaign alone in its catalogue; so a preview says what the
campaign does by itself, not who would win against whom.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import Connection

from gateway.shopping import portraits
from gateway.shopping.introductions import introduce
from gateway.wiring import Services
from identity.reading import profiles
from offers.catalogue.compiled import Catalogue, compile_catalogue
from offers.evaluation.decision import Decision, Offer
from offers.evaluation.evaluate import evaluate
from offers.interests import interest
from offers.marketing.campaign import Campaign, Entry
from offers.model import Channel, Known, Place, Product, Proof, Query, Shopper, Traits
from offers.preferences import service as preferences
from offers.retailer import products, stores
from offers.segments import service as segments

ONLINE: tuple[Channel, ...] = ("web", "app")
SHOPPERS_MOST = 1_000
"""Live shoppers a preview looks at: those with the newest records among whoever showed interest in anything.
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """An offer that a shopper would get; `profile` is None where everybody gets it."""

    profile: UUID | None
    title: str
    product: str | None
    price_before: int | None
    price_after: int | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a campaign would do now, in one store or (None) online. `reasons`: why others get nothing."""

    store: str | None
    currency: str
    looked_at: int
    reached: int
    samples: tuple[Sample, ...]
    reasons: tuple[tuple[str, int], ...]
    needs_basket: bool
    """Whether it says nothing before there is a basket, so that no preview of prices is possible."""


def preview(
    connection: Connection,
    services: Services,
    campaign: Campaign,
    *,
    now: dt.datetime,
    store: str | None = None,
    most: int = SHOPPERS_MOST,
    samples: int = 5,
) -> Preview:
    """The campaign's reach among live shoppers: at a store, else online where it is offered there.

    Raises UnknownStoreError.
    """
    place = _place(connection, services, campaign, store)
    catalogue = compile_catalogue(0, [Entry(0, 1, campaign)])
    if not campaign.personal:
        decision = _decide(connection, services, catalogue, campaign, place, None, now)
        offers = tuple(_sample(None, offer) for offer in decision.offers[:samples])
        return Preview(place.store, place.currency, 0, 0, offers, (), needs_basket=not offers)
    live = segments.rules(connection) if campaign.asks_for_traits else []
    reached, found, reasons, looked_at = 0, list[Sample](), Counter[str](), 0
    for head in profiles.heads(connection, interest.holders(connection, limit=most)):
        looked_at += 1
        shopper = introduce(head, Proof.SCANNED)
        traits = (
            portraits.gather(connection, services, shopper, live, now=now)
            if campaign.asks_for_traits
            else None
        )
        decision = _decide(connection, services, catalogue, campaign, place, shopper, now, traits)
        reached += bool(decision.offers)
        if len(found) < samples:
            found += [_sample(UUID(head.profile), offer) for offer in decision.offers[:1]]
        if not decision.offers:
            reasons[_why_not(decision)] += 1
    return Preview(
        place.store,
        place.currency,
        looked_at,
        reached,
        tuple(found),
        tuple(reasons.most_common()),
        needs_basket=False,
    )


def _place(connection: Connection, services: Services, campaign: Campaign, store: str | None) -> Place:
    """The store asked for, else one of the campaign's; else online, in the first store's currency."""
    named = store or min(campaign.conditions.stores, default=None)
    if named is None:
        first = stores.page(connection, limit=1)
        named = first[0].code if first else ""
    place = services.offers.snapshots.place(connection, named)
    is_online = store is None and not campaign.conditions.stores and _channel(campaign) in ONLINE
    return replace(place, store_no=None, store=None) if is_online else place


def _decide(
    connection: Connection,
    services: Services,
    catalogue: Catalogue,
    campaign: Campaign,
    place: Place,
    shopper: Shopper | None,
    now: dt.datetime,
    traits: Traits | None = None,
) -> Decision:
    wants = interest.of_members(connection, shopper.members) if shopper is not None else {}
    wanted = services.offers.assortment.numbered(connection, wants)
    said = preferences.respected_now(connection, shopper.members, now=now) if shopper is not None else None
    known = Known(
        wants=wants,
        products=wanted,
        stock=_stock(connection, place, wanted),
        traits=traits,
        preferences=said,
    )
    asked = Query(channel=_channel(campaign), place=place, price_time=now, limit=1)
    return evaluate(catalogue, asked, shopper, known, policy=services.offers.policy, seed=0)


def _why_not(decision: Decision) -> str:
    if decision.personal != "yes":
        return decision.personal
    return decision.refused[0].reason if decision.refused else "no_interest"


def _stock(connection: Connection, place: Place, wanted: Mapping[int, Product]) -> dict[int, int]:
    """What the store has at hand of these products; nothing is known of it online."""
    if place.store is None or not wanted:
        return {}
    at_hand = products.stock(connection, place.store, [product.sku for product in wanted.values()])
    return {number: at_hand[product.sku] for number, product in wanted.items() if product.sku in at_hand}


def _channel(campaign: Campaign) -> Channel:
    """A channel that shows offers before there is a basket, if the campaign has one."""
    allowed = campaign.conditions.channels
    return next((one for one in (*ONLINE, "kiosk") if not allowed or one in allowed), "till")


def _sample(profile: UUID | None, offer: Offer) -> Sample:
    return Sample(profile, offer.title, offer.product, offer.price_before, offer.price_after)
