"""The products that a message names, wherever the spec lets clients put them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
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
    listed = _listed(properties.get("products"))
    if listed is not None:
        found = [_mention(one) for one in islice(listed, MAX_PRODUCTS)]
    else:
        found = [_mention(properties)]
        query = a_text(properties.get("query"), longest=LONGEST)
        if query is not None:
            found.append(ProductMention((query,)))
    return tuple(mention for mention in found if mention.codes)


def _listed(products: object) -> Iterator[Mapping[str, Any]] | None:
    """The objects of a list; of lists in it (some shops send a list for each parcel); or of an object that
    numbers them, which is what a list with gaps becomes in PHP.
    """
    if isinstance(products, dict):
        products = list(products.values())
    if not isinstance(products, list):
        return None
    parted = (one if isinstance(one, list) else [one] for one in products)
    return (one for part in parted for one in part if isinstance(one, dict))


def _mention(properties: Mapping[str, Any]) -> ProductMention:
    named = (an_id(properties.get(name)) for name in CODES)
    codes = tuple(dict.fromkeys(code for code in named if code is not None and len(code) <= LONGEST))
    return ProductMention(codes, a_count(properties.get("quantity"), most=MAX_QUANTITY) or 1)
