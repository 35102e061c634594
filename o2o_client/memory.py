"""What a journal's records add up to: the next number, what is held, what waits to be sent, what was given.

Invariant: a function of the records alone, so that a till that died knows all it knew. `kept` gives records
that add up to the same and are as few as possible.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

Record = dict[str, Any]

KEPT_DAYS: Final = 31
"""So long a till can say what it gave on a day."""


@dataclass(slots=True)
class Memory:
    """See the module. Messages by number, in the order in which they were written."""

    last_number: int = 0
    last_message: int = 0
    holds: dict[str, Record] = field(default_factory=dict)
    waiting: dict[int, Record] = field(default_factory=dict)
    aside: dict[int, Record] = field(default_factory=dict)
    given: dict[str, dict[str, int]] = field(default_factory=dict)
    """Business day to offer to what was given in all."""
    sold: dict[str, Record] = field(default_factory=dict)
    """What each sale gave that may still be cancelled: its key to (day, offers)."""

    @classmethod
    def of(cls, records: Iterable[Record]) -> "Memory":
        """What these records add up to."""
        memory = cls()
        for record in records:
            memory.take(record)
        return memory

    def take(self, record: Record) -> None:
        """Add one record."""
        match record["t"]:
            case "number":
                self.last_number = record["n"]
            case "hold":
                self.holds[record["key"]] = record
            case "out":
                self._send(record)
            case "done":
                self.last_message = max(self.last_message, record["id"])
                self.waiting.pop(record["id"], None)
            case "aside":
                self.last_message = max(self.last_message, record["id"])
                self.waiting.pop(record["id"], None)
                self.aside[record["id"]] = record
            case "day":
                self.given[record["day"]] = dict(record["given"])
            case "sold":
                self.sold[record["key"]] = record

    def kept(self, *, today: str) -> list[Record]:
        """Records that add up to the same, without what earlier days' sales were made of."""
        found: list[Record] = [{"t": "number", "n": self.last_number}]
        days = sorted(self.given)[-KEPT_DAYS:]
        found += [{"t": "day", "day": day, "given": self.given[day]} for day in days]
        found += [record for record in self.sold.values() if record["day"] >= today]
        found += [{**record, "counted": True} for record in self.waiting.values()]
        found += self.aside.values()
        found += self.holds.values()
        if self.last_message and self.last_message not in self.waiting | self.aside:
            found.append({"t": "done", "id": self.last_message, "status": 0})
        return found

    def _send(self, record: Record) -> None:
        self.last_message = max(self.last_message, record["id"])
        self.waiting[record["id"]] = record
        self.holds.pop(record["key"], None)
        if record.get("counted"):
            return
        if record["kind"] == "sale":
            self._count(record["day"], record["given"], 1)
            self.sold[record["key"]] = {
                "t": "sold", "key": record["key"], "day": record["day"], "given": record["given"],
            }  # fmt: skip
        elif record["kind"] == "void" and (undone := self.sold.pop(record["key"], None)) is not None:
            self._count(undone["day"], undone["given"], -1)

    def _count(self, day: str, given: dict[str, int], sign: int) -> None:
        totals = self.given.setdefault(day, {})
        for offer, amount in given.items():
            totals[offer] = totals.get(offer, 0) + sign * amount
