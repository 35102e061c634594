"""What offers hold about a person: everything of it, and forgetting it.

Invariant: money stays to the cent. What was redeemed and sold is kept without a name; wants, inputs of
decisions, tokens and means of payment go. Other processes may be writing down what they just answered her, so
what was forgotten is forgotten once more a little later.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from offers import store_forgotten, store_held
from offers.codes import store as store_codes
from offers.decisions import store_decisions
from offers.decisions.decision_record import decode_answer
from offers.experiments import store as store_experiments
from offers.interests import interest
from offers.points import account
from offers.preferences import store as store_preferences
from offers.redemptions import store_people
from offers.segments import store as store_segments
from offers.showings import service as showings
from offers.take_along import tokens

AGAIN: Final = timedelta(minutes=1)
"""By then a query that was under way when she was erased is answered, logged and read by whatever learns."""

AT_ONCE: Final = 1_000


def forget(connection: Connection, record_nos: Sequence[int], *, now: datetime) -> None:
    """Forget records that were erased, and the offers they were given to take along."""
    _forget(connection, record_nos)
    store_forgotten.add(connection, record_nos, again_at=now + AGAIN)


def forget_again(connection: Connection, *, now: datetime) -> list[int]:
    """Forget what was still under way when records were forgotten; which these are, at most AT_ONCE."""
    record_nos = store_forgotten.take(connection, now=now, most=AT_ONCE)
    if record_nos:
        _forget(connection, record_nos)
    return record_nos


def _forget(connection: Connection, record_nos: Sequence[int]) -> None:
    interest.forget(connection, record_nos)
    store_preferences.forget(connection, record_nos)
    store_decisions.erase_inputs(connection, record_nos)
    store_people.forget(connection, record_nos)
    account.forget(connection, record_nos)
    store_codes.forget(connection, record_nos)
    store_segments.forget(connection, record_nos)
    store_experiments.forget(connection, record_nos)
    showings.forget(connection, record_nos)
    tokens.forget(connection, record_nos)


def export(connection: Connection, record_nos: Sequence[int]) -> dict[str, list[dict[str, Any]]]:
    """What is held about these records, but wants and preferences: a door tells those in its own words."""
    found = store_held.held(connection, record_nos)
    for decision in found["decisions"]:
        answer = decode_answer(bytes(decision.pop("answer")))
        decision["offers"] = [offer.offer for offer in answer.offers]
        decision["applied"] = sorted({effect.offer for effect in answer.effects})
    return found
