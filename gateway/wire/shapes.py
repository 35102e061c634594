"""The published shapes that several till routes share: transaction, shoppers, basket, tenders, what was
applied.
"""

from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from gateway.wire.fields import (
    CURRENCY,
    LANGUAGE,
    QUANTITY,
    UNIT_PRICE,
    Day,
    Moment,
    code,
    count,
    flag,
    matching,
    minor,
    one_of,
    text,
)

MAX_LINES = 500
MAX_SHOPPERS = 4
MAX_IDENTIFIERS = 16
MAX_TOKENS = 20


class Strict(Schema):
    """A body that says what it means: a member nobody knows is refused, not dropped."""

    class Meta:
        """Unknown members are an error."""

        unknown = RAISE


def many(schema: type[Schema], *, most: int, about: str = "") -> fields.List[Any]:
    """A bounded list of objects; absent and null mean empty."""
    return fields.List(
        fields.Nested(schema),
        load_default=list,
        validate=validate.Length(max=most),
        metadata={"description": about} if about else {},
    )


def nested(schema: type[Schema], *, required: bool = False, about: str = "") -> fields.Nested:
    """One object, required or nullable."""
    metadata: dict[str, Any] = {"description": about} if about else {}
    if required:
        return fields.Nested(schema, required=True, metadata=metadata)
    return fields.Nested(schema, load_default=None, allow_none=True, metadata=metadata)


def quantity(*, required: bool = False) -> fields.String:
    """How much of something, as a decimal string."""
    return matching(
        QUANTITY,
        'is a decimal string above zero with at most 3 decimals, as in "0.482"; a JSON number is not exact',
        required=required,
    )


class TransactionKeySchema(Strict):
    """The natural key of a till transaction."""

    store = code(required=True)
    terminal = code(required=True)
    business_day = Day(
        required=True, metadata={"description": "The till's own business day, as in 2026-11-21."}
    )
    number = code(required=True)


class EnteredIdentifierSchema(Strict):
    """A typed value and how it got into the till."""

    type = code(required=True, about="email, phone, loyalty_card, account_id, payment_reference, ...")
    value = text(longest=320, required=True)
    entry = one_of(
        "scanned", "typed", "app", default="typed", about="A typed value proves less than a scanned one."
    )


class ShopperSchema(Strict):
    """Who is there: exactly one of scan, identifiers, choice."""

    role = one_of("buyer", "staff", default="buyer")
    scan = text(longest=512, about="Whatever the scanner typed: a loyalty card, one of our QR codes.")
    identifiers = fields.List(
        fields.Nested(EnteredIdentifierSchema),
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=MAX_IDENTIFIERS),
    )
    choice = text(longest=512, about="The opaque `choice` of an earlier answer that was ambiguous.")


class AlreadySchema(Strict):
    """A reduction the till gave by itself."""

    kind = one_of("promotion", "override", "markdown", "staff", "member_price", required=True)
    amount = minor(required=True)


class ReturnOfSchema(Strict):
    """The sale line that is brought back."""

    transaction = nested(TransactionKeySchema, required=True)
    line = code(required=True)


class LineSchema(Strict):
    """One line of the basket; `amount` is the till's extended price after `already` and the only pricing
    base.
    """

    line = code(required=True, about="Not reused within a transaction.")
    kind = one_of("sale", "return", default="sale")
    sku = text(longest=64)
    gtin = matching(r"^[0-9]{8,14}$", "is 8 to 14 digits")
    scan = text(longest=512)
    category = text(longest=200)
    quantity = quantity(required=True)
    unit = one_of("each", "kg", "l", "m", default="each")
    unit_price = matching(
        UNIT_PRICE, 'is a decimal string with at most 4 decimals, as in "12.990"; a JSON number is not exact'
    )
    amount = minor(required=True, about="Minor units, after `already`, never negative, also for returns.")
    tax_rate_bp = count(most=10_000, about="Basis points: 1000 is 10 %.")
    discountable = flag(default=True, about="False for tobacco, fixed-price books, deposits and the like.")
    minimum_amount = minor(default=0, about="The line may not fall below it.")
    already = many(AlreadySchema, most=20)
    return_of = nested(ReturnOfSchema)


class BasketSchema(Strict):
    """The whole basket, never a delta; voided lines are left out."""

    currency = matching(CURRENCY, "is an ISO 4217 code, as in EUR", required=True)
    tax = one_of("included", "excluded", default="included")
    complete = flag(default=False, about="True once the shopper is done: basket-wide offers are final then.")
    lines = many(LineSchema, most=MAX_LINES)


class EnteredCodeSchema(Strict):
    """A code the shopper brought."""

    code = text(longest=128, required=True)
    entry = one_of("scanned", "typed", "app", default="typed")


class TenderSchema(Strict):
    """A means of payment. Never a card number: the payment account reference or the processor's token."""

    type = code(required=True, about="card, cash, voucher, ...")
    scheme = code(about="visa, girocard, ...")
    token = text(longest=128)
    amount = minor()


class AppliedSchema(Strict):
    """What the till really gave."""

    offer = text(longest=128, required=True)
    line = code()
    quantity = quantity()
    amount = minor(required=True)


def tokens() -> fields.List[Any]:
    """Signed offers, as they were issued."""
    return fields.List(
        fields.String(validate=validate.Length(min=1, max=512)),
        load_default=list,
        validate=validate.Length(max=MAX_TOKENS),
        metadata={"description": "Signed offers that were used offline."},
    )


def sent_at() -> Moment:
    """The till's clock as it sends, so that a wrong clock can be corrected."""
    return Moment(
        load_default=None, allow_none=True, metadata={"description": "The till's clock as it sends."}
    )


def language() -> fields.String:
    """A BCP 47 tag, as far as we look at it."""
    return matching(LANGUAGE, "is a language tag, as in de-AT")
