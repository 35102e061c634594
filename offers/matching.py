"""Which rules have to do with which items: looked up in the index, never by walking over all rules.

Invariant: a rule that matches nothing here costs nothing and is not mentioned in the answer.
"""

from collections.abc import Sequence
from itertools import chain

from offers import interest_rules
from offers.case import Case, Item, is_sensitive
from offers.compiled import Index, lineage
from offers.interest_rules import Standing
from offers.rule import Rule

Matches = dict[int, list[Item]]


def match(case: Case, items: list[Item]) -> Matches:
    """Positions of rules with the items they cover, exclusions off. Personal rules only where allowed."""
    found: Matches = {}
    store = case.query.place.store
    catalogue = case.catalogue
    plain = catalogue.plain
    for positions in plain.basket_wide(store):
        for position in positions:
            found[position] = items
    for item in items:
        for positions in plain.covering(item.sku, item.group, item.lineage):
            _note(found, positions, item)
    if case.known.opened:
        _match_coded(case, items, found)
    if case.wants:
        _match_wanted(case, items, found)
        if not catalogue.roused.is_empty:
            _match_roused(case, items, found)
    rules = catalogue.rules
    excluding = [position for position in found if rules[position].excludes]
    for position in excluding:
        kept = [item for item in found[position] if not _excludes_item(rules[position], item)]
        if kept:
            found[position] = kept
        else:
            del found[position]
    return found


def excludes(rule: Rule, sku: str | None, group: str | None, path: tuple[str, ...]) -> bool:
    """Whether the rule's exclusions name a product, its group or one of its categories."""
    return (
        sku in rule.without_products
        or group in rule.without_groups
        or not rule.without_categories.isdisjoint(path)
    )


def rouse(case: Case) -> dict[int, Standing | str]:
    """For rules that an interest in their scope sets off: the newest standing, or why none holds."""
    found: dict[int, Standing | str] = {}
    index, rules = case.catalogue.roused, case.catalogue.rules
    wide = _basket_wide(case, index)
    for number, want in case.wants.items():
        product = case.known.products.get(number)
        if product is None or is_sensitive(product, case.policy):
            continue
        path = lineage(product.category)
        for position in chain(*wide, *index.covering(product.sku, product.group, path)):
            rule = rules[position]
            if rule.interest is None or excludes(rule, product.sku, product.group, path):
                continue
            judged = interest_rules.judge(rule.interest, want, case.at_s)
            held = found.get(position)
            found[position] = judged if held is None else _stronger(held, judged)
    return found


def _stronger(held: Standing | str, judged: Standing | str) -> Standing | str:
    """A standing before a reason; of two the newer; of two reasons the first by name. Order plays no part."""
    if isinstance(held, str):
        return min(held, judged) if isinstance(judged, str) else judged
    if isinstance(judged, str):
        return held
    return max(held, judged, key=lambda standing: (standing.at_s, standing.kind))


def _match_wanted(case: Case, items: list[Item], found: Matches) -> None:
    index = case.catalogue.wanted
    rules = case.catalogue.rules
    wide = _basket_wide(case, index)
    for item in items:
        if item.want is None and item.group_want is None:
            continue
        for positions in (*wide, *index.covering(item.sku, item.group, item.lineage)):
            for_group_only = item.want is None
            kept = [p for p in positions if rules[p].wanted == "group"] if for_group_only else positions
            _note(found, kept, item)


def _match_coded(case: Case, items: list[Item], found: Matches) -> None:
    """What a code opens; the campaigns behind other codes cost nothing and are not mentioned."""
    index, rules, opened = case.catalogue.coded, case.catalogue.rules, case.known.opened
    for item in items:
        for positions in (*_basket_wide(case, index), *index.covering(item.sku, item.group, item.lineage)):
            _note(found, [p for p in positions if rules[p].number in opened], item)


def _match_roused(case: Case, items: list[Item], found: Matches) -> None:
    index = case.catalogue.roused
    case.roused = case.roused or rouse(case)
    for item in items:
        for positions in (*_basket_wide(case, index), *index.covering(item.sku, item.group, item.lineage)):
            _note(found, [p for p in positions if p in case.roused], item)


def _basket_wide(case: Case, index: Index) -> tuple[Sequence[int], ...]:
    return index.basket_wide(case.query.place.store)


def _note(found: Matches, positions: Sequence[int], item: Item) -> None:
    for position in positions:
        items = found.get(position)
        if items is None:
            found[position] = [item]
        elif items[-1] is not item:  # the same rule may name an item by product and by category
            items.append(item)


def _excludes_item(rule: Rule, item: Item) -> bool:
    return excludes(rule, item.sku, item.group, item.lineage)
