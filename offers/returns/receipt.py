"""What a recorded transaction brings back: its return lines, by the sale they name. Pure."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from offers.model import ONE_UNIT_MILLI, TransactionKey
from offers.redemptions.redemption import Sale
from offers.returns.model import Return, ReturnLine


def returns_of(sale: Sale) -> list[Return]:
    """One return for each sale that a line names, in the order of their keys. Lines that name none, because
    the shopper had no receipt, belong to no redemption.
    """
    found: dict[TransactionKey, list[ReturnLine]] = {}
    for line in sale.lines:
        named = line.get("return_of")
        if line.get("kind") == "return" and named is not None:
            found.setdefault(_key(named["transaction"]), []).append(_line(line, str(named["line"])))
    return [
        Return(transaction=sale.transaction, sale=key, lines=tuple(found[key]))
        for key in sorted(found, key=lambda key: (key.store, key.business_day, key.terminal, key.number))
    ]


def _line(line: Mapping[str, Any], of_line: str) -> ReturnLine:
    quantity_milli = int(Decimal(line["quantity"]) * ONE_UNIT_MILLI)
    return ReturnLine(line=of_line, quantity_milli=quantity_milli, refunded_minor=line["amount"])


def _key(named: Mapping[str, Any]) -> TransactionKey:
    day = named["business_day"]
    return TransactionKey(
        store=named["store"],
        terminal=named["terminal"],
        business_day=day if isinstance(day, date) else date.fromisoformat(day),
        number=named["number"],
    )
