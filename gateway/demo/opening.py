"""The keys, campaigns and the guide of the demo: what a visitor needs to try it."""

import datetime as dt
from pathlib import Path

from sqlalchemy import Connection

from gateway.access import keys, store_keys
from gateway.access.keys import Grant
from gateway.access.security import Scope
from gateway.demo import guide, story
from gateway.demo.guide import Guide
from gateway.demo.shop import Shop
from gateway.demo.story import Story
from gateway.marketing import campaign_files
from gateway.settings import Settings
from offers.catalogue import offer_ids
from offers.marketing import campaigns

CAMPAIGNS = Path(__file__).with_name("campaigns")
AUTHOR = "demo"


def apply_campaigns(connection: Connection, *, now: dt.datetime) -> int:
    """Makes the sample campaigns live; returns how many were new or changed."""
    found = campaign_files.read(campaign_files.find([CAMPAIGNS]))
    applied = campaign_files.apply(connection, found, author=AUTHOR, now=now, activates=True)
    return sum(done.is_new_version for done in applied)


def make_keys(connection: Connection, store: str, *, now: dt.datetime) -> dict[str, str]:
    """A key for each kind of caller: name -> token."""
    grants = {
        "till": Grant(
            "demo: till", frozenset({Scope.QUERY, Scope.REDEEM, Scope.INGEST}), source="pos", stores=(store,)
        ),
        "web": Grant(
            "demo: web shop's server",
            frozenset({Scope.QUERY, Scope.INGEST, Scope.PROFILE_READ}),
            source="web",
        ),
        "browser": Grant("demo: browsers", frozenset({Scope.INGEST_PUBLIC}), source="web"),
        "steward": Grant("demo: data steward", frozenset({Scope.STEWARD, Scope.PROFILE_READ, Scope.PRIVACY})),
        "admin": Grant("demo: marketing and operations", frozenset({Scope.ADMIN, Scope.CAMPAIGN})),
    }
    made = keys.issue_many(connection, list(grants.values()), now=now)
    return {name: key.token for name, key in zip(grants, made, strict=True)}


def make_guide(connection: Connection, shop: Shop, told: Story, tokens: dict[str, str]) -> Guide:
    """The guide to what was loaded."""
    store = shop.stores[told.store]
    live = campaigns.get(connection, story.CAMPAIGN).live_version
    assert live is not None
    return guide.of(
        told,
        store_name=store.name,
        currency=store.currency,
        tax=store.tax,
        offer=offer_ids.compose(story.CAMPAIGN, live, told.wanted.sku),
        keys=tokens,
    )


def is_open(connection: Connection, settings: Settings) -> bool:
    """Whether the guide of this installation belongs to this database: its till may still come in."""
    kept = guide.read(settings)
    parts = keys.split(kept.keys["till"]) if kept is not None else None
    if parts is None:
        return False
    found = store_keys.find(connection, parts[0])
    return found is not None and found.revoked_at is None
