"""How a person came together, and what speaks for and against two records being one shopper.

It is computed anew by the rules that joined them, never remembered, so it cannot disagree with what is stored
for longer than a change takes to settle.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.context import Context
from identity.model import Record, RecordKey
from identity.partition import pieces, quality
from identity.partition.cluster import Resolution
from identity.partition.links import Link
from identity.partition.pieces import Piece
from identity.partition.quality import Quality
from identity.partition.sight import Sight
from identity.partition.veto import Refusal
from identity.partition.view import View
from identity.reading import explain
from identity.reading.explain import Weights
from identity.scoring import active
from identity.scoring.weigh import UNITS_PER_BIT


def how(connection: Connection, ctx: Context, profile: UUID, numbers: tuple[int, ...]) -> dict[str, Any]:
    """The joins of the person that these records make, in order, and the links that were refused."""
    sight, view = _look(connection, ctx, numbers)
    person = {sight.ref_of[number] for number in numbers if number in sight.ref_of}
    piece, resolution = _resolved(view, next(iter(person)), sight.ctx)
    joins = [join for join in resolution.joins if join.link.left in person]
    refused = [
        match for match in resolution.matches if not person.isdisjoint((match.link.left, match.link.right))
    ]
    return {
        "profile": str(profile),
        "records": [_told(sight, ref) for ref in sorted(person)],
        "joins": [
            {
                **_link(sight, join.link),
                "weight_bits": round(join.weight / UNITS_PER_BIT, 4),  # in pass 2 that of the pooled values
                "stage": join.stage,
                "step": step,
                "reason": explain.joined(join),
            }
            for step, join in enumerate(joins, start=1)
        ],
        "refused": [{**_link(sight, match.link), **_refusal(match.refusal)} for match in refused],
        "given_up": list(piece.dropped),
        "quality": _quality(quality.measure(person, piece.links), sight),
    }


Show = Callable[[str], str]
"""How a value is shown to whoever asks: as it is, or masked."""


def why(
    connection: Connection, ctx: Context, left_no: int, right_no: int, *, show: Show | None = None
) -> dict[str, Any]:
    """Whether two live records are one person, what links them, and what forbids it.

    The values that were compared are only told when somebody says how to show them.
    """
    sight, view = _look(connection, ctx, (left_no, right_no))
    left, right = sight.ref_of[left_no], sight.ref_of[right_no]
    linked = view.around([left, right])
    piece, resolution = _resolved(view, left, sight.ctx)
    groups = [group for group in resolution.groups if left in group or right in group]
    members = view.read_members([left, right])
    both = set(view.keys_of(left)) & set(view.keys_of(right))
    sight.read_forces(both)  # records that keep their links are told from them, and nobody asked about keys
    dead = {key for key in both if not view.posts.is_live(key)}
    told = explain.why(
        members[left],
        members[right],
        link=next((each for each in linked if {each.left, each.right} == {left, right}), None),
        dead=dead,
        bench=sight.bench(),
        model=sight.ctx.model,
        policy=ctx.policy,
    )
    return {
        "left": _told(sight, left),
        "right": _told(sight, right),
        "same_person": any(left in group and right in group for group in groups),
        "in_one_piece": right in piece.members,
        "verdict": told.verdict,
        "link": _link(sight, told.link) if told.link else None,
        "shared": [{"type": key.type, "live": key not in dead} for key in sorted(both)],
        "veto": _refusal(told.refusal) if told.refusal else None,
        "evidence": [
            {"attribute": each.attribute, "speaks": each.speaks, "reason": each.sentence}
            | _values(each.values, show)
            for each in told.evidence
        ],
        "weights": _waterfall(told.weights, show),
    }


def _waterfall(weights: Weights, show: Show | None) -> dict[str, Any]:
    """The weights, each with the sum that it leads to."""
    total, steps = weights.prior_bits, []
    for each in weights.steps:
        total += each.bits
        step = {
            "attribute": each.attribute,
            "level": each.level,
            "bits": round(each.bits, 4),
            "sum_bits": round(total, 4),
            "reason": each.sentence,
        }
        steps.append(step | _values(each.values, show))
    return {
        "prior_bits": round(weights.prior_bits, 4),
        "steps": steps,
        "total_bits": round(weights.total_bits, 4),
        "join_bits": round(weights.join_bits, 4),
        "review_bits": round(weights.review_bits, 4),
        "reached": weights.reached,
    }


def _values(values: tuple[str, ...], show: Show | None) -> dict[str, Any]:
    return {} if show is None else {"values": [show(value) for value in values]}


def _look(connection: Connection, ctx: Context, numbers: tuple[int, ...]) -> tuple[Sight, View]:
    sight = Sight(connection, active.bound(connection, ctx))
    sight.read_records(numbers)
    return sight, View(sight, {}, set())


def _resolved(view: View, ref: RecordKey, ctx: Context) -> tuple[Piece, Resolution]:
    piece = pieces.find(ref, view.around, pieces.ladder(ctx.model, ctx.policy))
    return piece, view.resolve(piece)


def _quality(found: Quality, sight: Sight) -> dict[str, Any]:
    return {
        "records": found.size,
        "density": round(found.density, 4),
        "bridges": [_link(sight, link) for link in found.bridges],
        "doubt": found.doubt,
    }


def _told(sight: Sight, ref: RecordKey) -> dict[str, Any]:
    row = sight.rows[ref]
    record: Record = sight.records[ref]
    return {"record": str(row.id), "source": ref.source, "channel": row.channel, "stub": record.stub}


def _link(sight: Sight, link: Link) -> dict[str, Any]:
    return {
        "left": str(sight.rows[link.left].id),
        "right": str(sight.rows[link.right].id),
        "basis": link.basis,
        "strength": link.strength.name.lower(),
        "weight_bits": round(link.weight / UNITS_PER_BIT, 4),
    }


def _refusal(refusal: Refusal) -> dict[str, Any]:
    return {"rule": refusal.rule, "reason": refusal.sentence}
