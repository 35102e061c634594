"""Which rules have to do with which items: looked up in the index, never by walking over all rules.

Invariant: a rule that matches nothing here costs nothing and is not mentioned in the answer.
"""

from collections.abc import Sequence
from itertools import chain

from offers.catalogue.compiled import Index, lineage
from offers.catalogue.rule import Rule
from offers.evaluation.case import Case, Item, is_sensitive
from offers.interests import interest_rules
from offers.interests.interest_rules import Standing

Matches = dict[int, list[Item]]


def match(case: Case, items: list[Item]) -> Matches:
    """Slots of rules with the items they cover, exclusions off. Personal rules only where allowed."""
    found: Matches = {}
    store = case.query.place.store
    catalogue = case.catalogue
    plain = catalogue.plain
    for slots in plain.basket_wide(store):
        for slot in slots:
            found[slot] = items
    for item in items:
        for slots in plain.covering(item.sku, item.group, item.lineage):
            _note(found, slots, item)
    if case.known.opened:
        _match_coded(case, items, found)
    if case.wants:
        _match_wanted(case, items, found)
        if not catalogue.roused.is_empty:
            _match_roused(case, items, found)
    for slot in catalogue.dead & found.keys():
        del found[slot]
    _exclude(catalogue.rules, found)
    return found


def _exclude(rules: Sequence[Rule], found: Matches) -> None:
    excluding = [slot for slot in found if rules[slot].excludes]
    for slot in excluding:
        kept = [item for item in found[slot] if not _excludes_item(rules[slot], item)]
        if kept:
            found[slot] = kept
        else:
            del found[slot]


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
        for slot in chain(*wide, *index.covering(product.sku, product.group, path)):
            rule = rules[slot]
            if (
                rule.interest is None
                or slot in case.catalogue.dead
                or excludes(rule, product.sku, product.group, path)
            ):
                continue
            judged = interest_rules.judge(rule.interest, want, case.at_s)
            held = found.get(slot)
            found[slot] = judged if held is None else _stronger(held, judged)
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
        for slots in (*wide, *index.covering(item.sku, item.group, item.lineage)):
            for_group_only = item.want is None
            kept = [p for p in slots if rules[p].wanted == "group"] if for_group_only else slots
            _note(found, kept, item)


def _match_coded(case: Case, items: list[Item], found: Matches) -> None:
    """What a code opens; the campaigns behind other codes cost nothing and are not mentioned."""
    index, rules, opened = case.catalogue.coded, case.catalogue.rules, case.known.opened
    for item in items:
        for slots in (*_basket_wide(case, index), *index.covering(item.sku, item.group, item.lineage)):
            _note(found, [p for p in slots if rules[p].number in opened], item)


def _match_roused(case: Case, items: list[Item], found: Matches) -> None:
    index = case.catalogue.roused
    case.roused = case.roused or rouse(case)
    for item in items:
        for slots in (*_basket_wide(case, index), *index.covering(item.sku, item.group, item.lineage)):
            _note(found, [p for p in slots if p in case.roused], item)


def _basket_wide(case: Case, index: Index) -> tuple[Sequence[int], ...]:
    return index.basket_wide(case.query.place.store)


def _note(found: Matches, slots: Sequence[int], item: Item) -> None:
    for slot in slots:
        items = found.get(slot)
        if items is None:
            found[slot] = [item]
        elif items[-1] is not item:  # the same rule may name an item by product and by category
            items.append(item)


def _excludes_item(rule: Rule, item: Item) -> bool:
    return excludes(rule, item.sku, item.group, item.lineage)
