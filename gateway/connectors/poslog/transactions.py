"""One POSLog transaction as the body that `POST /v1/transactions` takes."""

import datetime as dt
from typing import Any, Final
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from gateway.connectors.amounts import NotAnAmountError
from gateway.connectors.poslog import lines, people
from gateway.connectors.poslog.elements import is_set, text_at
from gateway.connectors.poslog.keys import linked_key, own_key
from gateway.connectors.poslog.lines import LineError

NO_SALE: Final = frozenset({"voided", "suspended", "cancelled", "canceled", "aborted", "failed"})
"""What became of a transaction that was never a sale. A paid one that was taken back is post-voided."""

NEVER_HAPPENED: Final = ("TrainingModeFlag", "CancelFlag", "SuspendFlag")
"""Flags of the same, on the transaction or on the sale inside it."""

VOIDED: Final = frozenset({"postvoided", "postvoid"})


class NotATransactionError(ValueError):
    """The transaction cannot be read; the text says why."""


def store_of(transaction: Element) -> str | None:
    """The store it says it is from."""
    store: str | None = own_key(transaction).get("store")
    return store


def body(transaction: Element, *, zone: ZoneInfo, currency: str) -> dict[str, Any] | None:
    """The body; None for what is no sale, return or void: training, openings, counts, suspended ones.

    `zone` and `currency` are the store's: many tills leave them out. Raises NotATransactionError.
    """
    retail = transaction.find("RetailTransaction")
    if retail is None or any(is_set(one, flag) for one in (transaction, retail) for flag in NEVER_HAPPENED):
        return None
    status = (retail.get("TransactionStatus") or "").rpartition(":")[2].lower()
    if status in NO_SALE:
        return None
    try:
        if status in VOIDED:
            return _void(transaction, retail, zone)
        return _sale(transaction, retail, zone, _currency(transaction, retail) or currency)
    except (LineError, NotAnAmountError) as error:
        raise NotATransactionError(str(error)) from None


def _sale(transaction: Element, retail: Element, zone: ZoneInfo, currency: str) -> dict[str, Any]:
    found = lines.lines(retail, currency)
    is_sale = not found or any(line["kind"] == "sale" for line in found)
    return {
        "transaction": own_key(transaction),
        "kind": "sale" if is_sale else "return",
        "occurred_at": _time(transaction, zone),
        "shoppers": people.shoppers(retail),
        "basket": {"currency": currency, "complete": True, "lines": found},
        "tenders": people.tenders(retail, currency)[:20],
    }


def _void(transaction: Element, retail: Element, zone: ZoneInfo) -> dict[str, Any]:
    """A paid sale that was taken back: it is named by the link, or, in older logs, told again."""
    link = retail.find("TransactionLink")
    key = linked_key(link) if link is not None else None
    return {
        "transaction": key or own_key(transaction),
        "kind": "void",
        "occurred_at": _time(transaction, zone),
        "shoppers": people.shoppers(retail),
    }


def _currency(transaction: Element, retail: Element) -> str | None:
    told = text_at(transaction, "CurrencyCode")
    if told is not None:
        return told
    amounts = (one.get("Currency") or one.get("CurrencyCode") for one in retail.iter())
    return next((one for one in amounts if one), None)


def _time(transaction: Element, zone: ZoneInfo) -> str:
    """When it ended. A time without an offset is the store's own, unless the offset stands beside it."""
    named = next(
        (one for name in ("EndDateTime", "BeginDateTime") if (one := transaction.find(name)) is not None),
        None,
    )
    written = (named.text or "").strip() if named is not None else ""
    try:
        at = dt.datetime.fromisoformat(_micro(written))
    except ValueError:
        raise NotATransactionError(f"{written[:40]!r} is no time it ended") from None
    if at.tzinfo is None:
        at = at.replace(
            tzinfo=_offset(named.get("Offset")) if named is not None and named.get("Offset") else zone
        )
    return at.astimezone(dt.UTC).isoformat()


def _micro(written: str) -> str:
    """Without the hundred nanoseconds that some vendors write."""
    head, dot, rest = written.partition(".")
    digits = len(rest) - len(rest.lstrip("0123456789"))
    return f"{head}{dot}{rest[: min(digits, 6)]}{rest[digits:]}"


def _offset(written: str | None) -> dt.tzinfo:
    sign = -1 if written is not None and written.startswith("-") else 1
    hours, _, minutes = (written or "").lstrip("+-").partition(":")
    try:
        return dt.timezone(sign * dt.timedelta(hours=int(hours), minutes=int(minutes[:2] or 0)))
    except ValueError:
        raise NotATransactionError(f"{written!r} is no offset") from None
