"""One sale at the till: lines, a total with offers, and the moment it is paid.

Invariant: before the gateway is asked to hold anything, the journal says that it may; before the receipt is
printed, the journal says what was given. So whenever the till dies, its journal knows what the gateway must
hear.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from o2o_client import rules
from o2o_client.forwarding import settle, stamped
from o2o_client.journal import Journal
from o2o_client.memory import Memory
from o2o_client.message import message, release
from o2o_client.transport import Transport
from o2o_client.values import Applied, Line, Tender, TransactionKey
from o2o_client.wallet import Held, Wallet


@dataclass(frozen=True, slots=True)
class Desk:
    """What all sales of one till share."""

    journal: Journal
    memory: Memory
    transport: Transport
    wallet: Wallet
    currency: str
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was sold. `is_confirmed`: the gateway has it; otherwise it waits in the journal."""

    key: TransactionKey
    lines: tuple[Line, ...]
    applied: tuple[Applied, ...]
    due_minor: int
    is_confirmed: bool
    flags: tuple[str, ...] = ()


@dataclass(slots=True)
class Sale:
    """A sale until it is paid or given up; leaving its `with` block without either gives it up."""

    desk: Desk
    key: TransactionKey
    card: str | None = None
    lines: list[Line] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    applied: tuple[Applied, ...] = ()
    redemption: str | None = None
    is_offline: bool = False
    is_answered: bool = False
    """The gateway's last word is on the lines as they are: it holds what is applied, and nothing else."""
    revision: int = 0
    is_over: bool = False

    @property
    def due_minor(self) -> int:
        """What is to be paid: lines less offers, returns subtracted."""
        whole = sum(line.amount if line.kind == "sale" else -line.amount for line in self.lines)
        return whole - sum(one.off_minor for one in self.applied)

    def add(self, line: Line) -> None:
        """One more line."""
        self.lines.append(line)

    def show(self, token: str) -> None:
        """The shopper showed a signed offer of hers."""
        self.tokens.append(token)

    def total(self) -> tuple[Applied, ...]:
        """What offers take off: the gateway's word, or what signed offers say while it cannot be asked."""
        self.revision += 1
        self.applied, self.redemption, self.is_offline, self.is_answered = (), None, False, False
        answer = None
        if not self.desk.transport.is_quiet:
            self._announce()
            answer = self.desk.transport.send("POST", "/v1/offers/query", self._question())
        if answer is not None and answer.is_final:
            self.is_answered = answer.status == 200
            if self.is_answered:
                self._take(answer.body)
        else:
            self.is_offline = True
            self.applied = tuple(rules.give([one.offer for one in self._signed()], self.lines))
        return self.applied

    def pay(self, tenders: Sequence[Tender]) -> Receipt:
        """Sold. Afterwards it is in the journal, whatever becomes of the network."""
        given: dict[str, int] = {}
        for one in self.applied:
            given[one.offer] = given.get(one.offer, 0) + one.off_minor
        is_in_doubt = self._is_held() and not self.applied and not self.is_answered
        records = [self._release()] if is_in_doubt else []
        records.append(
            message(
                self.desk.memory.last_message + 1 + len(records),
                self.key,
                "sale",
                "/v1/transactions",
                self._recorded(tenders),
                given=given,
            )
        )
        flags, confirmed = self._say(*records)
        return Receipt(self.key, tuple(self.lines), self.applied, self.due_minor, confirmed, flags)

    def give_up(self) -> None:
        """Not sold: what may be held is free again."""
        if self._is_held():
            self._say(self._release())
        self.is_over = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self.is_over:
            self.give_up()

    def _is_held(self) -> bool:
        return self.key.name in self.desk.memory.holds

    def _announce(self) -> None:
        record = {"t": "hold", "key": self.key.name}
        if not self._is_held():
            self.desk.journal.append(record)
        self.desk.memory.take(record)

    def _question(self) -> dict[str, Any]:
        return {
            "transaction": self.key.document(),
            "revision": self.revision,
            "mode": "reserve",
            "channel": "till",
            "shoppers": self._shoppers(),
            "basket": self._basket(),
        }

    def _take(self, body: dict[str, Any]) -> None:
        """The amounts that are held, with the words of the effects."""
        held = body.get("redemption") or {"id": None, "items": []}
        self.redemption = held["id"]
        effects = {(one["offer"], one["line"]): one for one in body["effects"]}
        found = []
        for item in held["items"]:
            effect = effects.get((item["offer"], item["line"]))
            if item["granted"] and effect is not None:
                found.append(_applied(item, effect))
        self.applied = tuple(found)

    def _signed(self) -> list[Held]:
        """Anybody's offers, and those of hers that her card proves."""
        desk, at, store = self.desk, self.desk.now(), self.key.store
        found = desk.wallet.live(at, store=store, currency=desk.currency)
        for token in self.tokens:
            own = desk.wallet.read(token, at, store=store, currency=desk.currency)
            if own is not None and own.offer.is_of(self.card or ""):
                found.append(own)
        return found

    def _recorded(self, tenders: Sequence[Tender]) -> dict[str, Any]:
        used = {one.offer for one in self.applied}
        tokens = (
            [held.token for held in self._signed() if held.offer.offer in used] if self.is_offline else []
        )
        return {
            "transaction": self.key.document(),
            "kind": "sale",
            "occurred_at": self.desk.now().isoformat(),
            "shoppers": self._shoppers(),
            "basket": self._basket(),
            "tenders": [tender.document() for tender in tenders],
            "redemption": self.redemption,
            "applied": [one.document() for one in self.applied],
            "offline": self.is_offline and bool(self.applied),
            "tokens": tokens,
        }

    def _shoppers(self) -> list[dict[str, Any]]:
        return [{"scan": self.card}] if self.card else []

    def _basket(self) -> dict[str, Any]:
        return {
            "currency": self.desk.currency,
            "complete": True,
            "lines": [line.document() for line in self.lines],
        }

    def _release(self) -> dict[str, Any]:
        number, now = self.desk.memory.last_message + 1, self.desk.now()
        return release(number, self.key, self.revision, now)

    def _say(self, *messages: dict[str, Any]) -> tuple[tuple[str, ...], bool]:
        """Write down first, then try once. Returns flags, and whether the gateway has the last one."""
        self.desk.journal.append(*messages)
        self.is_over = True
        for record in messages:
            self.desk.memory.take(record)
        flags: tuple[str, ...] = ()
        for record in messages:
            if self.desk.transport.is_quiet or next(iter(self.desk.memory.waiting)) != record["id"]:
                return (), False  # what happened before goes first
            body = stamped(record, self.desk.now())
            answer = self.desk.transport.send("POST", record["path"], body)
            if answer is None or not answer.is_final:
                return (), False
            flags = settle(self.desk.journal, self.desk.memory, record, answer)
        return flags, messages[-1]["id"] not in self.desk.memory.aside


def _applied(item: dict[str, Any], effect: dict[str, Any]) -> Applied:
    return Applied(
        offer=item["offer"],
        line=item["line"],
        amount=item["granted"],
        quantity=effect["quantity"],
        text=effect["receipt_text"],
        unit="points" if effect["type"] == "points" else "money",
    )
