"""Campaigns, baskets and shoppers for the evaluator's tests: short to write, and made up by hypothesis."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from offers.catalogue.compiled import Catalogue, compile_catalogue
from offers.evaluation.decision import Decision
from offers.evaluation.evaluate import evaluate
from offers.marketing.campaign import (
    Always,
    Audience,
    Campaign,
    Conditions,
    Entry,
    Interest,
    Limits,
    Message,
    Scope,
    Stacking,
)
from offers.marketing.campaign_rewards import (
    AmountOff,
    Bundle,
    BuyGet,
    Cover,
    FixedPrice,
    Gift,
    Notice,
    Part,
    Percent,
    Points,
    Reward,
    TenderCoupon,
)
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
    TransactionKey,
    Want,
)
from offers.money import Money

NOW = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)  # a Saturday, 12:00 in Vienna
NOW_S = int(NOW.timestamp())
DAY_S = 86_400
VIENNA = Place(store_no=1, store="0042", zone="Europe/Vienna", currency="EUR")
ONLINE = Place(store_no=None, store=None, zone="Europe/Vienna", currency="EUR")
TRANSACTION = TransactionKey("0042", "07", date(2026, 11, 21), "000183")
CARTED = Interest(frozenset({"viewed", "carted"}), minimum_age_s=3600, maximum_age_s=30 * DAY_S)
POLICY = Policy()
ANNA = Shopper(
    profile_id="anna", members=(7, 9), limit_members=(7, 9), personal=True, proof=Proof.SCANNED, tier="gold"
)


def euros(amount_minor: int) -> tuple[Money, ...]:
    """An amount as campaigns hold it."""
    return (Money(amount_minor, "EUR"),)


def promotion(name: str, reward: Reward, **sections: Any) -> Campaign:
    """A campaign for everybody, with any of its sections given."""
    values: dict[str, Any] = {"messages": (Message(None, "en", f"{name} for all"),), "trigger": Always()}
    return Campaign(id=name, name=name, reward=reward, **(values | sections))


def wanted(name: str, reward: Reward, **sections: Any) -> Campaign:
    """A campaign on what the shopper wanted online."""
    values: dict[str, Any] = {"trigger": CARTED, "scope": Scope(wanted="item")}
    return promotion(name, reward, **(values | sections))


def line(name: str, sku: str, amount: int, **given: Any) -> Line:
    """One piece of a product; its number is the digits of its sku."""
    values: dict[str, Any] = {"quantity_milli": 1000, "unit": "each", "tax_rate_bp": 2000, "category": None}
    return Line(
        line=name, kind=given.pop("kind", "sale"), product_no=number(sku), sku=sku, amount_minor=amount,
        **(values | given),
    )  # fmt: skip


def number(sku: str) -> int | None:
    """`S12` is product 12."""
    return int(sku[1:]) if sku[1:].isdigit() else None


def product(sku: str, price: int = 5000, **given: Any) -> Product:
    """A product by its sku."""
    values: dict[str, Any] = {"title": f"Product {sku}", "currency": "EUR", "tax_rate_bp": 2000}
    found = number(sku)
    assert found is not None
    return Product(product_no=found, sku=sku, price_minor=price, **(values | given))


def products(*found: Product) -> dict[int, Product]:
    """Products by their number."""
    return {one.product_no: one for one in found}


def catalogue(*campaigns: Campaign, version: int = 1) -> Catalogue:
    """The campaigns live, numbered from 1 in the order given."""
    return compile_catalogue(version, [Entry(i, 1, one) for i, one in enumerate(campaigns, 1)])


def till(*lines: Line, **given: Any) -> Query:
    """A till's question."""
    basket = Basket("EUR", given.pop("tax", "included"), tuple(lines))
    values: dict[str, Any] = {
        "channel": "till",
        "place": VIENNA,
        "price_time": NOW,
        "transaction": TRANSACTION,
    }
    return Query(basket=basket, **(values | given))


def kiosk(**given: Any) -> Query:
    """A kiosk's question, without a basket."""
    values: dict[str, Any] = {"channel": "kiosk", "place": VIENNA, "price_time": NOW}
    return Query(**(values | given))


def carted(*skus: str, days: int = 2) -> dict[int, Want]:
    """Products put into the cart so many days ago and not bought since."""
    numbers = [found for sku in skus if (found := number(sku)) is not None]
    return {found: Want(found, carted_at_s=NOW_S - days * DAY_S) for found in numbers}


def decide(
    live: Catalogue | Iterable[Campaign],
    query: Query,
    shopper: Shopper | None = None,
    *,
    policy: Policy | None = None,
    seed: int = 7,
    **known: Any,
) -> Decision:
    """The decision, with what is known given by name."""
    compiled = live if isinstance(live, Catalogue) else catalogue(*live)
    return evaluate(compiled, query, shopper, Known(**known), policy=policy or POLICY, seed=seed)


