"""The same shapes as `shapes.py`, for msgspec: what the till routes really decode with.

A marshmallow load of a 20-line basket costs more than the whole rest of a query. A property test shows that
both accept and refuse the same bodies; where one changes, the other must.
"""

import datetime as dt
import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

from gateway.wire.fields import (
    CODE,
    CURRENCY,
    LANGUAGE,
    MAX_AMOUNT_MINOR,
    MAX_COUNT,
    QUANTITY,
    UNIT_PRICE,
    whole,
)
from gateway.wire.moments import day, moment
from gateway.wire.shapes import MAX_IDENTIFIERS, MAX_LINES, MAX_SHOPPERS, MAX_TOKENS

T = TypeVar("T")

Code = Annotated[str, Meta(pattern=whole(CODE))]
Amount = Annotated[int, Meta(ge=0, le=MAX_AMOUNT_MINOR)]
Count = Annotated[int, Meta(ge=0, le=MAX_COUNT)]
Quantity = Annotated[str, Meta(pattern=whole(QUANTITY))]
Gtin = Annotated[str, Meta(pattern=r"^[0-9]{8,14}\Z")]
Currency = Annotated[str, Meta(pattern=whole(CURRENCY))]
Language = Annotated[str, Meta(pattern=whole(LANGUAGE))]
Text64 = Annotated[str, Meta(min_length=1, max_length=64)]
Text128 = Annotated[str, Meta(min_length=1, max_length=128)]
Text200 = Annotated[str, Meta(min_length=1, max_length=200)]
Text320 = Annotated[str, Meta(min_length=1, max_length=320)]
Text512 = Annotated[str, Meta(min_length=1, max_length=512)]
Entry = Literal["scanned", "typed", "app"]

_SPELT = re.compile(f"(?:{CODE}\n{QUANTITY}\n{UNIT_PRICE}\n)*", re.MULTILINE)
"""The lines of a basket: id, quantity and price of a unit, each on its own."""


if TYPE_CHECKING:
    Moment = dt.datetime
    Day = dt.date
