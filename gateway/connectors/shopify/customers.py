"""Customers of a Shopify shop."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.connectors.parts import GonePart, Part, RecordPart
from gateway.connectors.reading import an_object, key_of, named, text_of, time_of
from identity.model import Assurance
from identity.submission import Claim, Statement

CONSENTS: Final = {"email_marketing_consent": "email_marketing", "sms_marketing_consent": "sms_marketing"}
GRANTED: Final = {"subscribed": True, "unsubscribed": False, "redacted": False, "not_subscribed": False}
"""What Shopify calls the state; pending and invalid say nothing yet."""


def customer(sent: Mapping[str, Any]) -> tuple[Part, ...]:
    """The record of a customer."""
    return (
        RecordPart(
            key=key_of(sent),
            observed_at=time_of(sent, "updated_at", "created_at"),
            attributes=attributes(sent),
            claims=claims(sent),
            statements=tuple(_statements(sent)),
        ),
    )


def gone(sent: Mapping[str, Any]) -> tuple[Part, ...]:
    """A customer whom the shop deleted."""
    return (GonePart(key_of(sent)),)


def attributes(sent: Mapping[str, Any]) -> dict[str, str]:
    """Name and address."""
    address = an_object(sent.get("default_address"))
    return named(
        {
            "given_name": sent.get("first_name") or address.get("first_name"),
            "family_name": sent.get("last_name") or address.get("last_name"),
            "street": address.get("address1"),
            "unit": address.get("address2"),
            "city": address.get("city"),
            "region": address.get("province"),
            "postcode": address.get("zip"),
            "country": address.get("country_code"),
            "x_company": address.get("company"),
        }
    )


def claims(sent: Mapping[str, Any]) -> tuple[Claim, ...]:
    """Her account, and how she can be reached; an address that nobody confirmed is only typed."""
    found = [Claim("account_id", key_of(sent), Assurance.AUTHENTICATED)]
    email, phone = text_of(sent.get("email"), longest=320), text_of(sent.get("phone"), longest=40)
    if email is not None:
        is_verified = sent.get("verified_email") is True
        found.append(Claim("email", email, Assurance.AUTHENTICATED if is_verified else Assurance.TYPED))
    if phone is not None:
        found.append(Claim("phone", phone, Assurance.TYPED))
    return tuple(found)


def _statements(sent: Mapping[str, Any]) -> Iterator[Statement]:
    for member, purpose in CONSENTS.items():
        told = an_object(sent.get(member))
        granted = GRANTED.get(str(told.get("state", "")).lower())
        if granted is not None:
            at = time_of({**sent, **told}, "consent_updated_at", "updated_at", "created_at")
            yield Statement(purpose, granted, at, evidence="shopify")
