"""One query laid out for the rules: its moment, its items, what may be used of what is known.

Invariant: lines are taken in the order of their ids, so permuting a basket changes nothing. Wants are here
only when the shopper may be shown personal offers; sensitive products have none, nor products about which
nothing is known. Slotted but not frozen: built for one call, never handed out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from zoneinfo import ZoneInfo

from offers.catalogue.compiled import Catalogue, lineage
from offers.evaluation.decision import Draw
from offers.evaluation.disclosure import Disclosure, disclose
from offers.interests import interest_rules
from offers.interests.interest_rules import Standing
from offers.model import ONE_UNIT_MILLI, Known, Line, Only, Policy, Product, Query, Shopper, Want
from offers.money import ceiling
from offers.overrides.rules import NO_OVERRIDES, Overrides, collect
from offers.preferences.rules import respected

_NO_CAMPAIGNS: frozenset[str] = frozenset()


@dataclass(slots=True, eq=False)
class Item:
    """A basket line, or one unit of a product that is only shown (`virtual`), with what the rules ask of it.

    `open`: sold, free of bans and of discounts of the till's own, so that most rules need not ask further.
    `minimum_minor` is the least the whole line may cost by law; `units` are what can be discounted one by
    one: pieces, or the one weighed portion. `beside` is no line at all but what a reward beside the price is
    worth (`beside_item`).
    """

    line: str
    order: int
    product: Product | None
    sku: str | None
    group: str | None
    lineage: tuple[str, ...]
    units: int
    quantity_milli: int
    amount_minor: int
    minimum_minor: int
    banned: bool
    tax_rate_bp: int
    already: tuple[str, ...]
    want: Want | None
    group_want: Want | None
    sale: bool
    open: bool
    virtual: bool = False
    beside: bool = False


@dataclass(slots=True, eq=False)
class Case:
    """Everything that is the same for all rules of one query.

    `open_items` are all items, where all are open: what most campaigns for the whole basket reach.
    """

    catalogue: Catalogue
    query: Query
    shopper: Shopper | None
    known: Known
    policy: Policy
    seed: int
    at_s: int
    currency: str
    tax_included: bool
    disclosure: Disclosure
    wants: Mapping[int, Want]
    group_wants: Mapping[str, Want]
    items: list[Item] = field(default_factory=list)
    basket_minor: int = 0
    roused: dict[int, Standing | str] = field(default_factory=dict)
    draws: dict[str, Draw] = field(default_factory=dict)
    open_items: "list[tuple[Item, Standing | None]] | None" = None
    overrides: Overrides = NO_OVERRIDES
    _local: datetime | None = None

    @property
    def local(self) -> datetime:
        """The price time by the clock on the store's wall; few rules ask."""
        if self._local is None:
            self._local = self.query.price_time.astimezone(ZoneInfo(self.query.place.zone))
        return self._local

    def want(self, product: Product) -> Want | None:
        """The want of a product, unless it is a sensitive one."""
        want = self.wants.get(product.product_no)
        return None if want is None or is_sensitive(product, self.policy) else want

    def group_want(self, product: Product) -> Want | None:
        """The want of a product's group of variants, unless the product is a sensitive one."""
        want = self.group_wants.get(product.group) if product.group is not None else None
        return None if want is None or is_sensitive(product, self.policy) else want

    @property
    def personal(self) -> bool:
        """Whether campaigns that use what is known about the person take part."""
        return self.disclosure.personal == "yes"

    @property
    def hidden(self) -> frozenset[str]:
        """Campaigns that the person does not want to hear of."""
        said = self.known.preferences
        return said.campaigns if said is not None and self.personal else _NO_CAMPAIGNS

    @property
    def subject(self) -> str | None:
        """On whom lots are drawn: the person, else the transaction, else nobody."""
        if self.shopper is not None:
            return f"person/{self.shopper.person_no}"
        key = self.query.transaction
        return f"{key.store}/{key.terminal}/{key.business_day}/{key.number}" if key is not None else None


