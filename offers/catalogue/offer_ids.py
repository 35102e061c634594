"""The public id of an offer: readable, the same on kiosk and till, enough to book a use without its decision.

Invariant: `parse(compose(...))` gives back the parts, because a slug and a version hold no dot.
"""

from typing import NamedTuple


class OfferKey(NamedTuple):
    """Which campaign in which version, and, where it is about one wanted product, that product's sku."""

    campaign: str
    version: int
    sku: str | None


def compose(campaign: str, version: int, sku: str | None = None) -> str:
    """`slug.version`, or `slug.version.sku`."""
    return f"{campaign}.{version}" if sku is None else f"{campaign}.{version}.{sku}"


def parse(offer: str) -> OfferKey | None:
    """The parts of an offer's id, or None where it never was one."""
    campaign, _, rest = offer.partition(".")
    version, dot, sku = rest.partition(".")
    if not campaign or not (version.isascii() and version.isdigit()) or len(version) > 9:
        return None
    return OfferKey(campaign, int(version), sku if dot else None)
