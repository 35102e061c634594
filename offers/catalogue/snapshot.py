"""A compiled catalogue with what the store must be asked for its sake: which campaigns' room may matter to a
query.

Invariant: every campaign with a capacity row that the evaluator could play is asked for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, NamedTuple, Self

from offers.catalogue.compiled import Catalogue, Index, lineage
from offers.catalogue.rule import Rule
from offers.marketing.campaign import Away, Happened
from offers.model import Line, Product, Query
from offers.overrides.rules import Override

FEW: Final = 24
"""So many campaigns are asked for whatever the query: finding out which of them matter costs more."""

MOST_REMEMBERED: Final = 50_000


class Asked(NamedTuple):
    """Campaign numbers whose rows a query needs: those with a total or a budget, and those with a daily
    limit.
    """

    roomy: Iterable[int]
    daily: Iterable[int]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """See the module. `screen` are campaigns that a screen may show without a basket.

    At a till only the basket counts, unless campaigns look further: at stock (`needs_stock`), or at whatever
    else was wanted (`looks_beyond`).
    """

    catalogue: Catalogue
    screen: frozenset[int]
    counts_people: bool
    needs_stock: bool
    looks_beyond: bool
    has_codes: bool
    asks_traits: bool
    overrides: tuple[Override, ...]
    roomy: frozenset[int]
    daily: frozenset[int]
    # What covers a product is looked up once; a line costs one look into a dictionary from then on.
    _covering: dict[str, frozenset[int]] = field(default_factory=dict)
    _wide: dict[str | None, frozenset[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, catalogue: Catalogue, overrides: Iterable[Override] = ()) -> Self:
        """The snapshot of a compiled catalogue, with what marketers say beside the formula."""
        rules = tuple(catalogue.living())
        roomy = frozenset(rule.number for rule in rules if rule.total is not None or rule.budget)
        daily = frozenset(rule.number for rule in rules if rule.per_store_day is not None)
        shown = [catalogue.rules[slot] for slot in chain.from_iterable(catalogue.shown.values())]
        personal = [rule for rule in rules if rule.interest is not None]
        return cls(
            catalogue=catalogue,
            screen=_counted(shown + personal),
            counts_people=any(rule.per_profile is not None or rule.frequency for rule in rules),
            needs_stock=any(rule.stock_units for rule in rules),
            looks_beyond=catalogue.wants_groups or not catalogue.roused.is_empty,
            has_codes=not catalogue.coded.is_empty,
            overrides=tuple(overrides),
            asks_traits=any(
                rule.audience.asks_for_traits or isinstance(rule.trigger, Happened | Away) for rule in rules
            ),
            roomy=roomy,
            daily=daily,
        )

    def asks_by_line(self, roomy: frozenset[int]) -> bool:
        """Whether so many campaigns have limits that it pays to ask for those alone that the basket meets."""
        return len(roomy) + len(self.daily) > FEW

    def asked(self, query: Query, products: Mapping[int, Product], roomy: frozenset[int]) -> Asked:
        """The campaigns whose room this query needs, among these with a total or a budget and all daily ones.
        `products` are the basket's, where it is asked by line.
        """
        if not self.asks_by_line(roomy):
            return Asked(roomy, self.daily)
        numbers = set(self._basket_wide(query.place.store))
        if query.channel != "till":
            numbers |= self.screen
        for line in query.basket.lines if query.basket is not None else ():
            numbers |= self._on_line(line, products)
        return Asked(numbers & roomy, numbers & self.daily)

    def _basket_wide(self, store: str | None) -> frozenset[int]:
        found = self._wide.get(store)
        if found is None:
            found = self._wide[store] = self._numbers(
                chain.from_iterable(index.basket_wide(store) for index in _indexes(self.catalogue))
            )
        return found

    def _on_line(self, line: Line, products: Mapping[int, Product]) -> frozenset[int]:
        product = products.get(line.product_no) if line.product_no is not None else None
        category = line.category if product is None else product.category or line.category
        sku = line.sku if product is None else product.sku
        group = None if product is None else product.group
        name = f"{sku}|{category}|{group}"
        found = self._covering.get(name)
        if found is None:
            if len(self._covering) >= MOST_REMEMBERED:
                self._covering.clear()
            path = lineage(category)
            found = self._covering[name] = self._numbers(
                chain.from_iterable(index.covering(sku, group, path) for index in _indexes(self.catalogue))
            )
        return found

    def _numbers(self, postings: Iterable[Iterable[int]]) -> frozenset[int]:
        rules, dead = self.catalogue.rules, self.catalogue.dead
        return _counted(rules[slot] for slot in chain.from_iterable(postings) if slot not in dead)


def _indexes(catalogue: Catalogue) -> tuple[Index, ...]:
    return catalogue.plain, catalogue.wanted, catalogue.roused, catalogue.coded


def _counted(rules: Iterable[Rule]) -> frozenset[int]:
    """The numbers of those that have capacity rows."""
    return frozenset(
        rule.number
        for rule in rules
        if rule.total is not None or rule.budget or rule.per_store_day is not None
    )
