"""The life of a redemption: reserved, committed, voided, reversed, and what each step answers when it comes
again.

Invariant: one redemption per transaction. A step asked again with the same content gets its first answer for
ever; with other content it is refused with what is stored. Every step locks the redemption first, then the
person, then capacity.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from offers.errors import (
    AlreadyVoidedError,
    OffersError,
    RedemptionStateError,
    StaleRevisionError,
    TransactionConflictError,
)
from offers.model import TransactionKey
from offers.points import account
from offers.redemptions import ledger_view, store_redemptions
from offers.redemptions.redemption import Operation, Redemption, Refused
from offers.redemptions.store_redemptions import Booked

WHOLE_TRANSACTION: Final = 2**31 - 1
"""The revision of a void that names none: nothing of this transaction may be reserved any more."""

_REDEMPTION: Final = msgspec.json.Decoder(Redemption)
"""Made here once: two threads that make one at the same time crash the process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call of a till. `digest` is of what was asked, so that the same can be told from other content."""

    key: TransactionKey
    store_no: int
    operation: Operation
    revision: int
    digest: bytes
    happened_at: datetime
    now: datetime
    new_id: Callable[[], UUID]


@dataclass(frozen=True, slots=True)
class Opened:
    """A locked redemption that a step may go on with; `fresh` when the step made it. `catalogue` is the
    version that was current then, None where it was not asked for.
    """

    held: Booked
    fresh: bool
    catalogue: int | None = None


def digest_of(content: object) -> bytes:
    """What tells the same content from other content: SHA-256, of its JSON when it is not bytes already."""
    return hashlib.sha256(content if isinstance(content, bytes) else msgspec.json.encode(content)).digest()


def kept(answer: Redemption) -> str:
    """An answer as it is kept to be given again."""
    return msgspec.json.encode(answer).decode()


def begin_reserve(connection: Connection, step: Step, **values: Any) -> Opened | Redemption | Refused:
    """The redemption to reserve for, with these values; or the first answer, or why not."""
    opened = open_or_make(connection, step, "reserved", **values)
    if opened.fresh:
        return opened
    answer = first_answer(connection, step, opened.held) or _refuse_reserve(connection, step, opened.held)
    if answer is not None:
        return answer
    changes = {"revision": step.revision, "state": "reserved", "received_at": step.now, **values}
    store_redemptions.change(connection, opened.held.redemption_no, **changes)
    return opened


def void(connection: Connection, step: Step) -> Redemption | Refused:
    """Give back what is held. A void that overtook its reserve leaves a tombstone for it to find."""
    opened = open_or_make(connection, step, "voided")
    held = opened.held
    if held.state in {"committed", "reversed"}:
        more = "; reverse it instead" if held.state == "committed" else " already"
        return refuse(connection, step, held, RedemptionStateError(f"It is {held.state}{more}."))
    if held.state == "reserved":
        give_back(connection, held, step, "voided")
    replayed = not opened.fresh and held.state == "voided" and held.revision >= step.revision
    return _moved(connection, held, step, "voided", replayed=replayed)


def reverse(connection: Connection, step: Step) -> Redemption | Refused:
    """Undo a whole sale, also one whose commit has not come yet."""
    opened = open_or_make(connection, step, "reversed")
    held = opened.held
    if held.state == "committed":
        rows = store_redemptions.items(connection, held.redemption_no)
        give_back(connection, held, step, "reversed")
        earned = {
            row.item: row.granted_minor - row.returned_minor
            for row in rows
            if row.unit == "points" and row.state == "committed"
        }
        account.undo(connection, held.redemption_no, earned, now=step.now)
    elif held.state != "reversed":
        give_back(connection, held, step, "reversed")
    return _moved(connection, held, step, "reversed", replayed=held.state == "reversed" and not opened.fresh)


def open_or_make(connection: Connection, step: Step, state: str, **values: Any) -> Opened:
    """The transaction's redemption, locked; made in this state when there is none."""
    made = Booked(0, step.new_id(), step.revision, state, values.get("decision"), values.get("record_no"),
                  values.get("expires_at"), tuple(values.get("flags", ())))  # fmt: skip
    new = store_redemptions.make(
        connection,
        step.store_no,
        step.key,
        redemption_id=made.id,
        revision=step.revision,
        state=state,
        occurred_at=step.happened_at,
        received_at=step.now,
        **values,
    )
    if new is not None:
        return Opened(made._replace(redemption_no=new.redemption_no), fresh=True, catalogue=new.catalogue)
    held = store_redemptions.lock(connection, step.store_no, step.key)
    assert held is not None, "redemptions are never deleted"
    return Opened(held, fresh=False)


