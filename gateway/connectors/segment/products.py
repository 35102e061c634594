"""The products that a message names, wherever the spec lets clients put them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.connectors.segment.lenient import a_count, a_text, an_id

MAX_PRODUCTS: Final = 100
MAX_QUANTITY: Final = 10_000
CODES: Final = ("sku", "variant_id", "product_id", "productId", "gtin", "variant")
LONGEST: Final = 64


@dataclass(frozen=True, slots=True)
class ProductMention:
    """A product that a message names: the codes it may be known under, best first."""

    codes: tuple[str, ...]
    quantity: int = 1


def mentions(properties: Mapping[str, Any]) -> tuple[ProductMention, ...]:
    """Each product once; a search's own words may be a product's code, as when somebody scans a shelf."""
    listed = properties.get("products")
    if isinstance(listed, list):
        found = [_mention(one) for one in listed[:MAX_PRODUCTS] if isinstance(one, dict)]
    else:
        found = [_mention(properties)]
        query = a_text(properties.get("query"), longest=LONGEST)
        if query is not None:
            found.append(ProductMention((query,)))
    return tuple(mention for mention in found if mention.codes)


def _mention(properties: Mapping[str, Any]) -> ProductMention:
    named = (an_id(properties.get(name)) for name in CODES)
    codes = tuple(dict.fromkeys(code for code in named if code is not None and len(code) <= LONGEST))
    return ProductMention(codes, a_count(properties.get("quantity"), most=MAX_QUANTITY) or 1)