def taken_off(decision: Decision) -> dict[tuple[str, str | None], int]:
    """What each campaign takes off each line."""
    return {(effect.campaign, effect.line): effect.amount for effect in decision.effects}


def why(decision: Decision) -> dict[str, str]:
    """The reason for each campaign that was refused."""
    return {one.campaign: one.reason for one in decision.refused if hasattr(one, "campaign")}


@dataclass(frozen=True)
class World:
    """Everything `evaluate` takes, made up."""

    campaigns: tuple[Campaign, ...]
    query: Query
    shopper: Shopper | None
    known: Known
    policy: Policy = POLICY
    seed: int = 7

    def decide(self, **changed: Any) -> Decision:
        """The decision in this world, or in one with something changed."""
        world = replace(self, **changed)
        return evaluate(
            catalogue(*world.campaigns),
            world.query,
            world.shopper,
            world.known,
            policy=world.policy,
            seed=world.seed,
        )


SKUS = ("S1", "S2", "S3", "S4", "S5")
CATEGORIES = {"S1": "a/x", "S2": "a/x", "S3": "a/y", "S4": "b", "S5": None}
GROUPS = {"S1": "g", "S2": "g", "S3": None, "S4": "h", "S5": None}
AMOUNTS = st.one_of(st.integers(0, 60), st.integers(1, 3000), st.integers(0, 30_000))

rewards = st.one_of(
    st.integers(1, 10_000).map(Percent),
    st.sampled_from([1000, 1500, 3333, 5000, 10_000]).map(Percent),
    st.builds(AmountOff, st.integers(1, 3000).map(euros), st.sampled_from(["unit", "basket"])),
    st.integers(0, 5000).map(euros).map(FixedPrice),
)
covers = st.one_of(
    st.builds(Cover, st.frozensets(st.sampled_from(SKUS), min_size=1, max_size=3)),
    st.builds(Cover, categories=st.frozensets(st.sampled_from(["a", "a/x", "b"]), min_size=1, max_size=2)),
)
less = st.one_of(
    st.sampled_from([10_000, 10_000, 5000, 3333]).map(Percent),
    st.builds(AmountOff, st.integers(1, 900).map(euros), st.just("unit")),
    st.integers(0, 900).map(euros).map(FixedPrice),
)
grouped = st.one_of(
    st.builds(BuyGet, st.integers(1, 3), st.integers(1, 2), less, st.none() | covers),
    st.builds(
        Bundle,
        st.lists(st.builds(Part, st.integers(1, 2), covers), min_size=2, max_size=3).map(tuple),
        less,
    ),
    st.builds(Gift, st.lists(st.sampled_from(SKUS), min_size=1, max_size=2).map(tuple), st.integers(1, 2)),
)
beside = st.one_of(
    st.builds(
        Points,
        st.integers(1, 500),
        st.sampled_from([(), euros(100), euros(777)]),
        st.sampled_from([(), euros(1), euros(30)]),
    ),
    st.builds(TenderCoupon, st.integers(1, 3000).map(euros)),
    st.just(Notice()),
)
scopes = st.one_of(
    st.just(Scope()),
    st.just(Scope()),
    st.builds(
        Scope,
        products=st.frozensets(st.sampled_from(SKUS), max_size=3),
        categories=st.frozensets(st.sampled_from(["a", "a/x", "b"]), max_size=2),
        groups=st.frozensets(st.sampled_from(["g", "h"]), max_size=1),
        without_products=st.frozensets(st.sampled_from(SKUS), max_size=1),
    ),
)
stackings = st.builds(
    Stacking,
    group=st.sampled_from([None, None, "red", "blue"]),
    joins=st.sampled_from(
        [frozenset(), frozenset(), frozenset({"*"}), frozenset({"c0", "c1"}), frozenset({"red"})]
    ),
    order=st.integers(0, 2),
    already=st.sampled_from([frozenset(), frozenset({"markdown"})]),
)
limits = st.builds(
    Limits,
    units_per_basket=st.sampled_from([None, None, None, 1, 2]),
    amount_per_basket=st.sampled_from([(), (), euros(500)]),
    budget=st.sampled_from([(), (), euros(700)]),
)
conditions = st.builds(
    Conditions,
    minimum_spend=st.sampled_from([(), (), (), euros(2000)]),
    minimum_spend_of=st.sampled_from(["scope", "basket"]),
    minimum_units=st.sampled_from([0, 0, 0, 2]),
    margin_floor_bp=st.sampled_from([None, None, None, 0, 2000]),
)


