"""A logged decision made again, from what it was made from: the same bytes, or the reason why that cannot be.

Invariant: nothing is read that was not logged, but for the campaigns in the versions that were served.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection

from offers.catalogue.compiled import compile_catalogue
from offers.decisions import store_decisions
from offers.decisions.decision_record import DecisionRecord, encode
from offers.errors import InvalidCampaignError, UnknownDecisionError
from offers.evaluation.decision import Decision
from offers.evaluation.evaluate import evaluate
from offers.marketing import store_campaigns

Outcome = Literal["same", "searched_further", "different"]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What was answered and what is answered now, as the bytes that were logged."""

    record: DecisionRecord
    again: Decision

    @property
    def outcome(self) -> Outcome:
        """Whether one byte differs; and if so, whether only because the search gets further than it did.

        A search that ran out of steps (`bounded`) may find more once its proofs are better; never less.
        """
        was, now = self.record.answer, self.again
        if encode(was) == encode(now):
            return "same"
        got_further = was.search == "bounded" and now.totals.discount >= was.totals.discount
        return "searched_further" if got_further else "different"


Gone = Literal["inputs erased", "a campaign can no longer be read"]


def replay(connection: Connection, decision_id: UUID) -> Replayed | Gone:
    """The decision made again. Raises UnknownDecisionError."""
    record = store_decisions.read(connection, decision_id)
    if record is None:
        if store_decisions.exists(connection, decision_id):
            return "inputs erased"
        raise UnknownDecisionError(f"No decision has the id {decision_id}.")
    try:
        entries = store_campaigns.entries(connection, named(record.answer), catalogue=record.answer.catalogue)
    except InvalidCampaignError:
        return "a campaign can no longer be read"
    inputs = record.inputs
    again = evaluate(
        compile_catalogue(record.answer.catalogue, entries),
        inputs.query,
        inputs.shopper,
        inputs.known,
        policy=inputs.policy,
        seed=inputs.seed,
    )
    return Replayed(record, again)


def named(decision: Decision) -> set[str]:
    """Every campaign that had a part in it. The others matched nothing, so they change nothing."""
    refused = {str(name) for one in decision.refused if (name := getattr(one, "campaign", None)) is not None}
    return (
        refused
        | {effect.campaign for effect in decision.effects}
        | {offer.campaign for offer in decision.offers}
        | {draw.campaign for draw in decision.draws}
    )
