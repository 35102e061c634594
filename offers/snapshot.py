"""A compiled catalogue with what the store must be asked for its sake: which campaigns' room may matter to a
query.

Invariant: every campaign with a capacity row that the evaluator could play is asked for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final, Self

from offers.compiled import Catalogue, Index, lineage
from offers.model import Product, Query
from offers.rule import Rule

FEW: Final = 24
"""So many campaigns with room are asked for whatever the query: finding out which of them matter costs
more.
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Campaign numbers whose rows a query needs: those with a total or a budget, and those with a daily
    limit.
    """

    roomy: tuple[int, ...]
    daily: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """See the module. `screen` are the positions a screen may show without a basket."""

    catalogue: Catalogue
    everything: Asked
    screen: frozenset[int]
    counts_people: bool

    @classmethod
    def of(cls, catalogue: Catalogue) -> Self:
        """The snapshot of a compiled catalogue."""
        shown = frozenset(chain.from_iterable(catalogue.shown.values()))
        personal = {rule.position for rule in catalogue.rules if rule.interest is not None}
        return cls(
            catalogue=catalogue,
            everything=_asked(catalogue.rules),
            screen=shown | personal,
            counts_people=any(rule.per_profile or rule.frequency for rule in catalogue.rules),
        )

    def asked(self, query: Query, products: Mapping[int, Product]) -> Asked:
        """The campaigns whose room this query needs."""
        if len(self.everything.roomy) <= FEW:
            return self.everything
        positions = set(self.screen) if query.channel != "till" else set()
        indexes = (self.catalogue.plain, self.catalogue.wanted, self.catalogue.roused)
        for index in indexes:
            positions.update(chain.from_iterable(index.basket_wide(query.place.store)))
        for line in query.basket.lines if query.basket is not None else ():
            product = products.get(line.product_no) if line.product_no is not None else None
            positions.update(_covering(indexes, line.sku, line.category, product))
        rules = self.catalogue.rules
        return _asked(rules[position] for position in positions if rules[position].limited)


def _covering(
    indexes: Iterable[Index], sku: str | None, category: str | None, product: Product | None
) -> Iterable[int]:
    if product is not None:
        sku, category = product.sku, product.category or category
    group = product.group if product is not None else None
    path = lineage(category)
    return chain.from_iterable(chain.from_iterable(index.covering(sku, group, path) for index in indexes))


def _asked(rules: Iterable[Rule]) -> Asked:
    limited = [rule for rule in rules if rule.limited]
    return Asked(
        roomy=tuple(rule.number for rule in limited if rule.total is not None or rule.budget),
        daily=tuple(rule.number for rule in limited if rule.per_store_day is not None),
    )
