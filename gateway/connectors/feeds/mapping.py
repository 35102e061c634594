"""From a feed's row to a product or a shelf, by the names of Google's feed or by names the retailer maps."""

import re
from collections.abc import Mapping
from typing import Final

from gateway.connectors.amounts import NotAnAmountError, minor
from gateway.connectors.feeds.rows import Row
from gateway.connectors.scans import canonical_gtin
from offers.retailer.shop import Article, Shelf

PRICE: Final = re.compile(
    r"(?P<amount>[0-9][0-9., ]*?)\s*(?P<currency>[A-Z]{3})?\Z"
    r"|(?P<before>[A-Z]{3})\s*(?P<after>[0-9][0-9., ]*)\Z"
)
GTIN: Final = re.compile(r"[0-9]{8,14}\Z")
STOCK: Final = re.compile(r"-?[0-9]{1,7}(\.[0-9]{1,3})?\Z")

PRODUCT: Final[Mapping[str, tuple[str, ...]]] = {
    "sku": ("id", "sku", "offer_id", "offerid"),
    "title": ("title", "name"),
    "gtin": ("gtin", "ean", "upc", "barcode"),
    "category": ("product_type", "google_product_category", "category"),
    "brand": ("brand", "manufacturer"),
    "group": ("item_group_id", "group", "parent_id"),
    "price": ("price", "regular_price"),
    "cost": ("cost_of_goods_sold", "cost"),
    "image_url": ("image_link", "image_url", "image"),
    "currency": ("currency",),
}
"""Our name -> what feeds call it, Google's first."""

SHELF: Final[Mapping[str, tuple[str, ...]]] = {
    "store": ("store_code", "store", "store_id"),
    "sku": ("id", "itemid", "item_id", "sku", "offer_id"),
    "quantity": ("quantity", "stock", "on_hand", "inventory"),
    "availability": ("availability",),
}

OUT: Final = frozenset({"out_of_stock", "out of stock", "on_display_to_order"})


class RowError(ValueError):
    """The row is not taken; the text says why."""


def article(row: Row, names: Mapping[str, str], *, currency: str) -> Article:
    """A product. Prices without a currency are in the given one. Raises RowError."""
    found = _named(row, PRODUCT, names)
    sku, title = found.get("sku"), found.get("title")
    if sku is None or len(sku) > 64:
        raise RowError("has no id, or one longer than 64")
    if title is None:
        raise RowError("has no title")
    price, priced_in = _price(found.get("price"), found.get("currency") or currency)
    cost, _ = _price(found.get("cost"), priced_in)
    code, image = found.get("gtin", "").replace(" ", ""), found.get("image_url", "")
    return Article(
        sku=sku,
        title=title[:300],
        gtin=canonical_gtin(code) if GTIN.match(code) else None,
        category=_category(found.get("category")),
        brand=found.get("brand", "")[:200] or None,
        group=found.get("group", "")[:64] or None,
        currency=priced_in if price is not None or cost is not None else None,
        price_minor=price,
        cost_minor=cost,
        image_url=image if image.startswith("https://") and len(image) <= 1_000 else None,
    )


def shelf(row: Row, names: Mapping[str, str]) -> Shelf:
    """What a store has at hand. Raises RowError."""
    found = _named(row, SHELF, names)
    store, sku, quantity = found.get("store"), found.get("sku"), found.get("quantity")
    if store is None or sku is None:
        raise RowError("names no store or no product")
    if quantity is None and found.get("availability", "").lower() in OUT:
        quantity = "0"
    if quantity is None or STOCK.match(quantity) is None:
        raise RowError(f"{quantity!r} is no quantity")
    whole, _, fraction = quantity.lstrip("-").partition(".")
    milli = int(whole) * 1000 + int((fraction + "000")[:3])
    return Shelf(store, sku, -milli if quantity.startswith("-") else milli)


def mapped(written: str) -> dict[str, str]:
    """A mapping as it stands in an address: `sku=Artikelnummer,title=Bezeichnung`. Raises RowError."""
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in written.split(","))):
        ours, sign, theirs = pair.partition("=")
        if not sign or ours.strip() not in {*PRODUCT, *SHELF}:
            raise RowError(f"{pair!r} is not one of {', '.join(sorted({*PRODUCT, *SHELF}))} = a column")
        found[ours.strip()] = theirs.strip().lower().replace(" ", "_")
    return found


def _named(row: Row, known: Mapping[str, tuple[str, ...]], names: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for ours, theirs in known.items():
        tried = (names[ours],) if ours in names else theirs
        value = next((row.values[name] for name in tried if row.values.get(name)), None)
        if value is not None:
            found[ours] = value
    return found


def _category(written: str | None) -> str | None:
    """A path from the root: Google parts it by `>`."""
    if written is None:
        return None
    return "/".join(part.strip() for part in re.split(r"\s*>\s*", written) if part.strip())[:400] or None


def _price(written: str | None, currency: str) -> tuple[int | None, str]:
    """An amount and its currency: `19.99 EUR`, `EUR 19.99` or a bare number. Raises RowError."""
    if written is None:
        return None, currency
    found = PRICE.match(written.strip())
    if found is None:
        raise RowError(f"{written[:30]!r} is no price")
    amount = (found["amount"] or found["after"]).replace(" ", "")
    chosen = found["currency"] or found["before"] or currency
    if "," in amount:
        amount = (
            amount.replace(".", "").replace(",", ".")
            if "." not in amount.rpartition(",")[2]
            else amount.replace(",", "")
        )
    try:
        return minor(amount, chosen), chosen
    except NotAnAmountError as error:
        raise RowError(str(error)) from None
