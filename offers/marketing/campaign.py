"""A campaign as a marketer writes it: pure values, one class per section of the document.

Invariant: a `Campaign` that exists is well formed; `campaign_format.parse` is the only way from a document,
and `campaign_format.dump` gives a document that parses to the same campaign. State (draft, live, paused,
ended), number and version are the store's; `Entry` ties them together.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from offers.marketing.campaign_rewards import Cover, Reward
from offers.model import AlreadyKind, Channel
from offers.money import Money

InterestKind = Literal["viewed", "searched", "carted"]
Staff = Literal["excluded", "included", "only"]
Wanted = Literal["item", "group"]
SpendBase = Literal["scope", "basket"]
Funding = Literal["retailer", "vendor"]
Reach = Literal["all", "code"]

INTEREST_KINDS: tuple[InterestKind, ...] = ("viewed", "searched", "carted")
STAFF: tuple[Staff, ...] = ("excluded", "included", "only")
WANTED: tuple[Wanted, ...] = ("item", "group")
SPEND_BASES: tuple[SpendBase, ...] = ("scope", "basket")
FUNDINGS: tuple[Funding, ...] = ("retailer", "vendor")
REACHES: tuple[Reach, ...] = ("all", "code")


@dataclass(frozen=True, slots=True)
class Message:
    """Words for one channel (None: every channel) in one language.

    They may name {product}, {price_before}, {price_after}, {discount} where the offer is about one product.
    Of an offer on several, or on none yet, what names one is not said: the campaign's name stands in.

    `neutral` is the title on a shared screen, where nobody else may read that an interest is known.
    """

    channel: Channel | None
    language: str
    title: str
    text: str = ""
    receipt: str = ""
    neutral: str = ""


@dataclass(frozen=True, slots=True)
class Interest:
    """Trigger: viewed, searched or carted and not bought since, no younger and no older than the two ages.

    `bought_before_s`: suppressed when the product was bought within so many seconds, even before the
    interest.
    """

    kinds: frozenset[InterestKind]
    minimum_age_s: int
    maximum_age_s: int
    bought_before_s: int = 0


@dataclass(frozen=True, slots=True)
class Always:
    """Trigger: a plain promotion that needs no interest and so no consent."""


@dataclass(frozen=True, slots=True)
class BasketHolds:
    """Trigger: the basket holds so many units, or so much money's worth, of what is covered."""

    cover: Cover
    units: int = 1
    spend: tuple[Money, ...] = ()


@dataclass(frozen=True, slots=True)
class Schedule:
    """Trigger: the calendar on the store's wall. Empty asks for nothing; day 31 of a short month is its last.

    `weekdays`: 0 is Monday; `nth`: which of them in the month, 1 the first, 5 the last.
    """

    weekdays: frozenset[int] = frozenset()
    nth: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Happened:
    """Trigger: something happened to the shopper (an event's kind) no longer than so many seconds ago."""

    kind: str
    within_s: int


@dataclass(frozen=True, slots=True)
class Away:
    """How long the last visit lies back, in seconds. As a trigger it is the lapse of who stays away."""

    least_s: int
    most_s: int | None = None


