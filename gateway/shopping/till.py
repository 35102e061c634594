"""From what a till sends to what offers understand: pure, and the only place that knows both sides.

What a schema cannot say is checked here, for all till routes alike: line ids are unique, a shopper is named
in exactly one way, only return lines bring something back, sums stay inside 64 bits.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from gateway.connectors import scans
from gateway.wire import decoded
from gateway.wire.problems import Place, invalid
from offers.model import Already, Basket, Line, Product, TransactionKey
from offers.redemptions.redemption import Applied

MAX_BASKET_MINOR = 10**15


def transaction_key(sent: decoded.TransactionKey) -> TransactionKey:
    """A transaction's natural key as offers name it."""
    # A plain date: what the decoder hands over is a marked one, which no encoder knows.
    day = dt.date.fromordinal(sent.business_day.toordinal())
    return TransactionKey(store=sent.store, terminal=sent.terminal, business_day=day, number=sent.number)


def product_codes(basket: decoded.Basket | None) -> list[str]:
    """Every code under which a line's product may be known."""
    if basket is None:
        return []
    return [code for line in basket.lines if (code := product_code(line)) is not None]


def product_code(line: decoded.Line) -> str | None:
    """The line's sku, else its GTIN, else the GTIN in what was scanned."""
    if line.sku is not None:
        return line.sku
    if line.gtin is not None:
        return scans.canonical_gtin(line.gtin)
    return scans.gtin(line.scan) if line.scan is not None else None


def basket(sent: decoded.Basket, products: Mapping[str, Product]) -> Basket:
    """The basket as offers price it; a line whose product is not known keeps what the till says about it."""
    return Basket(
        currency=sent.currency,
        tax=sent.tax,
        lines=tuple([_line(line, products) for line in sent.lines]),
        complete=sent.complete,
    )


def _line(sent: decoded.Line, products: Mapping[str, Product]) -> Line:
    code = product_code(sent)
    product = products.get(code) if code is not None else None
    quantity_milli, tax_rate_bp = milli(sent.quantity), sent.tax_rate_bp
    already = tuple([Already(one.kind, one.amount) for one in sent.already]) if sent.already else ()
    # Given by place: a basket has dozens of lines, and names cost more than the line itself.
    if product is None:
        return Line(
            sent.line, sent.kind, None, sent.sku, sent.category, quantity_milli, sent.unit, sent.amount,
            tax_rate_bp or 0, sent.discountable, sent.minimum_amount, already,
        )  # fmt: skip
    return Line(
        sent.line, sent.kind, product.product_no, product.sku, sent.category or product.category,
        quantity_milli, sent.unit, sent.amount,
        tax_rate_bp if tax_rate_bp is not None else product.tax_rate_bp,
        sent.discountable and product.discountable, max(sent.minimum_amount, product.minimum_minor), already,
    )  # fmt: skip


def milli(quantity: str) -> int:
    """A decimal string as whole thousandths; exact, for the schema allows three decimals."""
    if "." not in quantity:
        return int(quantity) * 1000
    whole, _, fraction = quantity.partition(".")
    return int(whole) * 1000 + int((fraction + "000")[:3])


def decimal(quantity_milli: int) -> str:
    """Thousandths as the decimal string the till would have sent."""
    whole, rest = divmod(quantity_milli, 1000)
    return f"{whole}.{rest:03d}".rstrip("0") if rest else str(whole)


def applied(sent: Iterable[decoded.Applied]) -> tuple[Applied, ...]:
    """What the till really gave; without a line: points or a coupon, which are on none."""
    return tuple(
        Applied(
            offer=one.offer,
            line=one.line or "",
            quantity_milli=milli(one.quantity) if one.quantity is not None else 1000,
            amount_minor=one.amount,
        )
        for one in sent
    )


def uuid_at(pointer: str, sent: str | None) -> UUID | None:
    """An id of ours that came in a body. Raises Problem invalid."""
    if sent is None:
        return None
    try:
        return UUID(sent)
    except ValueError:
        raise invalid(Place(pointer, "is an id from an earlier answer of ours")) from None


def check(shoppers: Sequence[decoded.Shopper], sent: decoded.Basket | None) -> None:
    """Raise Problem invalid, naming every place, for what the schema cannot say."""
    places = _shopper_places(shoppers)
    if sent is not None:
        places += _basket_places(sent)
    if places:
        raise invalid(*places)


def _shopper_places(shoppers: Sequence[decoded.Shopper]) -> list[Place]:
    places = [
        Place(f"/shoppers/{number}", "give exactly one of scan, identifiers and choice")
        for number, shopper in enumerate(shoppers)
        if (shopper.scan is not None) + (shopper.identifiers is not None) + (shopper.choice is not None) != 1
    ]
    if sum(shopper.role == "buyer" for shopper in shoppers) > 1:
        places.append(Place("/shoppers", "name one buyer; the others are staff"))
    return places


def _basket_places(sent: decoded.Basket) -> list[Place]:
    places = []
    seen: set[str] = set()
    for number, line in enumerate(sent.lines):
        if line.line in seen:
            places.append(
                Place(f"/basket/lines/{number}/line", "is used twice; line ids are unique in a basket")
            )
        seen.add(line.line)
        if line.return_of is not None and line.kind != "return":
            places.append(Place(f"/basket/lines/{number}/return_of", "belongs to lines of kind return only"))
    if sum(line.amount for line in sent.lines) > MAX_BASKET_MINOR:
        places.append(Place("/basket/lines", f"add up to more than {MAX_BASKET_MINOR:,} minor units"))
    return places
