"""The three privacy topics that every Shopify app must serve."""

from collections.abc import Mapping
from typing import Any

from gateway.connectors.parts import Part, PrivacyPart
from gateway.connectors.reading import an_object, key_of, text_of


def data_request(sent: Mapping[str, Any]) -> tuple[Part, ...]:
    """A customer asks what is known about her; somebody hands it to her within thirty days."""
    asked = text_of(an_object(sent.get("data_request")).get("id")) or _customer(sent)
    return (PrivacyPart("export", _customer(sent), f"shopify data request {asked}"),)


def redact(sent: Mapping[str, Any]) -> tuple[Part, ...]:
    """A customer is to be forgotten."""
    return (PrivacyPart("erase", _customer(sent), "shopify customers/redact"),)


def shop_redact(sent: Mapping[str, Any]) -> tuple[Part, ...]:
    """The shop took the app out two days ago: all it told is to be forgotten."""
    return (PrivacyPart("erase_source", None, f"shopify shop/redact {text_of(sent.get('shop_domain'))}"),)


def _customer(sent: Mapping[str, Any]) -> str:
    return key_of(an_object(sent.get("customer")))
