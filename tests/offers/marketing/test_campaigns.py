"""Campaigns in the database: versions, states, caps, the kill switch."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from offers import store_catalogue
from offers.errors import CampaignStateError, UnknownCampaignError, UnknownStoreError
from offers.marketing import campaigns, stops, store_campaigns
from offers.marketing.campaign import Campaign, Limits
from offers.marketing.campaign_format import parse
from offers.marketing.campaigns import Author
from offers.marketing.limits import UNBOUNDED, Kind
from offers.money import Money
from offers.retailer import stores
from offers.retailer.shop import Store

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ANNA = Author(name="anna", at=NOW)


def plain(**changes: Any) -> Campaign:
    """Ten percent off everything, without condition."""
    found = parse(
        """
        campaign: tenth
        name: A tenth off
        messages: {all: {en: {title: "10% off"}}}
        trigger: always
        reward: {percent: 10%}
        """
    )
    assert isinstance(found, Campaign)
    return replace(found, **changes)


def _caps(connection: Connection) -> dict[tuple[int, str, str], tuple[int, int]]:
    rows = connection.execute(text("SELECT kind, subject, bucket, cap, taken FROM offers.capacity"))
    return {(row[0], row[1], row[2]): (row[3], row[4]) for row in rows}


def test_the_same_content_makes_no_new_version(connection: Connection) -> None:
    """Applying a file twice, also after reading it back, leaves one version."""
    first = campaigns.apply(connection, plain(), ANNA)
    again = campaigns.apply(connection, campaigns.content(connection, "tenth"), ANNA)
    assert (first.is_new_version, first.campaign.version) == (True, 1)
    assert (again.is_new_version, again.campaign.version, again.difference) == (False, 1, ())


def test_a_new_version_says_what_differs(connection: Connection) -> None:
    """The difference names each place that changed, and the old version stays readable."""
    campaigns.apply(connection, plain(), ANNA)
    applied = campaigns.apply(connection, plain(name="Ten", priority=5), ANNA)
    assert applied.campaign.version == 2
    assert applied.difference == ("name: A tenth off becomes Ten", "priority: added 5")
    assert campaigns.content(connection, "tenth", version=1) == plain()


def test_a_live_campaign_serves_its_live_version_until_the_next_is_activated(connection: Connection) -> None:
    """A marketer may prepare version 2 while version 1 sells."""
    campaigns.apply(connection, plain(), ANNA)
    campaigns.activate(connection, "tenth", ANNA)
    before = store_catalogue.version(connection)
    campaigns.apply(connection, plain(name="Ten"), ANNA)
    assert [entry.version for entry in store_campaigns.live(connection)] == [1]
    assert store_catalogue.version(connection) == before
    campaigns.activate(connection, "tenth", ANNA)
    assert [entry.campaign.name for entry in store_campaigns.live(connection)] == ["Ten"]
    assert store_catalogue.version(connection) == before + 1


def test_states_follow_each_other_and_are_remembered(connection: Connection) -> None:
    """Draft, live, paused, live, ended; nothing leaves ended; who did what is kept."""
    campaigns.apply(connection, plain(), ANNA)
    with pytest.raises(CampaignStateError):
        campaigns.pause(connection, "tenth", ANNA)
    campaigns.activate(connection, "tenth", ANNA)
    assert campaigns.pause(connection, "tenth", ANNA).state == "paused"
    assert list(store_campaigns.live(connection)) == []
    assert campaigns.activate(connection, "tenth", ANNA).state == "live"
    assert campaigns.end(connection, "tenth", ANNA).state == "ended"
    with pytest.raises(CampaignStateError):
        campaigns.activate(connection, "tenth", ANNA)
    with pytest.raises(CampaignStateError):
        campaigns.apply(connection, plain(name="Ten"), ANNA)
    actions = [change.action for change in campaigns.changes(connection, "tenth")]
    assert actions == ["apply", "activate", "pause", "activate", "end"]


def test_activating_makes_a_row_for_every_limit(connection: Connection) -> None:
    """Total, budgets by currency, and the pattern for the rows of stores and days."""
    limits = Limits(total=10, per_store_day=3, budget=(Money(500, "EUR"), Money(900, "CHF")))
    campaigns.apply(connection, plain(limits=limits), ANNA)
    campaigns.activate(connection, "tenth", ANNA)
    assert _caps(connection) == {
        (Kind.STORE_DAY, "", ""): (3, 0),
        (Kind.USES, "", ""): (10, 0),
        (Kind.BUDGET, "EUR", ""): (500, 0),
        (Kind.BUDGET, "CHF", ""): (900, 0),
    }


def test_lowering_a_cap_sets_it_to_what_is_taken(connection: Connection) -> None:
    """What was given stays given; a limit that is taken away goes on counting without bound."""
    campaigns.apply(connection, plain(limits=Limits(total=10)), ANNA)
    campaigns.activate(connection, "tenth", ANNA)
    connection.execute(text("UPDATE offers.capacity SET taken = 7"))
    campaigns.apply(connection, plain(limits=Limits(total=5)), ANNA)
    campaigns.activate(connection, "tenth", ANNA)
    assert _caps(connection) == {(Kind.USES, "", ""): (7, 7)}
    campaigns.apply(connection, plain(limits=Limits()), ANNA)
    campaigns.activate(connection, "tenth", ANNA)
    assert _caps(connection) == {(Kind.USES, "", ""): (UNBOUNDED, 7)}


def test_unknown_campaigns_and_stores_are_refused(connection: Connection) -> None:
    """A name that nothing has is an error, not an empty answer."""
    with pytest.raises(UnknownCampaignError):
        campaigns.get(connection, "nothing")
    with pytest.raises(UnknownStoreError):
        stops.stop(connection, UUID(int=1), "store", "9999", ANNA)


def test_a_stop_stands_once_and_can_be_lifted(connection: Connection) -> None:
    """Stopping twice is one stop; the row every query reads follows."""
    store = Store(code="0042", name="Vienna", zone="Europe/Vienna", currency="EUR", country="AT")
    stores.put(connection, [store])
    first = stops.stop(connection, UUID(int=1), "store", "0042", ANNA)
    assert stops.stop(connection, UUID(int=2), "store", "0042", ANNA) == first
    stops.stop(connection, UUID(int=3), "all", "", ANNA)
    assert [one.subject for one in stops.standing(connection)] == ["0042", ""]
    folded = text("SELECT stopped_all, cardinality(stopped_stores) FROM offers.catalogue")
    assert connection.execute(folded).one() == (True, 1)
    assert stops.lift(connection, "store", "0042", ANNA)
    assert not stops.lift(connection, "store", "0042", ANNA)
    assert connection.execute(folded).one() == (True, 0)