else:

    class _Plain(type):
        """Makes a plain time or date pass for the marker, so that what is decoded is nothing special."""

        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, cls.plain)

    class Moment(metaclass=_Plain):
        """Marks a member that `gateway.moments.moment` parses."""

        plain = dt.datetime

    class Day(metaclass=_Plain):
        """Marks a member that `gateway.moments.day` parses."""

        plain = dt.date


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A decoded body; unknown members are refused."""


class TransactionKey(Shape, frozen=True):
    """The natural key of a till transaction."""

    store: Code
    terminal: Code
    business_day: Day
    number: Code


class EnteredIdentifier(Shape, frozen=True):
    """A typed value and how it got into the till."""

    type: Code
    value: Text320
    entry: Entry = "typed"


class Shopper(Shape, frozen=True):
    """Who is there; that exactly one of scan, identifiers and choice is given is checked later."""

    role: Literal["buyer", "staff"] = "buyer"
    scan: Text512 | None = None
    identifiers: Annotated[list[EnteredIdentifier], Meta(min_length=1, max_length=MAX_IDENTIFIERS)] | None = (
        None
    )
    choice: Text512 | None = None


class Already(Shape, frozen=True):
    """A reduction the till gave by itself."""

    kind: Literal["promotion", "override", "markdown", "staff", "member_price"]
    amount: Amount


class ReturnOf(Shape, frozen=True):
    """The sale line that is brought back."""

    transaction: TransactionKey
    line: Code


class Line(Shape, frozen=True):
    """One line of the basket, which looks at how `line`, `quantity` and `unit_price` are spelt."""

    line: str
    quantity: str
    amount: Amount
    kind: Literal["sale", "return"] = "sale"
    sku: Text64 | None = None
    gtin: Gtin | None = None
    scan: Text512 | None = None
    category: Text200 | None = None
    unit: Literal["each", "kg", "l", "m"] = "each"
    unit_price: str | None = None
    tax_rate_bp: Annotated[int, Meta(ge=0, le=10_000)] | None = None
    discountable: bool = True
    minimum_amount: Amount = 0
    already: Annotated[list[Already], Meta(max_length=20)] = []
    return_of: ReturnOf | None = None


class Basket(Shape, frozen=True):
    """The whole basket."""

    currency: Currency
    tax: Literal["included", "excluded"] = "included"
    complete: bool = False
    lines: Annotated[list[Line], Meta(max_length=MAX_LINES)] = []

    def __post_init__(self) -> None:
        """Raise ValueError for a line that is spelt wrongly.

        All are looked at as one text: a hundred patterns took longer than all else about a basket.
        """
        text = "".join(
            [
                f"{one.line}\n{one.quantity}\n{'0' if one.unit_price is None else one.unit_price}\n"
                for one in self.lines
            ]
        )
        if text.count("\n") != 3 * len(self.lines) or _SPELT.fullmatch(text) is None:
            raise ValueError("a line's id, quantity or unit price is not spelt as it should be")


class EnteredCode(Shape, frozen=True):
    """A code the shopper brought."""

    code: Text128
    entry: Entry = "typed"


class Tender(Shape, frozen=True):
    """A means of payment."""

    type: Code
    scheme: Code | None = None
    token: Text128 | None = None
    amount: Amount | None = None


class Applied(Shape, frozen=True):
    """What the till really gave."""

    offer: Text128
    amount: Amount
    line: Code | None = None
    quantity: Quantity | None = None


Shoppers = Annotated[list[Shopper], Meta(max_length=MAX_SHOPPERS)]
Codes = Annotated[list[EnteredCode], Meta(max_length=20)]
Tenders = Annotated[list[Tender], Meta(max_length=20)]
Tokens = Annotated[list[Text512], Meta(max_length=MAX_TOKENS)]
AppliedList = Annotated[list[Applied], Meta(max_length=MAX_LINES)]


class Question(Shape, frozen=True):
    """POST /v1/offers/query."""

    channel: Literal["till", "kiosk", "web", "app"]
    transaction: TransactionKey | None = None
    revision: Count = 0
    mode: Literal["quote", "reserve"] = "quote"
    language: Language | None = None
    sent_at: Moment | None = None
    training: bool = False
    shoppers: Shoppers = []
    basket: Basket | None = None
    codes: Codes = []
    tenders: Tenders = []
    placement: Code | None = None
    limit: Annotated[int, Meta(ge=1, le=50)] = 5
    dry_run: bool = False


class Redemption(Shape, frozen=True):
    """POST /v1/redemptions."""

    transaction: TransactionKey
    state: Literal["reserved", "committed"]
    occurred_at: Moment
    decision: Text128 | None = None
    revision: Count = 0
    offline: bool = False
    sent_at: Moment | None = None
    shoppers: Shoppers = []
    tokens: Tokens = []
    applied: AppliedList = []


class RedemptionStep(Shape, frozen=True):
    """POST /v1/redemptions/{id}/commit, void and reverse."""

    transaction: TransactionKey
    occurred_at: Moment
    revision: Count = 0
    applied: AppliedList | None = None
    reason: Text200 | None = None


class Transaction(Shape, frozen=True):
    """POST /v1/transactions."""

    transaction: TransactionKey
    kind: Literal["sale", "return", "void"]
    occurred_at: Moment
    shoppers: Shoppers = []
    basket: Basket | None = None
    tenders: Tenders = []
    redemption: Text128 | None = None
    applied: AppliedList = []
    offline: bool = False
    sent_at: Moment | None = None
    tokens: Tokens = []


class ReturnLine(Shape, frozen=True):
    """A line that comes back."""

    of_line: Code
    quantity: Quantity
    refunded: Amount | None = None


class Return(Shape, frozen=True):
    """POST /v1/redemptions/{id}/return."""

    transaction: TransactionKey
    lines: Annotated[list[ReturnLine], Meta(min_length=1, max_length=MAX_LINES)]
    occurred_at: Moment | None = None
    dry_run: bool = False


class OfflineQuestion(Shape, frozen=True):
    """POST /v1/offline/offers."""

    store: Code
    shopper: Shopper | None = None


def _marked(kind: type, value: Any) -> Any:
    """Parse what msgspec would parse more loosely; the parsers are those of the published schema."""
    if kind is Moment:
        return moment(value)
    if kind is Day:
        return day(value)
    raise NotImplementedError(kind)


def decoded(kind: type[T], body: object) -> T:
    """Return the body as this shape; msgspec.ValidationError names the first place that does not fit."""
    return msgspec.convert(body, kind, dec_hook=_marked)
