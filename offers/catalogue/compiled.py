"""The catalogue of live campaigns, compiled: immutable, indexed by what a campaign covers.

Invariant: what a query costs follows what matches its basket and wants, not how many campaigns are live. No
query walks over `rules`. A changed campaign costs what it covers, not what the others do.
"""

from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from sys import intern
from typing import TypeVar

from offers.catalogue.rule import Rule, arrange, compile_rule, covers
from offers.marketing.campaign import Campaign, Entry, Interest

Key = TypeVar("Key")
Positions = Sequence[int]
_NOTHING: Positions = ()
EVERY_PLACEMENT = "*"


@dataclass(frozen=True, slots=True)
class Index:
    """Where the rules of one kind of trigger are found. Slots, not rules: four bytes a posting."""

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
    that an interest sets off for other things, `coded` those that need a code, `by_code` the same by number.
    `shown` lists, by placement (None: of campaigns that name none), what a screen may show to anybody, by
    priority. The index names slots in `rules`; those in `dead` are no longer live.
    """

    version: int
    rules: tuple[Rule, ...]
    plain: Index
    wanted: Index
    roused: Index
    coded: Index
    shown: dict[str | None, "array[int]"]
    by_id: dict[str, Rule]
    by_code: dict[int, Rule]
    wants_groups: bool
    dead: frozenset[int] = frozenset()

    def living(self) -> Iterator[Rule]:
        """The rules that are live."""
        return (rule for rule in self.rules if rule.slot not in self.dead)

    def in_order(self, slots: Iterable[int]) -> list[int]:
        """Slots by priority, then id."""
        rules = self.rules
        return sorted(slots, key=lambda slot: rules[slot].position)


EMPTY = Catalogue(0, (), Index(), Index(), Index(), Index(), {}, {}, {}, wants_groups=False)
INDEXES = ("plain", "wanted", "roused", "coded")


@lru_cache(maxsize=65_536)
def lineage(category: str | None) -> tuple[str, ...]:
    """A category path and everything above it: `a/b` gives `a`, `a/b`."""
    if not category:
        return ()
    parts = category.split("/")
    return tuple(intern("/".join(parts[: i + 1])) for i in range(len(parts)))


def compile_catalogue(version: int, entries: Iterable[Entry]) -> Catalogue:
    """The catalogue of these campaigns. One entry per campaign id; order does not matter."""
    return extend(EMPTY, version, entries)


def extend(
    catalogue: Catalogue, version: int, entries: Iterable[Entry], gone: Collection[int] = ()
) -> Catalogue:
    """The next version: these campaigns new or in another version, those of the numbers in `gone` no more.

    What did not change is shared with the catalogue before, which goes on serving whoever holds it. What a
    campaign posted that is there no more stays in the index, dead: it is cheaper to skip than to find.
    """
    indexes = {name: copy(getattr(catalogue, name)) for name in INDEXES}
    rules = list(catalogue.rules)
    changed = set(gone)
    for entry in entries:
        slot = len(rules)
        rules.append(compile_rule(entry, slot))
        changed.add(entry.number)
        _add(indexes[_index_for(entry.campaign)], entry.campaign, slot)
    dead = catalogue.dead | {rule.slot for rule in catalogue.rules if rule.number in changed}
    ordered = arrange(rule for rule in rules if rule.slot not in dead)
    for rule in ordered:
        rules[rule.slot] = rule
    return Catalogue(
        version=version,
        rules=tuple(rules),
        dead=frozenset(dead),
        shown=_shown(ordered),
        by_id={rule.id: rule for rule in ordered},
        by_code={rule.number: rule for rule in ordered if rule.reach == "code"},
        wants_groups=any(rule.wanted == "group" for rule in ordered),
        **indexes,
    )


def copy(index: Index) -> Index:
    """A copy to add to: the tables are new, what they hold is shared until `_post` replaces it."""
    return Index(
        dict(index.products),
        dict(index.groups),
        dict(index.categories),
        dict(index.stores),
        index.everywhere[:],
    )


def _shown(ordered: Iterable[Rule]) -> "dict[str | None, array[int]]":
    shown: dict[str | None, array[int]] = {}
    for rule in ordered:
        if rule.is_shown:
            for placement in (EVERY_PLACEMENT, *(rule.placements or (None,))):
                shown.setdefault(placement, array("I")).append(rule.slot)
    return shown


def _index_for(campaign: Campaign) -> str:
    if campaign.reach == "code":
        return "coded"
    if not isinstance(campaign.trigger, Interest):
        return "plain"
    return "wanted" if campaign.scope.wanted else "roused"


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


def _post(table: dict[Key, "array[int]"], key: Key, slot: int) -> None:
    # A new array, because the old one may belong to the catalogue before; postings of one key are few.
    postings = table.get(key)
    table[key] = array("I", (slot,)) if postings is None else postings + array("I", (slot,))
