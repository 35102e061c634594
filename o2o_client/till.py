"""A till: its place, its journal, its way to the gateway, and the sales it makes.

Invariant: a number is used once, also after a crash. What a till that died may have reserved is given back
when it starts again; what it sold is sent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self

from o2o_client import forwarding
from o2o_client.errors import RefusedError
from o2o_client.forwarding import SEND_BUDGET_S, Forwarded
from o2o_client.journal import MOST_BYTES, Journal
from o2o_client.memory import Memory
from o2o_client.message import release, undo
from o2o_client.sale import Desk, Sale
from o2o_client.transport import BUDGET_S, Address, Answer, Transport
from o2o_client.values import TransactionKey
from o2o_client.wallet import Wallet


def utc_now() -> datetime:
    """The till's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """Which till of which store."""

    store: str
    terminal: str
    currency: str = "EUR"


class Till:
    """One till. Not for several threads: a till serves one shopper at a time."""

    def __init__(self, place: Place, desk: Desk) -> None:
        self.place = place
        self.desk = desk
        self._compact_at_bytes = desk.journal.most_bytes // 2
        self._recover()

    @classmethod
    def open(
        cls,
        folder: Path,
        address: Address,
        place: Place,
        *,
        now: Callable[[], datetime] = utc_now,
        budget_s: float = BUDGET_S,
        most_bytes: int = MOST_BYTES,
    ) -> Self:
        """The till whose journal is in this folder. Raises JournalDamagedError, ClientError."""
        journal = Journal(folder / "journal.log", most_bytes=most_bytes)
        desk = Desk(
            journal=journal,
            memory=Memory.of(journal.records),
            transport=Transport(address, budget_s=budget_s),
            wallet=Wallet(folder / "offers.json"),
            currency=place.currency,
            now=now,
        )
        return cls(place, desk)

    def sale(self, business_day: date, *, card: str | None = None) -> Sale:
        """The next sale, under a number of its own."""
        self._make_room(business_day)
        record = {"t": "number", "n": self.desk.memory.last_number + 1}
        self.desk.journal.append(record)
        self.desk.memory.take(record)
        key = TransactionKey(self.place.store, self.place.terminal, business_day, f"{record['n']:06d}")
        return Sale(self.desk, key, card)

    def undo(self, key: TransactionKey) -> Forwarded:
        """Cancel a paid sale as a whole, and tell the gateway as soon as it listens."""
        record = undo(self.desk.memory.last_message + 1, key, self.desk.now())
        self.desk.journal.append(record)
        self.desk.memory.take(record)
        return self.forward()

    def has_sold(self, key: TransactionKey) -> bool:
        """Whether this till sold it, lately, and has not cancelled it."""
        return key.name in self.desk.memory.sold

    def forward(self) -> Forwarded:
        """Send what waits. Raises RefusedError."""
        desk = self.desk
        return forwarding.forward(desk.journal, desk.memory, desk.transport, now=desk.now)

    def fetch_offers(self) -> int | None:
        """Hold the signed offers of this store; how many there are, None without answer or when refused."""
        asked = {"store": self.place.store}
        answer = self._ask("POST", "/v1/offline/offers", asked)
        if answer is None or answer.status != 200:
            return None
        keys = {key["id"]: key["public_key"] for key in answer.body["keys"]}
        tokens = [offer["token"] for offer in answer.body["offers"]]
        self.desk.wallet.replace(keys, tokens)
        return len(tokens)

    def close_day(self, business_day: date) -> dict[str, Any] | None:
        """Tell the gateway what this till gave that day; what it has instead, None as in `fetch_offers`."""
        given = self.given(business_day)
        path = f"/v1/closings/{self.place.store}/{self.place.terminal}/{business_day.isoformat()}"
        body = {"given": [{"offer": offer, "amount": amount} for offer, amount in sorted(given.items())]}
        answer = self._ask("PUT", path, body)
        return answer.body if answer is not None and answer.status == 200 else None

    def given(self, business_day: date) -> dict[str, int]:
        """What offers gave at this till that day, by offer, cancelled sales left out."""
        found = self.desk.memory.given.get(business_day.isoformat(), {})
        return {offer: amount for offer, amount in found.items() if amount}

    def close(self) -> None:
        """Let go of journal and connection."""
        self.desk.transport.close()
        self.desk.journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, method: str, path: str, body: dict[str, Any]) -> Answer | None:
        answer = self.desk.transport.send(method, path, body, budget_s=SEND_BUDGET_S)
        if answer is not None and answer.status in {401, 403}:
            raise RefusedError(answer.body.get("detail") or f"the gateway answered {answer.status}")
        return answer

    def _recover(self) -> None:
        """What was being totalled when the till died was not sold: give it back."""
        memory = self.desk.memory
        for record in list(memory.holds.values()):
            key = TransactionKey.named(record["key"])
            made = release(memory.last_message + 1, key, 0, self.desk.now())
            self.desk.journal.append(made)
            memory.take(made)

    def _make_room(self, today: date) -> None:
        journal = self.desk.journal
        if journal.size_bytes > self._compact_at_bytes:
            journal.replace(self.desk.memory.kept(today=today.isoformat()))
            self._compact_at_bytes = (journal.size_bytes + journal.most_bytes) // 2
