"""The catalogue of live campaigns, compiled: immutable, indexed by what a campaign covers.

Invariant: what a query costs follows what matches its basket and wants, not how many campaigns are live. No
query walks over `rules`, and nothing is sorted when asked: positions ascend by priority, then id.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from sys import intern
from typing import TypeVar

from offers.campaign import BasketHolds, Campaign, Interest
from offers.rule import Entry, Rule, compile_rule, covers

Key = TypeVar("Key")
Positions = Sequence[int]
_NOTHING: Positions = ()
EVERY_PLACEMENT = "*"


@dataclass(frozen=True, slots=True)
class Index:
    """Where the rules of one kind of trigger are found. Positions, not rules: four bytes a posting."""

    products: dict[str, "array[int]"] = field(default_factory=dict)
    groups: dict[str, "array[int]"] = field(default_factory=dict)
    categories: dict[str, "array[int]"] = field(default_factory=dict)
    stores: dict[str, "array[int]"] = field(default_factory=dict)
    everywhere: "array[int]" = field(default_factory=lambda: array("I"))

    @property
    def is_empty(self) -> bool:
        """Whether no rule is in it."""
        return not (self.everywhere or self.stores or self.products or self.categories or self.groups)

    def basket_wide(self, store: str | None) -> tuple[Positions, ...]:
        """The rules that cover every product, here."""
        here = self.stores.get(store, _NOTHING) if store is not None else _NOTHING
        return (self.everywhere, here) if here else (self.everywhere,)

    def covering(self, sku: str | None, group: str | None, lineage: Iterable[str]) -> list[Positions]:
        """The rules that name this product, its group or one of its categories. A rule may come twice."""
        found: list[Positions] = []
        if sku is not None and (hit := self.products.get(sku)):
            found.append(hit)
        if group is not None and (hit := self.groups.get(group)):
            found.append(hit)
        if self.categories:
            get = self.categories.get
            found += [hit for path in lineage if (hit := get(path))]
        return found


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All live campaigns of one version.

    `plain` holds rules without interest, `wanted` those whose reward is for the wanted item, `roused` those
    that an interest sets off for other things, `coded` those that need a code. `shown` lists, by placement
    (None: of campaigns that name none), what a screen may show to anybody.
    """

    version: int
    rules: tuple[Rule, ...]
    plain: Index
    wanted: Index
    roused: Index
    coded: Index
    shown: dict[str | None, "array[int]"]
    by_id: dict[str, Rule]
    wants_groups: bool


@lru_cache(maxsize=65_536)
def lineage(category: str | None) -> tuple[str, ...]:
    """A category path and everything above it: `a/b` gives `a`, `a/b`."""
    if not category:
        return ()
    parts = category.split("/")
    return tuple(intern("/".join(parts[: i + 1])) for i in range(len(parts)))


def compile_catalogue(version: int, entries: Iterable[Entry]) -> Catalogue:
    """The catalogue of these campaigns. One entry per campaign id; order does not matter."""
    ordered = sorted(entries, key=lambda entry: (-entry.campaign.priority, entry.campaign.id))
    by_order = sorted(range(len(ordered)), key=lambda i: (ordered[i].campaign.stacking.order, i))
    ranks = {position: rank for rank, position in enumerate(by_order)}
    rules = tuple(compile_rule(entry, position=i, rank=ranks[i]) for i, entry in enumerate(ordered))
    catalogue = Catalogue(
        version=version,
        rules=rules,
        plain=Index(),
        wanted=Index(),
        roused=Index(),
        coded=Index(),
        shown={},
        by_id={rule.id: rule for rule in rules},
        wants_groups=any(rule.wanted == "group" for rule in rules),
    )
    for position, entry in enumerate(ordered):
        _add(_index_for(catalogue, entry.campaign), entry.campaign, position)
        if _is_shown(entry.campaign):
            for placement in (EVERY_PLACEMENT, *(entry.campaign.placements or (None,))):
                _post(catalogue.shown, placement, position)
    return catalogue


def _is_shown(campaign: Campaign) -> bool:
    """Whether a screen may show it without a basket, an interest or a code."""
    return campaign.reach == "all" and not isinstance(campaign.trigger, Interest | BasketHolds)


def _index_for(catalogue: Catalogue, campaign: Campaign) -> Index:
    if campaign.reach == "code":
        return catalogue.coded
    if not isinstance(campaign.trigger, Interest):
        return catalogue.plain
    return catalogue.wanted if campaign.scope.wanted else catalogue.roused


def _add(index: Index, campaign: Campaign, position: int) -> None:
    named = covers(campaign)
    if any(cover.is_everything for cover in named):
        if not campaign.conditions.stores:
            index.everywhere.append(position)
        for store in campaign.conditions.stores:
            _post(index.stores, store, position)
        return
    for sku in _union([cover.products for cover in named]) - campaign.scope.without_products:
        _post(index.products, intern(sku), position)
    for group in _union([cover.groups for cover in named]):
        _post(index.groups, group, position)
    for category in _union([cover.categories for cover in named]):
        _post(index.categories, intern(category), position)


def _union(sets: Sequence[frozenset[str]]) -> frozenset[str]:
    return sets[0].union(*sets[1:]) if len(sets) > 1 else sets[0]


def _post(table: dict[Key, "array[int]"], key: Key, position: int) -> None:
    postings = table.get(key)
    if postings is None:
        table[key] = array("I", (position,))
    else:
        postings.append(position)
