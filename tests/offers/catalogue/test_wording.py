"""The words of an offer: which message speaks, and what its placeholders become."""

from dataclasses import replace
from typing import Any

import pytest

from offers.catalogue import offer_ids
from offers.catalogue.offer_ids import OfferKey
from offers.marketing.campaign import Message, Scope
from offers.marketing.campaign_rewards import Percent
from offers.model import Channel, Only
from tests.offers.worlds import (
    ANNA,
    CARTED,
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

QUERY = till(line("1", "S1", 5990))


def title(messages: tuple[Message, ...], language: str, channel: Channel = "till") -> str:
    """The title a campaign with these messages is given."""
    campaign = promotion("a", Percent(1000), messages=messages)
    query = replace(QUERY, language=language, channel=channel)
    return next(offer.title for offer in decide([campaign], query, None).offers if offer.product)


@pytest.mark.parametrize(
    ("language", "channel", "expected"),
    [
        ("de-AT", "till", "Servus"),
        ("de-DE", "till", "Hallo"),
        ("de", "web", "Hallo Netz"),
        ("fr", "till", "Hello"),
        ("en-GB", "till", "Hello"),
        ("gsw-CH", "till", "Hello"),
    ],
)
def test_the_nearest_language_speaks_and_the_channels_own_words_first(
    language: str, channel: Channel, expected: str
) -> None:
    """Exact language, its base, English; a channel's own message before the one for all."""
    messages = (
        Message(None, "de", "Hallo"),
        Message("web", "de", "Hallo Netz"),
        Message(None, "de-AT", "Servus"),
        Message(None, "en", "Hello"),
    )
    assert title(messages, language, channel) == expected


def test_without_english_the_first_language_by_name_speaks() -> None:
    """A campaign never goes without words, not even on a channel that nobody wrote for."""
    assert title((Message(None, "it", "Ciao"), Message(None, "fr", "Salut")), "de") == "Salut"
    assert title((Message("kiosk", "it", "Ciao"),), "de") == "Ciao"


def test_placeholders_become_the_product_and_its_prices() -> None:
    """Money as the language writes it; braces doubled stay braces."""
    words = "{product}: {price_after} statt {price_before}, {discount} {{gespart}}"
    known: dict[str, Any] = {"products": products(product("S1", title="Pullover"))}
    campaign = promotion("a", Percent(1000), messages=(Message(None, "de", words),))
    (offer,) = decide([campaign], replace(QUERY, language="de"), None, **known).offers
    assert offer.title == "Pullover: 53,91 EUR statt 59,90 EUR, 5,99 EUR {gespart}"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("[{product}{price_after}] {discount}", "Ten off"),
        ("{discount} less", "3.00 EUR less"),
        ("All less", "All less"),
    ],
)
def test_several_lines_have_no_one_price(words: str, told: str) -> None:
    """Words about one product are not said of several: the name stands in. The discount is the sum."""
    campaign = promotion("Ten off", Percent(1000), messages=(Message(None, "en", words, words, words),))
    decision = decide([campaign], till(line("1", "S1", 1000), line("2", "S2", 2000)))
    (offer,) = decision.offers
    assert (offer.title, offer.product, offer.price_after) == (told, None, None)
    assert offer.message == ("" if told == "Ten off" else told)
    assert {effect.receipt_text for effect in decision.effects} == {told}


def test_a_poster_without_a_product_says_nothing_about_one() -> None:
    """A screen that shows what is there for anybody never reads ` for `."""
    messages = (Message(None, "en", "{product} for {price_after}"),)
    campaign = promotion("Mug week", Percent(1000), messages=messages)
    (offer,) = decide([campaign], kiosk(), None).offers
    assert offer.title == "Mug week"


def test_a_title_from_the_product_feed_is_never_a_template() -> None:
    """Braces in a product's name are text."""
    known: dict[str, Any] = {"products": products(product("S1", title="{price_before} {0} %s"))}
    campaign = promotion("a", Percent(1000), messages=(Message(None, "en", "{product}"),))
    assert decide([campaign], QUERY, None, **known).offers[0].title == "{price_before} {0} %s"


@pytest.mark.parametrize(
    ("message", "receipt"),
    [
        (Message(None, "en", "You left it!", receipt="Online wish"), "Online wish"),
        (Message(None, "en", "You left it!", neutral="Today's price"), "Today's price"),
        (Message(None, "en", "You left it!"), "a"),
    ],
)
def test_the_receipt_never_tells_of_an_interest(message: Message, receipt: str) -> None:
    """Receipts lie about: own words, neutral words, or the campaign's name."""
    known: dict[str, Any] = {"wants": carted("S1"), "products": products(product("S1"))}
    decision = decide([wanted("a", Percent(1000), messages=(message,))], QUERY, ANNA, **known)
    assert [effect.receipt_text for effect in decision.effects] == [receipt]


@pytest.mark.parametrize("sku", [None, "S1", "0042.7", "a b", ""])
def test_an_offers_id_can_be_taken_apart(sku: "str | None") -> None:
    """Slug, version and, for a wanted item, its sku, whatever characters that has."""
    assert offer_ids.parse(offer_ids.compose("ten-off", 12, sku)) == OfferKey("ten-off", 12, sku)


@pytest.mark.parametrize(
    "text", ["", "ten-off", "ten-off.", "ten-off.x", ".1", "a.-1", "a.٣", "a." + "9" * 10]
)
def test_what_never_was_an_offers_id_is_not_taken_for_one(text: str) -> None:
    """Nothing is guessed from a till's garbage."""
    assert offer_ids.parse(text) is None


def test_whoever_holds_a_token_gets_that_offer_and_learns_nothing_else() -> None:
    """No name, no other personal campaign, not even its refusal; public campaigns as for everybody."""
    known: dict[str, Any] = {
        "wants": carted("S1", "S2"),
        "products": products(product("S1"), product("S2", group="g")),
    }
    holder = replace(ANNA, only=Only("mine", "S1"))
    campaigns = [
        wanted("mine", Percent(1000)),
        wanted("other", Percent(2000), trigger=replace(CARTED, maximum_age_s=7200)),
        promotion("public", Percent(500), scope=Scope(products=frozenset({"S2"}))),
    ]
    query = till(line("1", "S1", 1000), line("2", "S2", 1000))
    decision = decide(campaigns, query, holder, **known)
    assert {(effect.campaign, effect.line) for effect in decision.effects} == {("mine", "1"), ("public", "2")}
    assert why(decision) == {}
    assert not decision.greet
