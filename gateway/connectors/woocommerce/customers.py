"""Customers of a WooCommerce shop."""

from collections.abc import Mapping
from typing import Any

from gateway.connectors.parts import GonePart, Part, RecordPart
from gateway.connectors.reading import an_object, key_of, named, text_of, time_of
from gateway.connectors.woocommerce.times import CHANGED
from identity.model import Assurance
from identity.submission import Claim


def customer(sent: Mapping[str, Any], currency: str) -> tuple[Part, ...]:
    """The record of a customer."""
    del currency  # nothing of hers has a price
    key = key_of(sent)
    email = text_of(sent.get("email") or an_object(sent.get("billing")).get("email"), longest=320)
    claims = [Claim("account_id", key, Assurance.AUTHENTICATED)]
    if email is not None:
        claims.append(Claim("email", email, Assurance.TYPED))
    return (
        RecordPart(
            key=key,
            observed_at=time_of(sent, *CHANGED),
            attributes=attributes(sent),
            claims=(*claims, *phone(an_object(sent.get("billing")))),
        ),
    )


def gone(sent: Mapping[str, Any], currency: str) -> tuple[Part, ...]:
    """A customer whom the shop deleted."""
    del currency
    return (GonePart(key_of(sent)),)


def attributes(sent: Mapping[str, Any]) -> dict[str, str]:
    """Name and address."""
    billing = an_object(sent.get("billing"))
    return named(
        {
            "given_name": sent.get("first_name") or billing.get("first_name"),
            "family_name": sent.get("last_name") or billing.get("last_name"),
            "street": billing.get("address_1"),
            "unit": billing.get("address_2"),
            "city": billing.get("city"),
            "region": billing.get("state"),
            "postcode": billing.get("postcode"),
            "country": billing.get("country"),
            "x_company": billing.get("company"),
        }
    )


def phone(billing: Mapping[str, Any]) -> tuple[Claim, ...]:
    """The number somebody typed at checkout."""
    found = text_of(billing.get("phone"), longest=40)
    return (Claim("phone", found, Assurance.TYPED),) if found is not None else ()