Trigger = Always | Interest | BasketHolds | Schedule | Happened | Away


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is meant. Empty sets mean everybody; staff get nothing unless named.

    `attributes` must be said of the person, in one of the words given; `consents` must have been given.
    `holdout_bp` of the people are left without, as evidence.
    """

    tiers: frozenset[str] = frozenset()
    staff: Staff = "excluded"
    holdout_bp: int = 0
    segments: frozenset[str] = frozenset()
    without_segments: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    attributes: tuple[tuple[str, frozenset[str]], ...] = ()
    consents: frozenset[str] = frozenset()
    last_visit: Away | None = None

    @property
    def asks_for_traits(self) -> bool:
        """Whether more must be known of the person than the tier."""
        return bool(
            self.segments
            or self.without_segments
            or self.regions
            or self.attributes
            or self.consents
            or self.last_visit
        )


@dataclass(frozen=True, slots=True)
class Scope:
    """What the reward may touch: everything without a list; `wanted` narrows to the wanted item or its group.

    Exclusions win over inclusions. Categories include what lies below them.
    """

    products: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    wanted: Wanted | None = None
    without_products: frozenset[str] = frozenset()
    without_categories: frozenset[str] = frozenset()
    without_groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Window:
    """Weekdays (0 is Monday) and hours in the store's zone, `until` excluded; it may lie past midnight."""

    weekdays: frozenset[int]
    since: time
    until: time


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must hold. Empty sets and None ask for nothing.

    `valid_from` and `valid_until` are instants, or dates by the store's own calendar, the last one included.
    `stock_units` must be at hand (None: one, where an item is shown that is not in the basket).
    `margin_floor_bp` of the net price must stay above cost; it caps the reward and does not refuse it.
    """

    minimum_spend: tuple[Money, ...] = ()
    minimum_spend_of: SpendBase = "scope"
    minimum_units: int = 0
    stores: frozenset[str] = frozenset()
    channels: frozenset[Channel] = frozenset()
    windows: tuple[Window, ...] = ()
    valid_from: datetime | date | None = None
    valid_until: datetime | date | None = None
    stock_units: int | None = None
    margin_floor_bp: int | None = None


@dataclass(frozen=True, slots=True)
class Frequency:
    """Guard against gaming: so many uses per person within a period, each worth less than the one before.

    With `decay_bp` 5000 the second use within the period gives half of the reward, the third a quarter.
    """

    uses: int
    period_s: int
    decay_bp: int = 10_000


@dataclass(frozen=True, slots=True)
class Limits:
    """A use is one transaction that the campaign touched, however many lines; None is without limit.

    `budget` is money given away, one amount per currency. `units_per_basket` and `amount_per_basket` bound
    one use.
    """

    total: int | None = None
    per_profile: int | None = None
    per_store_day: int | None = None
    units_per_basket: int | None = None
    amount_per_basket: tuple[Money, ...] = ()
    budget: tuple[Money, ...] = ()
    frequency: Frequency | None = None


@dataclass(frozen=True, slots=True)
class Stacking:
    """Of the campaigns of one exclusive group at most one is used in a basket: the best deal for the shopper.

    Two campaigns share a line only when each names the other's id or group in `joins` (or joins everything:
    `*`). `order`: lower is taken off first. `already`: the till's own discounts a line may carry.
    """

    group: str | None = None
    joins: frozenset[str] = frozenset()
    order: int = 0
    already: frozenset[AlreadyKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Variant:
    """A share of the people who get another reward or other words."""

    name: str
    share_bp: int
    reward: Reward | None = None
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """The whole document. `id` is a slug: lower-case letters, digits and hyphens.

    `reach` says who may have it at all: everybody, or whoever brings a code. `adaptive`: the shares of its
    variants may follow what they earn.
    """

    id: str
    name: str
    messages: tuple[Message, ...]
    trigger: Trigger
    reward: Reward
    placements: frozenset[str] = frozenset()
    audience: Audience = Audience()
    scope: Scope = Scope()
    conditions: Conditions = Conditions()
    limits: Limits = Limits()
    stacking: Stacking = Stacking()
    variants: tuple[Variant, ...] = ()
    funding: Funding = "retailer"
    priority: int = 0
    reach: Reach = "all"
    adaptive: bool = False

    @property
    def personal(self) -> bool:
        """Whether it uses what is known about the person, and so needs proof and consent."""
        return isinstance(self.trigger, Interest) or bool(self.audience.tiers) or self.asks_for_traits

    @property
    def asks_for_traits(self) -> bool:
        """Whether more must be known of the person than the tier and what she wants."""
        return self.audience.asks_for_traits or isinstance(self.trigger, Happened | Away)


@dataclass(frozen=True, slots=True)
class Entry:
    """A campaign in one of its versions, as the store knows it."""

    number: int
    version: int
    campaign: Campaign
