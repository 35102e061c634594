"""What became of submissions that were taken in together, as their senders are told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.answers import Outcome, PutResult
from identity.canonical import keys
from identity.context import Context
from identity.partition import outcome, store_reviews
from identity.partition.placing import Change, Placement
from identity.reading import readers
from identity.register.drafting import Plan
from identity.register.writing import Done


def of(
    connection: Connection,
    ctx: Context,
    plans: Sequence[Plan],
    told: Collection[int],
    done: Done,
    *,
    now: datetime,
) -> list[PutResult]:
    """The result of each plan, in order. `told` are records that stay, of which something new was said."""
    written = {change.ref[:2]: change for change in done.changes}
    changes = [written[plan.drafts[-1].ref[:2]] if plan.drafts else None for plan in plans]
    came = [_number(plan, change) for plan, change in zip(plans, changes, strict=True)]
    spots = done.placement.spots
    moved = [
        number
        for number, change in zip(came, changes, strict=True)
        if number in spots and (change is not None or number in told)
    ]
    outcomes = outcome.told(moved, done.placement) if moved else {}
    return [
        _of_version(connection, ctx, plan, change, done, outcomes, now)
        if change is not None
        else _of_one_that_stays(plan, done, outcomes)
        for plan, change in zip(plans, changes, strict=True)
    ]


def unchanged(plan: Plan) -> PutResult:
    """The result where everything stays as it is stored."""
    stored = plan.stored
    assert stored is not None
    assert stored.profile is not None
    return PutResult(
        stored.id,
        stored.profile,
        Outcome.UNCHANGED,
        (),
        plan.rejected,
        stored.record_no,
        stored.ref.generation,
    )


def _number(plan: Plan, change: Change | None) -> int:
    if change is not None:
        return change.record_no
    assert plan.stored is not None
    return plan.stored.record_no


def _of_version(
    connection: Connection,
    ctx: Context,
    plan: Plan,
    change: Change,
    done: Done,
    outcomes: Mapping[int, Outcome],
    now: datetime,
) -> PutResult:
    number, placement = change.record_no, done.placement
    assert change.after is not None
    found = outcomes.get(number, Outcome.UNCHANGED)
    left_out = keys.left_out(change.after, ctx.policy)
    if left_out:
        detail = {"left_out": left_out}
        store_reviews.open_item(connection, "identifiers", number, 0, "too_many", detail, now=now)
        if found in {Outcome.NEW, Outcome.UNCHANGED} and number in placement.spots:
            found = Outcome.REVIEW
    return PutResult(
        record=change.id,
        profile=_profile(connection, number, placement),
        outcome=found,
        links=outcome.linked(change.ref, placement) if done.is_settled else (),
        rejected=plan.rejected,
        record_no=number,
        generation=change.ref.generation,
    )


def _of_one_that_stays(plan: Plan, done: Done, outcomes: Mapping[int, Outcome]) -> PutResult:
    """Its profile may have changed with its neighbours, its links are only told where it was spoken of."""
    result, placement = unchanged(plan), done.placement
    if not done.is_settled or result.record_no not in placement.spots:
        return result
    result = replace(result, profile=placement.profile_id(result.record_no))
    if result.record_no not in outcomes:
        return result
    assert plan.stored is not None
    return replace(
        result, outcome=outcomes[result.record_no], links=outcome.linked(plan.stored.ref, placement)
    )


def _profile(connection: Connection, record_no: int, placement: Placement) -> UUID:
    if record_no in placement.spots:
        return placement.profile_id(record_no)
    return readers.profile_of(connection, record_no)
