"""What a till speaks of, in the words of the gateway's contract. Amounts are whole minor units."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class TransactionKey:
    """A transaction's natural key, as the till prints it on the receipt."""

    store: str
    terminal: str
    business_day: date
    number: str

    @property
    def name(self) -> str:
        """The key as one text."""
        return f"{self.store}/{self.terminal}/{self.business_day.isoformat()}/{self.number}"

    @classmethod
    def named(cls, name: str) -> "TransactionKey":
        """The key whose name this is."""
        store, terminal, day, number = name.split("/")
        return cls(store, terminal, date.fromisoformat(day), number)

    def document(self) -> dict[str, str]:
        """As the gateway reads it."""
        return {
            "store": self.store,
            "terminal": self.terminal,
            "business_day": self.business_day.isoformat(),
            "number": self.number,
        }


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the basket; `amount` is its whole price after the till's own discounts."""

    line: str
    amount: int
    sku: str | None = None
    quantity: str = "1"
    category: str | None = None
    unit: str = "each"
    kind: str = "sale"
    return_of: Mapping[str, Any] | None = None

    def document(self) -> dict[str, Any]:
        """As the gateway reads it."""
        found = {
            "line": self.line,
            "amount": self.amount,
            "sku": self.sku,
            "quantity": self.quantity,
            "category": self.category,
            "unit": self.unit,
            "kind": self.kind,
            "return_of": self.return_of,
        }
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Tender:
    """A means of payment."""

    type: str
    amount: int

    def document(self) -> dict[str, Any]:
        """As the gateway reads it."""
        return {"type": self.type, "amount": self.amount}


@dataclass(frozen=True, slots=True)
class Applied:
    """What an offer gave on a line: money that the till took off, or points that it promised."""

    offer: str
    line: str
    amount: int
    quantity: str = "1"
    text: str = ""
    unit: Literal["money", "points"] = "money"

    @property
    def off_minor(self) -> int:
        """What it takes off the price."""
        return self.amount if self.unit == "money" else 0

    def document(self) -> dict[str, Any]:
        """As the gateway reads it; the words are for the receipt only."""
        return {"offer": self.offer, "line": self.line, "amount": self.amount, "quantity": self.quantity}
