"""The catalogue's index: what a query touches follows what matches, not what is live."""

import tracemalloc
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from offers.catalogue.compiled import compile_catalogue, lineage
from offers.evaluation.case import lay_out
from offers.evaluation.matching import match
from offers.marketing.campaign import Campaign, Conditions, Entry, Scope
from offers.marketing.campaign_rewards import Percent
from offers.model import Known
from tests.offers.worlds import (
    ANNA,
    CATEGORIES,
    GROUPS,
    POLICY,
    SKUS,
    World,
    catalogue,
    decide,
    line,
    product,
    products,
    promotion,
    till,
    worlds,
)

TEN = Percent(1000)


def covers(scope: Scope, sku: str) -> bool:
    """Whether a scope covers a product: the slow, obvious way."""
    path, group = lineage(CATEGORIES[sku]), GROUPS[sku]
    if sku in scope.without_products or group in scope.without_groups or scope.without_categories & set(path):
        return False
    if not (scope.products or scope.categories or scope.groups):
        return True
    return sku in scope.products or group in scope.groups or bool(scope.categories & set(path))


@given(worlds(tangled=False), st.lists(st.sampled_from(SKUS), min_size=1, unique=True))
def test_the_index_finds_what_a_walk_over_all_campaigns_finds(world: World, skus: list[str]) -> None:
    """Products, groups, categories with what lies below, exclusions: compared with asking every campaign."""
    plain = [one for one in world.campaigns if not one.personal]
    query = till(*(line(str(i), sku, 100) for i, sku in enumerate(skus)))
    case = lay_out(catalogue(*plain), query, None, world.known, POLICY, 7)
    found = {
        (case.catalogue.rules[position].id, item.sku)
        for position, items in match(case, case.items).items()
        for item in items
    }
    assert found == {(one.id, sku) for one in plain for sku in skus if covers(one.scope, sku)}


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_in_which_campaigns_are_loaded_changes_nothing(world: World, random: object) -> None:
    """The same catalogue from any order of its entries."""
    entries = [Entry(i, 1, one) for i, one in enumerate(world.campaigns, 1)]
    shuffled = list(entries)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = compile_catalogue(1, entries), compile_catalogue(1, shuffled)
    assert decide(first, world.query, world.shopper, wants=world.known.wants) == decide(
        second, world.query, world.shopper, wants=world.known.wants
    )


def test_a_category_covers_what_lies_below_it() -> None:
    """`a` covers `a/x/1`, but not `ab`."""
    assert lineage("a/x/1") == ("a", "a/x", "a/x/1")
    assert lineage(None) == ()
    deep = products(product("S1", category="a/x/1"), product("S2", category="ab"))
    decision = decide(
        [promotion("p", TEN, scope=Scope(categories=frozenset({"a"})))],
        till(line("1", "S1", 100), line("2", "S2", 100)),
        products=deep,
    )
    assert [effect.line for effect in decision.effects] == ["1"]


def test_a_line_of_an_unknown_product_goes_by_what_the_till_says() -> None:
    """A sku and a category from the till are enough for a plain campaign."""
    unknown = line("1", "bag", 100, category="a/x")
    assert decide([promotion("p", TEN, scope=Scope(categories=frozenset({"a"})))], till(unknown)).effects
    assert decide([promotion("p", TEN, scope=Scope(products=frozenset({"bag"})))], till(unknown)).effects


def test_campaigns_of_other_stores_are_not_even_looked_at() -> None:
    """A thousand basket-wide campaigns of other stores cost this one nothing, not even a refusal."""
    elsewhere = [
        promotion(f"s{i}", TEN, conditions=Conditions(stores=frozenset({f"{i:04}"})))
        for i in range(100, 1100)
    ]
    case = lay_out(catalogue(*elsewhere), till(line("1", "S1", 100)), None, Known(), POLICY, 7)
    assert match(case, case.items) == {}


def test_live_campaigns_that_do_not_match_are_not_touched() -> None:
    """The rules met by a basket are the ones that cover it, whatever else is live."""
    others = [promotion(f"o{i}", TEN, scope=Scope(products=frozenset({f"X{i}"}))) for i in range(2000)]
    mine = promotion("mine", TEN, scope=Scope(products=frozenset({"S1"})))
    case = lay_out(catalogue(mine, *others), till(line("1", "S1", 100)), ANNA, Known(), POLICY, 7)
    assert [case.catalogue.rules[position].id for position in match(case, case.items)] == ["mine"]


def test_a_scope_costs_a_worker_few_bytes_a_product() -> None:
    """Ten thousand campaigns of a thousand products must fit into 300 MB: thirty bytes a pair, all told."""
    skus = [f"SKU-{i:06}" for i in range(2000)]

    def large(i: int) -> Campaign:
        return promotion(f"c{i}", TEN, scope=Scope(products=frozenset(skus[i : i + 1000])))

    compile_catalogue(1, [Entry(0, 1, replace(large(0), id="warm"))])
    tracemalloc.start()
    compiled = compile_catalogue(1, (Entry(i, 1, large(i)) for i in range(200)))
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(compiled.rules) == 200
    assert size / (200 * 1000) < 15