def lay_out(
    catalogue: Catalogue, query: Query, shopper: Shopper | None, known: Known, policy: Policy, seed: int
) -> Case:
    """The case of a query."""
    disclosure = disclose(query, shopper, policy, known.preferences)
    wants: Mapping[int, Want] = {}
    if disclosure.personal == "yes" and known.wants:
        wants = known.wants
        if known.preferences is not None:
            wants = respected(known.preferences, wants, known.products)
        if shopper is not None and shopper.only is not None:
            wants = _only(wants, shopper.only, known.products)
    groups = _group_wants(wants, known, policy) if wants and catalogue.wants_groups else {}
    basket = query.basket
    case = Case(
        catalogue=catalogue,
        query=query,
        shopper=shopper,
        known=known,
        policy=policy,
        seed=seed,
        at_s=int(query.price_time.timestamp()),
        currency=basket.currency if basket else query.place.currency,
        tax_included=(basket.tax if basket else query.place.tax) == "included",
        disclosure=disclosure,
        wants=wants,
        group_wants=groups,
        overrides=collect(known.overrides) if known.overrides else NO_OVERRIDES,
    )
    if basket:
        ordered = sorted(basket.lines, key=itemgetter(0))  # by line id, which is unique
        case.items = [_item(case, line, order) for order, line in enumerate(ordered)]
        case.basket_minor = sum([one.amount_minor if one.sale else -one.amount_minor for one in case.items])
        if all(one.open for one in case.items):
            case.open_items = [(one, None) for one in case.items]
    return case


def _only(wants: Mapping[int, Want], only: Only, products: Mapping[int, Product]) -> Mapping[int, Want]:
    """The wants a token may use: all for an offer about no single product, else that product's alone."""
    if only.sku is None:
        return wants
    return {
        number: want
        for number, want in wants.items()
        if (product := products.get(number)) is not None and product.sku == only.sku
    }


def _group_wants(wants: Mapping[int, Want], known: Known, policy: Policy) -> Mapping[str, Want]:
    told = {
        number: product
        for number in wants
        if (product := known.products.get(number)) is not None and not is_sensitive(product, policy)
    }
    return interest_rules.by_group(wants, told)


def _item(case: Case, line: Line, order: int) -> Item:
    milli = line.quantity_milli
    if milli == ONE_UNIT_MILLI or line.unit != "each":
        units = 1
    else:  # pieces can be discounted one by one; a cut piece is one portion
        units, rest = divmod(milli, ONE_UNIT_MILLI)
        units = 1 if rest or not units else units
    number = line.product_no
    product = case.known.products.get(number) if number is not None else None
    already = tuple([part.kind for part in line.already]) if line.already else ()
    sale, banned = line.kind == "sale", not line.discountable
    if product is None:
        return Item(
            line.line, order, None, line.sku, None, lineage(line.category), units, milli, line.amount_minor,
            line.minimum_minor, banned, line.tax_rate_bp, already, None, None,
            sale, sale and not banned and not already,
        )  # fmt: skip
    banned = banned or not product.discountable
    minimum = line.minimum_minor
    if product.minimum_minor:
        minimum = max(minimum, ceiling(product.minimum_minor * milli, ONE_UNIT_MILLI))
    return Item(
        line.line, order, product, product.sku, product.group, lineage(product.category or line.category),
        units, milli, line.amount_minor, minimum, banned,
        max(line.tax_rate_bp, product.tax_rate_bp), already, case.want(product) if case.wants else None,
        case.group_want(product) if case.group_wants else None,
        sale, sale and not banned and not already,
    )  # fmt: skip


def shown_item(case: Case, product: Product, price_minor: int) -> Item:
    """One unit of a product, as if it lay alone in the basket."""
    return Item(
        "", 0, product, product.sku, product.group, lineage(product.category), 1, ONE_UNIT_MILLI,
        price_minor, product.minimum_minor, not product.discountable,
        product.tax_rate_bp, (), case.want(product),
        case.group_want(product) if case.group_wants else None, sale=True, open=False, virtual=True,
    )  # fmt: skip


def beside_item(order: int, worth_minor: int) -> Item:
    """A reward beside the price as something to choose: it is worth so much and meets nobody on a line."""
    return Item(
        "", order, None, None, None, (), 1, ONE_UNIT_MILLI, worth_minor, 0, banned=False, tax_rate_bp=0,
        already=(), want=None, group_want=None, sale=False, open=False, beside=True,
    )  # fmt: skip


def is_sensitive(product: Product, policy: Policy) -> bool:
    """Whether nothing may be inferred from an interest in the product, nor shown of it."""
    return product.sensitive or names_any(product.category, policy.sensitive_categories)


@lru_cache(maxsize=65_536)
def names_any(category: str | None, words: frozenset[str]) -> bool:
    """Whether a part of the category path is one of the words."""
    return category is not None and not words.isdisjoint(category.lower().split("/"))
