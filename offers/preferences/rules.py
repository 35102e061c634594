"""What is left of a person's wants and campaigns once their preferences are respected.

Invariant: statements form a semilattice under `newest` (commutative, associative, idempotent): of one subject
the newest counts, of two from one moment the one that hides more. So people who turn out to be one need no
merging, and each part of a person who is taken apart keeps its word.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from offers.catalogue.compiled import lineage
from offers.model import Channel, Preferences, Product, Want

Kind = Literal["product", "category", "campaign", "channel", "gift"]
KINDS: tuple[Kind, ...] = ("product", "category", "campaign", "channel", "gift")

FOREVER_S = 2**32 - 1


class Statement(NamedTuple):
    """One word about one subject: a sku, a category, a campaign's or a channel's name.

    It holds until `until_s`; said of a gift, all that was shown of the product up to then was for somebody
    else. A statement that does not hold takes an earlier one back.
    """

    kind: Kind
    subject: str
    stated_at_s: int
    until_s: int = FOREVER_S
    holds: bool = True


def newest(statements: Iterable[Statement]) -> dict[tuple[Kind, str], Statement]:
    """The word that counts about each subject, over all records' statements."""
    found: dict[tuple[Kind, str], Statement] = {}
    for one in statements:
        held = found.get((one.kind, one.subject))
        if held is None or _order(one) > _order(held):
            found[one.kind, one.subject] = one
    return found


def standing(statements: Iterable[Statement], *, at_s: int) -> list[Statement]:
    """What holds at an instant, in a fixed order. What was a gift stays one."""
    return sorted(
        one for one in newest(statements).values() if one.holds and (one.kind == "gift" or one.until_s > at_s)
    )


def preferences(statements: Sequence[Statement], *, at_s: int) -> Preferences | None:
    """What evaluating has to respect; None when nothing was ever said."""
    if not statements:
        return None
    by_kind: dict[Kind, dict[str, int]] = {kind: {} for kind in KINDS}
    for one in standing(statements, at_s=at_s):
        by_kind[one.kind][one.subject] = one.until_s
    channels: frozenset[Channel] = frozenset(by_kind["channel"])  # type: ignore[arg-type]
    return Preferences(
        products=frozenset(by_kind["product"]),
        categories=frozenset(by_kind["category"]),
        campaigns=frozenset(by_kind["campaign"]),
        channels=channels,
        gifts=by_kind["gift"],
    )


def replacing(statements: Iterable[Statement], wanted: Iterable[Statement], *, now_s: int) -> list[Statement]:
    """The statements after which exactly the wanted ones hold: those, and an end to each other one."""
    kept = {(one.kind, one.subject): one for one in wanted}
    ended = [
        Statement(one.kind, one.subject, now_s, holds=False)
        for one in standing(statements, at_s=now_s)
        if (one.kind, one.subject) not in kept
    ]
    return sorted([*kept.values(), *ended])


def hides(said: Preferences, product: Product) -> bool:
    """Whether the product, or a category it is in, is not to be shown."""
    return product.sku in said.products or not said.categories.isdisjoint(lineage(product.category))


def respected(
    said: Preferences, wants: Mapping[int, Want], products: Mapping[int, Product]
) -> dict[int, Want]:
    """The wants without what is hidden, and without what was for somebody else."""
    kept = {}
    for number, want in wants.items():
        product = products.get(number)
        if product is None:
            kept[number] = want
        elif not hides(said, product):
            kept[number] = _since(want, said.gifts.get(product.sku, 0))
    return kept


def _order(one: Statement) -> tuple[int, bool, int]:
    return one.stated_at_s, one.holds, one.until_s


def _since(want: Want, gift_s: int) -> Want:
    if not gift_s:
        return want
    return Want(want.product_no, *(at_s if at_s > gift_s else 0 for at_s in want[1:]))