tangles = st.builds(
    Limits,
    units_per_basket=st.sampled_from([None, None, 1, 2]),
    amount_per_basket=st.sampled_from([(), (), euros(500), euros(40)]),
    budget=st.sampled_from([(), (), euros(700), euros(50)]),
)
tangled_stackings = st.builds(
    Stacking,
    group=st.sampled_from([None, None, None, "red", "blue"]),
    joins=st.sampled_from([(), ("*",), ("*",), ("c0", "c1", "red")]).map(frozenset),
    order=st.integers(0, 2),
)


@st.composite
def campaigns_of(draw: st.DrawFn, name: str, *, tangled: bool = False, shaped: bool = False) -> Campaign:
    """One campaign with anything that is allowed; `tangled`: for all, wide, and likely to meet others.

    `shaped`: also with rewards for groups of units and beside the price.
    """
    reward = draw(st.one_of(rewards, rewards, grouped, beside) if shaped else rewards)
    bounds = draw(tangles if tangled else limits)
    if isinstance(reward, AmountOff) and reward.per == "basket":
        bounds = replace(bounds, units_per_basket=None)
    if isinstance(reward, Points):
        bounds = Limits()
    common: dict[str, Any] = {"limits": bounds, "priority": draw(st.integers(0, 1))}
    if tangled:
        guarded = Conditions(margin_floor_bp=draw(st.sampled_from([None, None, None, 0, 2000])))
        wide = draw(st.sampled_from([Scope(), Scope(), Scope(categories=frozenset({"a"}))]))
        if isinstance(reward, Bundle):
            wide = Scope()
        if isinstance(reward, Points | TenderCoupon | Notice):
            guarded = Conditions()
        return promotion(
            name, reward, scope=wide, stacking=draw(tangled_stackings), conditions=guarded, **common
        )
    personal = draw(st.booleans())
    scope = draw(scopes)
    if isinstance(reward, Bundle):
        scope = Scope()
    elif personal and isinstance(reward, Percent | AmountOff | FixedPrice) and draw(st.booleans()):
        scope = replace(scope, wanted=draw(st.sampled_from(["item", "group"])))
    return (wanted if personal else promotion)(
        name,
        reward,
        scope=scope,
        stacking=draw(stackings),
        conditions=draw(conditions),
        audience=draw(st.sampled_from([Audience(), Audience(), Audience(holdout_bp=5000)])),
        **common,
    )


@st.composite
def lines_of(draw: st.DrawFn, name: str, *, tangled: bool = False) -> Line:
    """One line with anything that is allowed in it; `tangled`: nothing that keeps campaigns away."""
    unit = draw(st.sampled_from(["each", "each", "each", "kg"]))
    milli = draw(st.integers(1, 3)) * 1000 if unit == "each" else draw(st.integers(1, 3000))
    amount = draw(AMOUNTS)
    plain = line(
        name,
        draw(st.sampled_from(SKUS)),
        amount,
        unit=unit,
        quantity_milli=milli,
        minimum_minor=draw(st.sampled_from([0, 0, 0, amount // 2])),
    )
    if tangled:
        return plain
    return plain._replace(
        discountable=draw(st.integers(0, 9)) > 0,
        already=draw(st.sampled_from([(), (), (), (Already("markdown", 100),)])),
        kind=draw(st.sampled_from(["sale"] * 9 + ["return"])),
    )


@st.composite
def worlds(
    draw: st.DrawFn,
    *,
    most_lines: int = 5,
    most_campaigns: int = 5,
    tangled: bool = False,
    shaped: bool = False,
) -> World:
    """A basket at a till, the campaigns that are live, and a shopper or nobody."""
    least = 2 if tangled else 1
    names = [f"c{i}" for i in range(draw(st.integers(least, most_campaigns)))]
    found = tuple(draw(campaigns_of(name, tangled=tangled, shaped=shaped)) for name in names)
    count = draw(st.integers(least, most_lines))
    lines = tuple(draw(lines_of(str(i), tangled=tangled)) for i in range(count))
    costs = {sku: draw(st.sampled_from([0, 0, 7, 900] if tangled else [None, 0, 7, 900])) for sku in SKUS}
    known = Known(
        wants=carted(*draw(st.frozensets(st.sampled_from(SKUS), min_size=0 if tangled else 2))),
        products=products(
            *(
                product(sku, category=CATEGORIES[sku], group=GROUPS[sku], cost_minor=costs[sku])
                for sku in SKUS
            )
        ),
        room={1: Left(None, None, draw(st.integers(1, 700)))} if found[0].limits.budget else {},
    )
    strangers = [None, replace(ANNA, proof=Proof.TYPED), replace(ANNA, personal=False)]
    shopper = None if tangled else draw(st.sampled_from([ANNA, ANNA, ANNA, ANNA, *strangers]))
    query = till(*lines, tax=draw(st.sampled_from(["included", "excluded"])))
    return World(found, query, shopper, known)