def first_answer(connection: Connection, step: Step, held: Booked) -> Redemption | Refused | None:
    """What this step was answered the first time, or the refusal of other content; None when it is new."""
    called = store_redemptions.call(connection, held.redemption_no, step.operation, _called(step))
    if called is None:
        return None
    digest, answer = called
    if digest != step.digest:
        return refuse(connection, step, held, TransactionConflictError())
    return replace(_REDEMPTION.decode(answer), replayed=True)


def keep_answer(connection: Connection, step: Step, redemption_no: int, answer: Redemption) -> Redemption:
    """Keep an answer as the one to give again, and give it."""
    store_redemptions.add_call(
        connection,
        redemption_no,
        step.operation,
        _called(step),
        digest=step.digest,
        answer=kept(answer),
        at=step.now,
    )
    return answer


def commit_with_answer(
    connection: Connection, step: Step, redemption_no: int, answer: Redemption
) -> Redemption:
    """Make a redemption final and keep its answer, in one statement: whoever wants the same limits waits."""
    store_redemptions.commit_with_call(
        connection,
        redemption_no,
        flags=answer.flags,
        happened_at=step.happened_at,
        digest=step.digest,
        answer=kept(answer),
        at=step.now,
    )
    return answer


def refuse(connection: Connection, step: Step, held: Booked, error: OffersError) -> Refused:
    """A refusal with what is stored."""
    return Refused(error, ledger_view.show(connection, held, step.key, now=step.now))


def give_back(connection: Connection, held: Booked, step: Step, state: Literal["voided", "reversed"]) -> None:
    """Return all that a locked redemption holds or used to the limits it was booked in."""
    store_redemptions.take(
        connection,
        held.redemption_no,
        (),
        is_fresh=False,
        store_no=step.store_no,
        business_day=step.key.business_day,
        currency="",
        used_at=step.now,
        now=step.now,
        expires_at=None,
        facts=False,
        record_no=None,
    )
    store_redemptions.set_items(connection, held.redemption_no, state, was=("reserved", "committed"))


def _refuse_reserve(connection: Connection, step: Step, held: Booked) -> Refused | None:
    if held.state in {"voided", "reversed"} and step.revision <= held.revision:
        return refuse(connection, step, held, AlreadyVoidedError())
    if held.state in {"committed", "reversed"}:
        return refuse(connection, step, held, RedemptionStateError(f"It is {held.state} already."))
    if step.revision < held.revision:
        return refuse(connection, step, held, StaleRevisionError())
    return None


def _moved(connection: Connection, held: Booked, step: Step, state: str, *, replayed: bool) -> Redemption:
    after = held._replace(state=state, revision=max(held.revision, step.revision), expires_at=None)
    if (after.state, after.revision) != (held.state, held.revision):
        store_redemptions.change(
            connection, held.redemption_no, state=state, revision=after.revision, expires_at=None
        )
    return replace(ledger_view.show(connection, after, step.key, now=step.now), replayed=replayed)


def _called(step: Step) -> int:
    # A transaction is reserved once for each revision of its basket; it is committed once.
    return step.revision if step.operation == "reserve" else 0
