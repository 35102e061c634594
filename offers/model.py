"""The words of an offer query: who asks, where, with which basket, and what is known about it.

Invariant: everything here is a value. Amounts are integers in minor units of the basket's currency,
quantities integers in thousandths of their unit, rates basis points, instants of interest whole seconds since
1970 (UTC), so that merging them is `max` and nothing is ever rounded. `Line` and `Want` are named tuples, not
dataclasses, because a query builds dozens of them and a frozen dataclass costs four times as much to build;
`Product` is one because every logged decision holds dozens, and without names they take half the space.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum
from typing import Literal, NamedTuple

from offers.overrides.rules import Override

Channel = Literal["till", "kiosk", "web", "app"]
Mode = Literal["quote", "reserve"]
LineKind = Literal["sale", "return"]
Unit = Literal["each", "kg", "l", "m"]
TaxMode = Literal["included", "excluded"]
AlreadyKind = Literal["promotion", "override", "markdown", "staff", "member_price"]

CHANNELS: tuple[Channel, ...] = ("till", "kiosk", "web", "app")
UNITS: tuple[Unit, ...] = ("each", "kg", "l", "m")
ALREADY_KINDS: tuple[AlreadyKind, ...] = ("promotion", "override", "markdown", "staff", "member_price")

ONE_UNIT_MILLI = 1000


class Proof(IntEnum):
    """How well the shopper showed who they are; the same scale as the assurance of identifiers."""

    ASSERTED = 0
    TYPED = 1
    SCANNED = 2
    AUTHENTICATED = 3
    VERIFIED = 4


@dataclass(frozen=True, slots=True)
class TransactionKey:
    """A sale's natural key, as the till prints it on the receipt."""

    store: str
    terminal: str
    business_day: date
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the query comes from; `store_no` and `store` are None online, where `zone` is the brand's."""

    store_no: int | None
    store: str | None
    zone: str
    currency: str
    tax: TaxMode = "included"


class Already(NamedTuple):
    """A discount the till itself has taken off the line before it asked."""

    kind: AlreadyKind
    amount_minor: int


class Line(NamedTuple):
    """One basket line. `amount_minor` is the till's extended price after `already`: the only pricing base."""

    line: str
    kind: LineKind
    product_no: int | None
    sku: str | None
    category: str | None
    quantity_milli: int
    unit: Unit
    amount_minor: int
    tax_rate_bp: int = 0
    discountable: bool = True
    minimum_minor: int = 0
    already: tuple[Already, ...] = ()


