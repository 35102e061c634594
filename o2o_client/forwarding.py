"""Sending what waits in the journal, in the order in which it happened, until it is answered.

Invariant: a message leaves the journal's queue only with the gateway's word about it. What the gateway
refuses for good is set aside with its reason, for a person; it is never dropped and never blocks what comes
after it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from o2o_client.errors import RefusedError
from o2o_client.journal import Journal
from o2o_client.memory import Memory
from o2o_client.transport import Answer, Transport

SEND_BUDGET_S = 5.0
"""Nobody stands at the till and waits for this."""


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What became of the queue. `flagged` are sent and say why a person should look: (key, flags)."""

    sent: int
    waiting: int
    aside: int
    flagged: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def is_reconciled(self) -> bool:
        """Whether the gateway has all that this till ever said."""
        return not self.waiting and not self.aside


def forward(
    journal: Journal, memory: Memory, transport: Transport, *, now: Callable[[], datetime]
) -> Forwarded:
    """Send what waits. Stops at the first message without an answer. Raises RefusedError for a bad key."""
    sent = 0
    flagged: list[tuple[str, tuple[str, ...]]] = []
    for number in list(memory.waiting):
        message = memory.waiting[number]
        answer = transport.send("POST", message["path"], stamped(message, now()), budget_s=SEND_BUDGET_S)
        if answer is not None and answer.status in {401, 403}:
            raise RefusedError(answer.body.get("detail") or f"the gateway answered {answer.status}")
        if answer is None or not answer.is_final:
            break
        flags = settle(journal, memory, message, answer)
        sent += number not in memory.aside
        if flags:
            flagged.append((message["key"], flags))
    return Forwarded(sent, len(memory.waiting), len(memory.aside), tuple(flagged))


def settle(journal: Journal, memory: Memory, message: dict[str, Any], answer: Answer) -> tuple[str, ...]:
    """Keep the gateway's word about a message; return why a person should look at it."""
    if answer.status >= 400:
        record = {
            "t": "aside",
            "id": message["id"],
            "status": answer.status,
            "code": answer.body.get("code"),
            "detail": answer.body.get("detail"),
            "out": message,
        }
    else:
        record = {"t": "done", "id": message["id"], "status": answer.status}
    journal.append(record)
    memory.take(record)
    return tuple(answer.body.get("flags") or ())


def stamped(message: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The message's body with the till's clock as it sends, so that a wrong clock can be corrected."""
    body: dict[str, Any] = message["body"]
    return {**body, "sent_at": now.isoformat()} if message["clocked"] else body
