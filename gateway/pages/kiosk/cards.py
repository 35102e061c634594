"""One offer as the page draws it: every text as it will be read, the code to take along as a shape. Pure."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from gateway.pages.amounts import Region, ends, price, saving
from gateway.pages.qr import qr_code
from offers.evaluation.decision import Offer
from offers.model import Product


def drawn(
    offer: Offer, products: Mapping[str, Product], region: Region, now: dt.datetime, code: str | None
) -> dict[str, Any]:
    """Return what the page needs of an offer; `code` is the text of its QR code."""
    product = products.get(offer.product) if offer.product is not None else None
    before, after = offer.price_before, offer.price_after
    is_cheaper = before is not None and after is not None and after < before
    qr = qr_code(code) if code is not None else None
    return {
        "title": product.title if product is not None else offer.title,
        "message": offer.message or (beside(offer.title, product.title) if product is not None else ""),
        "before": price(before, region) if before is not None and is_cheaper else None,
        "after": price(after, region) if after is not None else None,
        "saving": saving(before, after, region) if before is not None and after is not None else None,
        "until": ends(offer.expires_at, now, region) if offer.expires_at is not None else None,
        "personal": offer.personalised,
        "qr": {"size": qr.size, "path": qr.path} if qr is not None else None,
    }


def beside(title: str, product_title: str) -> str:
    """Return what a campaign's title says beyond the product's name, which stands above it already."""
    rest = title.removeprefix(product_title).lstrip(" :,;.–—-")  # noqa: RUF001  (dashes as people type them)
    return rest[:1].upper() + rest[1:]
