"""The answer to an offer query, in the contract's own names, so that it renders without translation.

Invariant: the parts sum to the whole: every line's amount less the amounts of its effects is its `after`, and
the totals are the sums of the lines.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

EffectReason = Literal["capacity", "margin_floor"]
Search = Literal["exact", "bounded"]
Personal = Literal["yes", "no_shopper", "no_consent", "needs_proof", "quiet_channel"]


@dataclass(frozen=True, slots=True)
class Hint:
    """What would make the offer apply: `type` is a kind of condition, `value` what it asks for."""

    type: str
    value: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A campaign that matched and did not apply, and why."""

    campaign: str
    reason: str
    hint: Hint | None = None


@dataclass(frozen=True, slots=True)
class RefusedCode:
    """A code that gave nothing, and why."""

    code: str
    reason: str
    hint: Hint | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the till should ask: which of these gifts the shopper would like to fetch."""

    type: Literal["choose_gift"]
    campaign: str
    options: tuple[str, ...]


@dataclass(slots=True)
class Offer:
    """A campaign made concrete for this shopper and place; prices where it is about one product."""

    offer: str
    campaign: str
    title: str
    message: str
    product: str | None
    price_before: int | None
    price_after: int | None
    expires_at: datetime | None
    personalised: bool
    reasons: tuple[str, ...]


@dataclass(slots=True)
class Effect:
    """What the till must do: take `amount` off one line, or, without a line, book what is beside the price.

    When `desired` was more, `reason` says why. `amount` is money, but of type `points` it is points.
    """

    effect: str
    type: str
    offer: str
    campaign: str
    line: str | None
    quantity: str
    desired: int
    amount: int
    reason: EffectReason | None
    funding: str
    receipt_text: str


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the sale lines. `after` is what the goods cost; `tender` is how much of it coupons pay."""

    before: int
    discount: int
    tender: int
    points: int
    after: int


@dataclass(slots=True)
class LineAfter:
    """What a line costs when its effects are applied."""

    line: str
    after: int


HOLDOUT: Final = "holdout"
"""The variant of those who are left without, as evidence."""


@dataclass(frozen=True, slots=True)
class Draw:
    """Which variant of a campaign the person drew, and how probable that was: evidence for experiments."""

    campaign: str
    variant: str
    propensity_bp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One answered query. The door adds its own fields (id, shoppers, redemption)."""

    catalogue: int
    valid_until: datetime
    personal: Personal
    greet: bool
    search: Search
    offers: tuple[Offer, ...]
    effects: tuple[Effect, ...]
    totals: Totals
    lines: tuple[LineAfter, ...]
    refused: tuple[Refusal | RefusedCode, ...]
    draws: tuple[Draw, ...]
    prompts: tuple[Prompt, ...] = ()
