"""The natural key of a transaction, its own or one it names."""

from typing import Any
from xml.etree.ElementTree import Element

from gateway.connectors.poslog.elements import text_at


def own_key(transaction: Element) -> dict[str, Any]:
    """Store, terminal, business day and number; what is missing stays out and is refused by name."""
    found = {
        "store": text_at(transaction, "BusinessUnit", "UnitID") or text_at(transaction, "RetailStoreID"),
        "terminal": text_at(transaction, "WorkstationID"),
        "business_day": text_at(transaction, "BusinessDayDate"),
        "number": text_at(transaction, "SequenceNumber"),
    }
    return {name: value for name, value in found.items() if value is not None}


def linked_key(link: Element) -> dict[str, Any] | None:
    """The key of the transaction that a link names; None when it names it only in part."""
    key = own_key(link)
    begun = text_at(link, "BeginDateTime")
    if "business_day" not in key and begun is not None:
        key["business_day"] = begun[:10]
    return key if len(key) == 4 else None
