"""Products of a WooCommerce shop."""

from collections.abc import Mapping
from typing import Any

from gateway.connectors.amounts import NotAnAmountError, minor
from gateway.connectors.parts import Part, ProductPart
from gateway.connectors.reading import key_of, objects, text_of, time_of
from gateway.connectors.woocommerce.times import CHANGED
from offers.retailer.shop import Article


def product(sent: Mapping[str, Any], currency: str) -> tuple[Part, ...]:
    """A product or variation that is sold. A product with variations is a style and no article of its own."""
    if sent.get("type") in {"variable", "grouped"} or sent.get("status", "publish") != "publish":
        return ()
    key = key_of(sent)
    category = next((text_of(one.get("name")) for one in objects(sent.get("categories"))), None)
    image = next((text_of(one.get("src"), longest=1000) for one in objects(sent.get("images"))), None)
    price = _price(sent.get("regular_price") or sent.get("price"), currency)
    parent = text_of(sent.get("parent_id"))
    article = Article(
        sku=text_of(sent.get("sku"), longest=64) or key,
        title=text_of(sent.get("name"), longest=300) or key,
        category=category,
        group=parent if parent != "0" else None,
        currency=currency if price is not None else None,
        price_minor=price,
        image_url=image if image is not None and image.startswith("https://") else None,
    )
    return (ProductPart(article, time_of(sent, *CHANGED)),)


def _price(value: object, currency: str) -> int | None:
    try:
        return minor(str(value), currency) if value not in {None, ""} else None
    except NotAnAmountError:
        return None