@dataclass(frozen=True, slots=True)
class Basket:
    """The whole basket, never a delta; line ids are unique."""

    currency: str
    tax: TaxMode
    lines: tuple[Line, ...]
    complete: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One question at the door, with everything the core needs of it. `codes` are digests, as text.

    `price_time` is pinned per transaction, so that an offer does not flicker while the till scans.
    """

    channel: Channel
    place: Place
    price_time: datetime
    basket: Basket | None = None
    transaction: TransactionKey | None = None
    revision: int = 0
    mode: Mode = "quote"
    language: str = "en"
    placement: str | None = None
    codes: tuple[str, ...] = ()
    limit: int = 5


class Only(NamedTuple):
    """The one personal offer that may be shown: what a take-along token stands for."""

    campaign: str
    sku: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shopper:
    """A known person. For an unknown or ambiguous one hand in None instead.

    `members` carry personal content, `limit_members` (the group before consent vetoes) only counts.
    `personal` says that personal offers are consented to; whether the proof suffices to show them is decided
    here, per channel. `only` is set where a token was shown instead of a card: whoever holds it may have that
    one offer and learn nothing else.
    """

    profile_id: str
    members: tuple[int, ...]
    limit_members: tuple[int, ...]
    personal: bool
    proof: Proof
    tier: str | None = None
    staff: bool = False
    only: Only | None = None

    @property
    def person_no(self) -> int:
        """The number on which holdouts and variants are drawn: the oldest record of the person."""
        return min(self.limit_members or self.members)


class Want(NamedTuple):
    """What a shopper's events say about one product: the newest instant of each kind, 0 for never.

    Merged over the member records by maximum (`interest_rules.merge`); whether it is still wanted is derived.
    """

    product_no: int
    viewed_at_s: int = 0
    searched_at_s: int = 0
    carted_at_s: int = 0
    removed_at_s: int = 0
    bought_at_s: int = 0
    returned_at_s: int = 0


class Product(NamedTuple):
    """What the product feed says. `price_minor` is for one unit in `currency`, tax as the place has it.

    `category` is a path from the root, parts joined by `/`; `group` names the style whose variants differ in
    size or colour. `cost_minor` is for one unit without tax and never leaves the server.
    """

    product_no: int
    sku: str
    title: str
    category: str | None = None
    group: str | None = None
    unit: Unit = "each"
    currency: str | None = None
    price_minor: int | None = None
    cost_minor: int | None = None
    tax_rate_bp: int = 0
    discountable: bool = True
    minimum_minor: int = 0
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a campaign's capacity at this place now; None: no row was found, so the whole limit."""

    uses: int | None = None
    store_day: int | None = None
    budget_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What is known of a person beside wants: kept up to date behind the scenes, read with the query.

    `attributes` are single words said of the person; `events` the newest instant of each kind of event.
    """

    segments: frozenset[str] = frozenset()
    region: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    consents: frozenset[str] = frozenset()
    last_visit_at_s: int | None = None
    events: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a person asked not to be shown, and where; `offers.preferences.rules` says how it is respected.

    `products` are skus, `gifts` skus with the instant up to which all interest was for somebody else.
    """

    products: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    campaigns: frozenset[str] = frozenset()
    channels: frozenset[Channel] = frozenset()
    gifts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What one read of the store found for a query.

    `wants`      product number -> merged want, over `Shopper.members`
    `products`   product number -> product, for the basket's lines and the wanted products
    `stock`      product number -> thousandths at hand at the place; absent: not known
    `room`       campaign number -> what is left; absent: nothing taken yet
    `redeemed`   campaign number -> instants (seconds) of uses by `Shopper.limit_members`, reserved or
                 committed, without those of the query's own transaction
    `traits`     of the shopper, where live campaigns ask for any
    `opened`     numbers of campaigns that a code shown or a clipped coupon opens
    `codes`      why a code shown opens nothing, by the code
    `named`      number of the campaign that a code shown opens, by the code
    `overrides`  a marketer's pins, boosts and bans; for screens only
    `stopped`    campaign numbers switched off since the catalogue was compiled; `all_stopped`: all here
    `preferences`  what the person asked not to be shown; None where nothing was ever said
    `resting`    skus that were shown often enough for now, with the instant (seconds) since when; for screens
    """

    wants: Mapping[int, Want] = field(default_factory=dict)
    products: Mapping[int, Product] = field(default_factory=dict)
    stock: Mapping[int, int] = field(default_factory=dict)
    room: Mapping[int, Left] = field(default_factory=dict)
    redeemed: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    traits: Traits | None = None
    opened: frozenset[int] = frozenset()
    overrides: tuple[Override, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, int] = field(default_factory=dict)
    stopped: frozenset[int] = frozenset()
    all_stopped: bool = False
    preferences: Preferences | None = None
    resting: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The brand's rules for evaluating; a change is a new policy version, kept for replay.

    `search_steps` bounds what combining may cost beyond `exact_claims`; `shown_scans` and `shown_wants` what
    a screen may look through. An interest counts half after `freshness_s` when offers are ranked.

    What screens showed a person `shown_most` times, each `shown_apart_s` or more after the last, rests there
    for `shown_rest_s`, unless she wants it anew.

    `returns` says what is due for goods that come back. Points earned are pending for `return_window_s` and
    end `points_last_s` later.
    """

    version: int = 1
    search_steps: int = 2000
    exact_claims: int = 12
    quote_valid_s: int = 15 * 60
    shown_scans: int = 200
    shown_wants: int = 64
    freshness_s: int = 7 * 86_400
    shown_most: int = 8
    shown_apart_s: int = 3600
    shown_rest_s: int = 14 * 86_400
    sensitive_categories: frozenset[str] = frozenset({"health", "intimate", "baby", "alcohol"})
    shared_screens: frozenset[str] = frozenset({"kiosk", "customer_display"})
    returns: Literal["clawback", "prorated"] = "prorated"
    return_window_s: int = 14 * 86_400
    points_last_s: int = 365 * 86_400
