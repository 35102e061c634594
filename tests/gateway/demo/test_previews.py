"""Previews of campaigns against the demonstration world."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from gateway import demo
from gateway.commands.campaigns import command
from gateway.demo import guide
from gateway.marketing import campaign_files, previews
from gateway.marketing.previews import Preview
from gateway.wiring import Services
from offers.errors import UnknownStoreError
from offers.marketing.campaign import Audience, Campaign
from offers.marketing.campaigns import Author
from offers.money import share
from offers.segments import service as segments
from offers.segments.rule import Alternative, Segment

SAMPLES = Path(demo.__file__).with_name("campaigns")


def _campaign(name: str) -> Campaign:
    [found] = campaign_files.read([SAMPLES / f"{name}.yaml"])
    return found


def _preview(services: Services, campaign: Campaign, store: str | None = None) -> Preview:
    with services.database.transaction() as connection:
        return previews.preview(connection, services, campaign, now=datetime.now(UTC), store=store)


def test_a_personal_campaign_is_shown_with_the_prices_it_gives(loaded: Services) -> None:
    """Of the shoppers who showed interest some would get an offer, at the price the till would take."""
    told = _preview(loaded, _campaign("left-in-your-cart"))
    assert 0 < told.reached < told.looked_at
    assert told.store is None
    assert told.reached + sum(count for _, count in told.reasons) == told.looked_at
    for sample in told.samples:
        assert sample.profile is not None
        assert sample.price_before is not None
        assert sample.price_after == sample.price_before - share(sample.price_before, 2000)


def test_a_store_offers_what_it_has(loaded: Services) -> None:
    """At a store a preview counts on what lies on its shelves: where she stands, her product does."""
    kept = guide.read(loaded.settings)
    assert kept is not None
    told = _preview(loaded, _campaign("left-in-your-cart"), store=kept.store)
    assert told.reached >= 1
    assert kept.items[0].sku in {sample.product for sample in told.samples}


@pytest.mark.parametrize(
    "meant",
    [
        Audience(consents=frozenset({"personal_offers"})),
        Audience(segments=frozenset({"agreeing"})),
        Audience(without_segments=frozenset({"strangers"})),
    ],
)
def test_a_preview_knows_whom_a_campaign_means(loaded: Services, meant: Audience) -> None:
    """Also where no live campaign asks for it, so that nothing of it has been gathered."""
    everybody = _campaign("left-in-your-cart")
    agreeing = Segment(
        "agreeing", "Agreeing", (Alternative(Audience(consents=frozenset({"personal_offers"}))),)
    )
    with loaded.database.engine.connect() as connection, connection.begin() as transaction:
        segments.put(connection, agreeing, Author(name="anna", at=datetime.now(UTC)))
        told, of_them = (
            previews.preview(connection, loaded, replace(everybody, audience=one), now=datetime.now(UTC))
            for one in (Audience(), meant)
        )
        none = previews.preview(
            connection,
            loaded,
            replace(everybody, audience=Audience(regions=frozenset({"XX"}))),
            now=datetime.now(UTC),
        )
        transaction.rollback()
    assert told.reached == of_them.reached > 0
    assert none.reached == 0
    assert "region" in dict(none.reasons)


def test_a_campaign_for_everybody_names_no_shopper(loaded: Services) -> None:
    """What needs neither interest nor consent is shown as anybody sees it."""
    told = _preview(loaded, _campaign("ice-cream-price"))
    assert told.looked_at == 0
    assert all(sample.profile is None for sample in told.samples)


def test_money_off_a_basket_waits_for_the_basket(loaded: Services) -> None:
    """A campaign of the till alone has nothing to show before there is a basket, and the preview says so."""
    assert _preview(loaded, _campaign("five-off-fifty")).needs_basket


def test_an_unknown_store_is_refused(loaded: Services) -> None:
    """A preview never invents a place."""
    with pytest.raises(UnknownStoreError):
        _preview(loaded, _campaign("ice-cream-price"), store="nowhere")


def test_the_command_stores_nothing(loaded: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """`o2o campaigns preview` shows shoppers and prices, and leaves the database as it was."""
    monkeypatch.setenv("DATABASE_URL", loaded.settings.database_url or "")
    monkeypatch.setenv("O2O_HOME", str(loaded.settings.home))
    before = _versions(loaded)
    result = CliRunner().invoke(command, ["preview", str(SAMPLES)])
    assert result.exit_code == 0, result.output
    assert "left-in-your-cart online" in result.output
    assert "USD" in result.output
    assert _versions(loaded) == before


def _versions(services: Services) -> tuple[int, int]:
    with services.database.transaction() as connection:
        versions = connection.execute(sa.text("select count(*) from offers.campaign_version")).scalar_one()
        decisions = connection.execute(sa.text("select count(*) from offers.decision")).scalar_one()
    return versions, decisions
