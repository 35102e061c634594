"""What offers hold about a person: everything of it, and forgetting it.

Invariant: money stays to the cent. What was redeemed and sold is kept without a name; wants, inputs of
decisions, tokens and means of payment go.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from offers import store_held
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


def forget(connection: Connection, record_nos: Sequence[int]) -> None:
    """Forget records that were erased, and the offers they were given to take along."""
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
