"""Pins, boosts and bans: they order what screens show, change no price, and remember who said so."""

from typing import Any

from sqlalchemy import Connection

from offers.catalogue.snapshot import Snapshot
from offers.catalogue.snapshots import Snapshots
from offers.marketing.campaign_rewards import Percent
from offers.overrides import service
from offers.overrides.rules import Override
from tests.offers.floor import ANNA, campaign, furnish
from tests.offers.worlds import ANNA as SHOPPER
from tests.offers.worlds import (
    NOW_S,
    carted,
    decide,
    kiosk,
    line,
    product,
    products,
    promotion,
    till,
    wanted,
    why,
)

KNOWN: dict[str, Any] = {
    "wants": carted("S1", "S2"),
    "products": products(product("S1", 5000), product("S2", 4000)),
    "stock": {1: 9000, 2: 9000},
}
WANTED = wanted("wanted", Percent(1000))


def shown(*overrides: Override) -> list[str | None]:
    """The products a kiosk shows, best first."""
    decision = decide([WANTED], kiosk(), SHOPPER, overrides=overrides, **KNOWN)
    return [offer.product for offer in decision.offers]


def test_the_formula_ranks_until_a_marketer_says_otherwise() -> None:
    """Pinned goes first, boosted counts more, banned is not shown; after its end nothing is left of it."""
    assert shown() == ["S1", "S2"]
    assert shown(Override("product", "S2", "pin")) == ["S2", "S1"]
    assert shown(Override("product", "S2", "boost", 20_000)) == ["S2", "S1"]
    assert shown(Override("product", "S2", "boost", 11_000)) == ["S1", "S2"]
    assert shown(Override("product", "S1", "ban")) == ["S2"]
    assert shown(Override("campaign", "wanted", "ban")) == []
    assert shown(Override("product", "S1", "ban", until_s=NOW_S)) == ["S1", "S2"]


def test_a_pinned_campaign_is_shown_before_those_of_higher_priority() -> None:
    """Also where the screen has room for one only."""
    campaigns = [promotion(f"c{i}", Percent(100), priority=i) for i in range(5)]
    pin = Override("campaign", "c0", "pin")
    decision = decide(campaigns, kiosk(limit=2), overrides=(pin,))
    assert [offer.campaign for offer in decision.offers] == ["c0", "c4"]


def test_a_banned_campaign_is_shown_to_nobody() -> None:
    """Nor to a stranger, among what everybody may have; the answer says why."""
    campaigns = [promotion(name, Percent(100)) for name in ("a", "b")]
    decision = decide(campaigns, kiosk(), overrides=(Override("campaign", "a", "ban"),))
    assert [offer.campaign for offer in decision.offers] == ["b"]
    assert why(decision)["a"] == "banned"


def test_no_price_is_changed() -> None:
    """What is banned from screens is still taken off at the till."""
    ban = Override("campaign", "c", "ban")
    decision = decide([promotion("c", Percent(1000))], till(line("1", "S1", 1000)), overrides=(ban,))
    assert decision.totals.discount == 100


def test_who_said_what_is_remembered_and_every_process_hears_of_it(connection: Connection) -> None:
    """A new word takes the former back; each raises the catalogue's version."""
    furnish(connection)
    campaign(connection, "tenth")

    def loaded() -> Snapshot:
        return Snapshots(lambda: None).catalogue(connection)  # type: ignore[arg-type, return-value]

    before = loaded().catalogue.version
    service.put(connection, "product", "SOCKS", "pin", ANNA)
    service.put(connection, "product", "SOCKS", "ban", ANNA)
    assert loaded().catalogue.version == before + 2
    assert loaded().overrides == (Override("product", "SOCKS", "ban"),)
    assert service.lift(connection, "product", "SOCKS", ANNA)
    assert not service.lift(connection, "product", "SOCKS", ANNA)
    told = [(one.action, one.author, one.lifted_by) for one in service.newest(connection)]
    assert told == [("ban", "anna", "anna"), ("pin", "anna", "anna")]
