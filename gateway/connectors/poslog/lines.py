"""The goods of a POSLog transaction as lines of a basket."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final
from xml.etree.ElementTree import Element

from gateway.connectors.amounts import NotAnAmountError, minor
from gateway.connectors.poslog.elements import children, first_text, is_set, text_at
from gateway.connectors.poslog.keys import linked_key

GOODS: Final = {
    "Sale": "sale",
    "SaleForPickup": "sale",
    "SaleForPickUp": "sale",
    "SaleForDelivery": "sale",
    "Return": "return",
    "ReturnForPickup": "return",
    "ReturnForDelivery": "return",
}
UNITS: Final = {"KG": "kg", "KGM": "kg", "L": "l", "LTR": "l", "M": "m", "MTR": "m"}
GIVEN: Final = {
    "priceoverride": "override",
    "manualdiscount": "override",
    "markdown": "markdown",
    "employeediscount": "staff",
    "memberprice": "member_price",
}
"""How a till came to a reduction; what is not listed is a promotion."""

GTIN_TYPES: Final = ("EAN", "GTIN", "UPC")
MILLI: Final = Decimal("0.001")


class LineError(ValueError):
    """A line cannot be read; the text says why."""


def lines(transaction: Element, currency: str) -> list[dict[str, Any]]:
    """The lines that stand: without what was voided, and without what voided it. Raises LineError."""
    found = list(_goods(transaction))
    void = {_number(item) for item, _, _ in found if _is_void(item)}
    void |= {link for item, _, _ in found if is_set(item, "VoidFlag") if (link := text_at(item, "ItemLink"))}
    return [_line(item, goods, kind, currency) for item, goods, kind in found if _number(item) not in void]


def _goods(transaction: Element) -> Iterator[tuple[Element, Element, str]]:
    for item in children(transaction, "LineItem"):
        for name, kind in GOODS.items():
            goods = item.find(name)
            if goods is not None:
                yield item, goods, kind


def _is_void(item: Element) -> bool:
    return is_set(item, "VoidFlag") or is_set(item, "CancelFlag")


def _number(item: Element) -> str:
    return text_at(item, "SequenceNumber") or ""


def _line(item: Element, goods: Element, kind: str, currency: str) -> dict[str, Any]:
    number = _number(item)
    if not number:
        raise LineError("a line has no SequenceNumber")
    amount, given = _amount(goods, currency)
    if amount < 0 or _decimal(text_at(goods, "Quantity") or "1") < 0:
        kind = "return"  # deposits are taken back as goods of a negative price, or of a negative number
    line: dict[str, Any] = {
        "line": number,
        "kind": kind,
        "quantity": _quantity(goods),
        "unit": _unit(goods),
        "amount": abs(amount),
        **_product(item, goods),
    }
    if given:
        line["already"] = given
    link = goods.find("TransactionLink")
    if kind == "return" and link is not None and (key := linked_key(link)) is not None:
        of_line = text_at(link, "LineItemSequenceNumber") or number
        line["return_of"] = {"transaction": key, "line": of_line}
    return line


def _product(item: Element, goods: Element) -> dict[str, str]:
    """By the retailer's own number where there is one, else by what was scanned."""
    found: dict[str, str] = {}
    named = goods.find("ItemID")
    code = text_at(goods, "ItemID")
    scanned = text_at(goods, "POSIdentity", "POSItemID") or text_at(item, "ScanData")
    if code is not None and _is_gtin(named, code):
        found["gtin"] = code
    elif code is not None:
        found["sku"] = code[:64]
    if scanned is not None and "gtin" not in found and "sku" not in found:
        found["scan"] = scanned[:512]
    category = first_text(goods, "MerchandiseHierarchy")
    if category is not None:
        found["category"] = category[:200]
    return found


def _is_gtin(named: Element | None, code: str) -> bool:
    said = (named.get("Type", "") or named.get("Name", "")).upper() if named is not None else ""
    return any(kind in said for kind in GTIN_TYPES) and code.isdecimal() and 8 <= len(code) <= 14


def _amount(goods: Element, currency: str) -> tuple[int, list[dict[str, Any]]]:
    """What the line came to after the till's own reductions, and these."""
    extended = _minor(text_at(goods, "ExtendedAmount"), currency)
    if extended is None:
        unit = _minor(
            text_at(goods, "ActualSalesUnitPrice") or text_at(goods, "RegularSalesUnitPrice"), currency
        )
        if unit is None:
            raise LineError("a line has no ExtendedAmount")
        extended = int(
            (Decimal(unit) * _decimal(_quantity(goods))).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        )
    given = list(_given(goods, currency))
    discount = _minor(text_at(goods, "ExtendedDiscountAmount"), currency)
    if discount is not None:
        return extended - abs(discount), given
    regular = _minor(text_at(goods, "RegularSalesUnitPrice"), currency)
    is_gross = regular is not None and abs(extended) == abs(regular * _decimal(_quantity(goods)))
    return (extended - sum(one["amount"] for one in given) if is_gross else extended), given


def _given(goods: Element, currency: str) -> Iterator[dict[str, Any]]:
    for modifier in children(goods, "RetailPriceModifier"):
        amount = modifier.find("Amount")
        if amount is None or amount.get("Action", "Subtract") != "Subtract" or is_set(modifier, "VoidFlag"):
            continue
        value = _minor(amount.text, currency)
        if value:
            method = (modifier.get("MethodCode") or "").rpartition(":")[2].lower()
            yield {"kind": GIVEN.get(method, "promotion"), "amount": abs(value)}


def _quantity(goods: Element) -> str:
    quantity = goods.find("Quantity")
    written = text_at(goods, "Quantity") or "1"
    value = abs(_decimal(written))
    if quantity is not None and _unit(goods) != "each" and value == 1:
        value = abs(_decimal(quantity.get("Units") or "1"))  # one weighing, of so many kilograms
    value = value.quantize(MILLI, rounding=ROUND_HALF_UP)
    if not value:
        raise LineError("a line has no quantity")
    return format(value.normalize(), "f")


def _unit(goods: Element) -> str:
    quantity = goods.find("Quantity")
    said = (quantity.get("UnitOfMeasureCode") or "").upper() if quantity is not None else ""
    return UNITS.get(said, "each")


def _decimal(written: str) -> Decimal:
    try:
        value = Decimal(written.strip())
    except InvalidOperation:
        raise LineError(f"{written[:20]!r} is no number") from None
    if not value.is_finite() or abs(value) > 10**9:
        raise LineError(f"{written[:20]!r} is no quantity")
    return value


def _minor(written: str | None, currency: str) -> int | None:
    if written is None or not written.strip():
        return None
    try:
        return minor(written, currency)
    except NotAnAmountError as error:
        raise LineError(str(error)) from None
