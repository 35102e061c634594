"""Offers as the kiosk draws them."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from gateway.pages.amounts import Region, locale_for
from gateway.pages.kiosk.cards import beside, drawn
from offers.evaluation.decision import Offer
from offers.model import Product

NOW = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC)
LONDON = Region("GBP", ZoneInfo("Europe/London"), locale_for("en", "GB"))
OFFER = Offer(
    offer="cart.1.SW-M",
    campaign="cart",
    title="Sweater, M: today in this store",
    message="",
    product="SW-M",
    price_before=7990,
    price_after=6392,
    expires_at=dt.datetime(2026, 11, 21, 20, 0, tzinfo=dt.UTC),
    personalised=True,
    reasons=(),
)
PRODUCTS = {"SW-M": Product(product_no=1, sku="SW-M", title="Sweater, M", cost_minor=1234)}


def test_an_offer_is_drawn_with_the_products_own_name() -> None:
    """Old and new price, what is saved, until when, and the code as a shape, not as text."""
    shown = drawn(OFFER, PRODUCTS, LONDON, NOW, "O2T" + "0" * 26)
    qr = shown.pop("qr")
    assert shown == {
        "title": "Sweater, M",
        "message": "Today in this store",
        "before": "£79.90",
        "after": "£63.92",
        "saving": "-20%",
        "until": "20:00",
        "personal": True,
    }
    assert qr["size"] == 25
    assert "O2T" not in qr["path"]


def test_what_an_offer_lacks_is_left_out() -> None:
    """A campaign about no single product has its own title and no price; nothing is invented."""
    bare = replace(
        OFFER, product=None, price_before=None, price_after=None, expires_at=None, personalised=False
    )
    shown = drawn(bare, {}, LONDON, NOW, None)
    assert shown == {
        "title": OFFER.title,
        "message": "",
        "before": None,
        "after": None,
        "saving": None,
        "until": None,
        "personal": False,
        "qr": None,
    }


def test_a_price_that_did_not_fall_is_not_struck_out() -> None:
    """An offer of points or a gift leaves the price as it is."""
    shown = drawn(replace(OFFER, price_after=7990), PRODUCTS, LONDON, NOW, None)
    assert (shown["before"], shown["after"], shown["saving"]) == (None, "£79.90", None)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Sweater, M: 20% off", "20% off"),
        ("Sweater, M – today only", "Today only"),
        ("Sweater, M", ""),
        ("For a warm winter", "For a warm winter"),
    ],
)
def test_the_products_name_is_not_said_twice(title: str, expected: str) -> None:
    """Only what the campaign's title adds stands below the name."""
    assert beside(title, "Sweater, M") == expected
