"""Worked examples: each file is a basket, the campaigns that are live, and the receipt people expect."""

from pathlib import Path
from typing import Any

import pytest

from offers.catalogue.compiled import compile_catalogue
from offers.evaluation.decision import Decision, Effect, Refusal
from offers.evaluation.evaluate import evaluate
from offers.marketing.campaign import Campaign, Entry
from offers.marketing.campaign_format import parse
from offers.marketing.campaign_reader import SPAN_SECONDS
from offers.marketing.campaign_yaml import load
from offers.model import (
    Already,
    Basket,
    Known,
    Left,
    Line,
    Place,
    Policy,
    Product,
    Proof,
    Query,
    Shopper,
    Traits,
    Want,
)
from offers.money import Money, digits, write
from offers.money import parse as money
from tests.offers.worlds import NOW, NOW_S, TRANSACTION

EXAMPLES = sorted(Path(__file__).with_name("examples").glob("*.yaml"))
Plain = dict[str, Any]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_receipt_is_as_expected(path: Path) -> None:
    """What the file tells as its story."""
    loaded, _ = load(path.read_text())
    assert isinstance(loaded, dict)
    example: Plain = loaded
    currency = example.get("currency", "EUR")
    decision = decide(example, currency)
    assert receipt(decision, currency) == {line: dict(row) for line, row in example["receipt"].items()}
    assert spell(decision.totals.after, currency) == str(example["total"])
    assert {
        one.campaign: refusal(one) for one in decision.refused if isinstance(one, Refusal)
    } == example.get("refused", {})
    assert beside(decision, currency) == example.get("beside", {})
    assert {one.campaign: list(one.options) for one in decision.prompts} == example.get("prompts", {})
    for line, quantity in example.get("quantities", {}).items():
        assert [effect.quantity for effect in decision.effects if effect.line == line] == [quantity]


def decide(example: Plain, currency: str) -> Decision:
    """The decision on an example."""
    campaigns = [campaign(document) for document in example["campaigns"]]
    numbers = {one.id: i for i, one in enumerate(campaigns, 1)}
    skus = {sku: i for i, sku in enumerate(example.get("products", {}), 1)}
    known = Known(
        wants={skus[sku]: want(skus[sku], said) for sku, said in example.get("wants", {}).items()},
        products={
            skus[sku]: product(skus[sku], sku, facts, currency)
            for sku, facts in example.get("products", {}).items()
        },
        room={
            numbers[name]: Left(left.get("uses"), left.get("store_day"), minor(left.get("budget"), currency))
            for name, left in example.get("left", {}).items()
        },
        redeemed={
            numbers[name]: tuple(map(at_s, times)) for name, times in example.get("redeemed", {}).items()
        },
        traits=traits(example.get("traits")),
    )
    lines = tuple(line(given, skus, currency) for given in example["basket"])
    tax = example.get("tax", "included")
    query = Query(
        channel="till",
        place=Place(store_no=1, store="0042", zone="Europe/Vienna", currency=currency, tax=tax),
        price_time=NOW,
        transaction=TRANSACTION,
        basket=Basket(currency, tax, lines),
    )
    live = compile_catalogue(1, [Entry(numbers[one.id], 1, one) for one in campaigns])
    return evaluate(live, query, shopper(example.get("shopper")), known, policy=Policy(), seed=1)


def campaign(document: Plain) -> Campaign:
    """A campaign with the words filled in that no receipt shows."""
    words = {"name": document["campaign"], "messages": {"all": {"en": {"title": document["campaign"]}}}}
    found = parse(words | document)
    assert isinstance(found, Campaign), found.sentences
    return found


def shopper(given: Plain | None) -> Shopper | None:
    """Nobody, or a person who scanned a card and consented unless the file says otherwise."""
    if given is None:
        return None
    proof = Proof[given.get("proof", "scanned").upper()]
    return Shopper(
        profile_id="p",
        members=(1,),
        limit_members=(1,),
        personal=given.get("consent", True),
        proof=proof,
        tier=given.get("tier"),
        staff=given.get("staff", False),
    )


def traits(given: Plain | None) -> Traits | None:
    """What is known of the person beside wants; times are so long ago."""
    if given is None:
        return None
    return Traits(
        segments=frozenset(given.get("segments", ())),
        region=given.get("region"),
        last_visit_at_s=at_s(given["last_visit"]) if "last_visit" in given else None,
        events={kind: at_s(ago) for kind, ago in given.get("events", {}).items()},
    )


def at_s(ago: str) -> int:
    """The instant so long ago."""
    return NOW_S - int(ago[:-1]) * SPAN_SECONDS[ago[-1]]


def want(number: int, said: str) -> Want:
    """`carted 2d`: so long ago."""
    kind, ago = said.split()
    at_s = NOW_S - int(ago[:-1]) * SPAN_SECONDS[ago[-1]]
    return Want(number, **{f"{kind}_at_s": at_s})


def product(number: int, sku: str, facts: Plain, currency: str) -> Product:
    """A product with what the file says of it."""
    return Product(
        product_no=number,
        sku=sku,
        title=facts.get("title", sku),
        category=facts.get("category"),
        group=facts.get("group"),
        currency=currency,
        cost_minor=minor(facts.get("cost"), currency),
        discountable=facts.get("discountable", True),
    )


def line(given: Plain, skus: dict[str, int], currency: str) -> Line:
    """A basket line."""
    whole, _, fraction = str(given.get("quantity", "1")).partition(".")
    amount = minor(given["amount"], currency)
    assert amount is not None
    return Line(
        line=str(given["line"]),
        kind=given.get("kind", "sale"),
        product_no=skus.get(given["sku"]),
        sku=given["sku"],
        category=None,
        quantity_milli=int(whole) * 1000 + int(fraction.ljust(3, "0")),
        unit=given.get("unit", "each"),
        amount_minor=amount,
        tax_rate_bp=int(given.get("tax_rate", "0%").rstrip("%")) * 100,
        discountable=given.get("discountable", True),
        minimum_minor=minor(given.get("minimum"), currency) or 0,
        already=tuple(
            Already(kind, minor(off, currency) or 0) for kind, off in given.get("already", {}).items()
        ),
    )


def minor(amount: str | int | None, currency: str) -> int | None:
    """An amount as the file spells it, in minor units."""
    return None if amount is None else money(f"{amount} {currency}").amount_minor


def spell(amount_minor: int, currency: str) -> str:
    """An amount as the file spells it."""
    return write(Money(amount_minor, currency)).split()[0]


def receipt(decision: Decision, currency: str) -> Plain:
    """Per line what every campaign takes off, and what remains."""

    def number(amount_minor: int) -> str | int:
        return amount_minor if digits(currency) == 0 else spell(amount_minor, currency)

    def off(effect: Effect) -> str | int:
        if effect.reason is None:
            assert effect.amount == effect.desired
            return number(effect.amount)
        return f"{number(effect.amount)} of {number(effect.desired)} {effect.reason}"

    rows: Plain = {
        one.line: {effect.campaign: off(effect) for effect in decision.effects if effect.line == one.line}
        | {"after": number(one.after)}
        for one in decision.lines
    }
    return rows


def beside(decision: Decision, currency: str) -> Plain:
    """What is given on no line: points as they are, coupons as money."""
    return {
        one.campaign: one.amount if one.type == "points" else spell(one.amount, currency)
        for one in decision.effects
        if one.line is None
    }


def refusal(one: Refusal) -> str:
    """The reason, and the hint's value after it."""
    return f"{one.reason} {one.hint.value}" if one.hint else one.reason
