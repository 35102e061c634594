"""When a product is wanted: merging members' events; `wanted` and `abandoned` are derived when asked.

Invariant: wants form a semilattice under `join` (commutative, associative, idempotent), so events may arrive
late, twice and out of order. Nothing derived is ever stored.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from offers.marketing.campaign import Interest, InterestKind
from offers.model import Product, Want

# Strongest first: what a person put into the cart says more than what they looked at.
STRENGTH: tuple[InterestKind, ...] = ("carted", "searched", "viewed")


class Standing(NamedTuple):
    """An interest that holds now: its strongest kind, its newest instant, and when it grows too old."""

    kind: InterestKind
    at_s: int
    expires_at_s: int


def join(left: Want, right: Want) -> Want:
    """What both say together about one product: of every kind the newest instant."""
    return Want(left.product_no, *map(max, left[1:], right[1:]))


def merge(wants: Iterable[Want]) -> dict[int, Want]:
    """One want per product, over all records' wants."""
    merged: dict[int, Want] = {}
    for want in wants:
        other = merged.get(want.product_no)
        merged[want.product_no] = want if other is None else join(other, want)
    return merged


def by_group(wants: Mapping[int, Want], products: Mapping[int, Product]) -> dict[str, Want]:
    """One want per group of variants: who bought the blue one no longer wants the red one."""
    merged: dict[str, Want] = {}
    for number, want in wants.items():
        product = products.get(number)
        if product is None or product.group is None:
            continue
        other = merged.get(product.group)
        merged[product.group] = want if other is None else join(other, want)
    return merged


def instant(want: Want, kind: InterestKind) -> int:
    """When this kind of interest was last shown and not withdrawn since; 0 for never.

    Buying ends every kind, also in the same second. Taking out of the cart ends `carted` only.
    """
    if kind == "carted":
        at_s = want.carted_at_s if want.carted_at_s > want.removed_at_s else 0
    else:
        at_s = want.searched_at_s if kind == "searched" else want.viewed_at_s
    return at_s if at_s > want.bought_at_s else 0


def is_open(want: Want) -> bool:
    """Whether anything was shown since it was last bought."""
    return max(instant(want, "carted"), want.searched_at_s, want.viewed_at_s) > want.bought_at_s


def newest(want: Want) -> int:
    """When any interest was last shown and not withdrawn since; 0 for never."""
    return max(instant(want, kind) for kind in STRENGTH)


def is_abandoned(want: Want, *, at_s: int, after_s: int) -> bool:
    """Whether it lies in the cart untouched for longer than `after_s`."""
    carted = instant(want, "carted")
    return bool(carted) and at_s - carted > after_s


def judge(trigger: Interest, want: Want, at_s: int) -> Standing | str:
    """The interest that sets the trigger off, or the reason why none does.

    Each kind is judged by its own newest instant: what was carted last week counts although it was looked at
    a minute ago. Of those that hold, the strongest kind speaks. What is shown after `at_s`, on her phone
    while the till is scanning, is shown just now: prices stand still within a transaction, news does not.
    """
    if trigger.bought_before_s and want.bought_at_s and at_s - want.bought_at_s < trigger.bought_before_s:
        return "bought_lately"
    reason = "no_interest"
    for kind in STRENGTH:
        if kind not in trigger.kinds:
            continue
        shown = instant(want, kind)
        if not shown:
            continue
        age = max(at_s - shown, 0)
        if trigger.minimum_age_s <= age < trigger.maximum_age_s:
            return Standing(kind, shown, shown + trigger.maximum_age_s)
        reason = "interest_too_new" if age < trigger.minimum_age_s else "interest_too_old"
    if reason == "no_interest" and want.bought_at_s:
        return "bought_since"
    return reason
