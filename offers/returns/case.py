"""A sale and what comes back of it, with all that deciding about it needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from offers.context import Context
from offers.decisions import store_decisions
from offers.decisions.decision_record import DecisionRecord
from offers.errors import InvalidCampaignError
from offers.marketing import store_campaigns
from offers.money import spread
from offers.redemptions import store_redemptions
from offers.redemptions.redemption import ReturnPolicy
from offers.redemptions.store_redemptions import Booked
from offers.returns import kept, store
from offers.returns.kept import Kept
from offers.returns.model import Return
from offers.returns.refund import Brought, Sold
from offers.returns.store import Past


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A locked sale. `items` are its granted ones, `brought` has a line for all that ever came back, `kept`
    is there when the policy is to claw back and the decision can be made again.
    """

    held: Booked
    items: Sequence[Any]
    sold: Mapping[str, Sold]
    brought: Mapping[str, Brought]
    policy: ReturnPolicy
    kept: Kept | None
    flags: frozenset[str]


def gather(connection: Connection, ctx: Context, held: Booked, asked: Return, store_no: int) -> Case:
    """The case of a return from a locked sale."""
    record = store_decisions.read(connection, held.decision) if held.decision is not None else None
    rows = store_redemptions.items(connection, held.redemption_no)
    items = [row for row in rows if row.state in {"committed", "returned"}]
    sold = _sold(connection, record, items, store_no, asked)
    flags = set[str]() if sold else {"no_receipt"}
    brought = _brought(sold, store.past(connection, held.redemption_no), asked, flags)
    policy = record.inputs.policy.returns if record is not None else ctx.policy.returns
    again = _kept(connection, record, brought) if policy == "clawback" and sold else None
    return Case(
        held=held,
        items=items,
        sold=sold,
        brought=brought,
        policy="clawback" if again is not None else "prorated",
        kept=again,
        flags=frozenset(flags),
    )


def _brought(
    sold: Mapping[str, Sold], past: Mapping[str, Past], asked: Return, flags: set[str]
) -> dict[str, Brought]:
    """What came back of each line before and comes back now: no more than was sold, where that is known."""
    now: dict[str, int] = {}
    for one in asked.lines:
        now[one.line] = now.get(one.line, 0) + one.quantity_milli
    found = {}
    for name in past.keys() | now.keys():
        before = past.get(name, Past(0, 0))
        asked_milli = now.get(name, 0)
        room = asked_milli
        if sold:
            room = sold[name].quantity_milli - before.quantity_milli if name in sold else 0
        if asked_milli > room:
            flags.add("returned_beyond_sale")
        found[name] = Brought(
            line=name,
            before_milli=before.quantity_milli,
            now_milli=min(asked_milli, max(room, 0)),
            refunded_minor=before.refunded_minor,
        )
    return found


def _sold(
    connection: Connection, record: DecisionRecord | None, items: Sequence[Any], store_no: int, asked: Return
) -> dict[str, Sold]:
    """The lines of the sale: as they were recorded, else as they were evaluated."""
    lines = store.recorded_lines(connection, store_no, asked.sale)
    if not lines and record is not None:
        lines = {line.line: (line.quantity_milli, line.amount_minor) for line in kept.lines_of(record.inputs)}
    off = dict.fromkeys(lines, 0)
    for item in items:
        if item.unit == "money" and item.line in off:
            off[item.line] += item.granted_minor
        elif item.unit == "money":  # off the whole basket: each line bears its part
            parts = spread(item.granted_minor, [amount for _, amount in lines.values()])
            for name, part in zip(lines, parts, strict=True):
                off[name] += part
    return {
        name: Sold(line=name, quantity_milli=quantity, amount_minor=amount, off_minor=off.get(name, 0))
        for name, (quantity, amount) in lines.items()
    }


def _kept(
    connection: Connection, record: DecisionRecord | None, brought: Mapping[str, Brought]
) -> Kept | None:
    """The decision made again; None where it cannot be (erased, or a campaign no longer reads)."""
    if record is None:
        return None
    try:
        entries = store_campaigns.entries(
            connection, kept.took_part(record), catalogue=record.answer.catalogue
        )
    except InvalidCampaignError:
        return None
    back = {one.line: one.in_all_milli for one in brought.values()}
    return kept.evaluate_kept(record, entries, back)
