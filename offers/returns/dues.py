"""What a return is worth: money to the shopper, and to each offer what it gave. Pure."""

from typing import Any

from offers.redemptions.redemption import ReturnedLine
from offers.returns import refund
from offers.returns.case import Case
from offers.returns.model import Return
from offers.returns.store import Back


def due(case: Case, asked: Return) -> tuple[ReturnedLine, ...]:
    """What is due for each line that comes back now, beside what the till says it paid out."""
    known = [one for one in case.brought.values() if one.line in case.sold]
    if case.kept is not None:
        due = refund.clawback(case.sold, known, kept_minor=case.kept.cost_minor)
    else:
        due = refund.prorated(case.sold, [one for one in known if one.now_milli])
    stated: dict[str, int] = {}
    for one in asked.lines:
        if one.refunded_minor is not None:
            stated[one.line] = stated.get(one.line, 0) + one.refunded_minor
    return tuple(
        ReturnedLine(
            line=name,
            quantity_milli=one.now_milli,
            due_minor=due.get(name),
            refunded_minor=stated.get(name, due.get(name, 0)),
        )
        for name, one in sorted(case.brought.items())
        if one.now_milli
    )


def backs(case: Case) -> list[Back]:
    """What each item gives back: all of it when nothing of it is left, so that its use is free again."""
    found = []
    for row in case.items:
        in_all = _given_up(case, row)
        whole = in_all >= row.granted_minor
        back = max(0, in_all - row.returned_minor)
        if row.state == "committed" and (back or whole):
            found.append(Back(row.item, back, whole))
    return found


def _given_up(case: Case, row: Any) -> int:
    """What an item has given up in all, when this return is booked."""
    granted: int = row.granted_minor
    if case.sold and row.line not in case.sold:
        return _given_up_in_all(case, row)
    one = case.brought.get(row.line)
    in_all_milli = one.in_all_milli if one is not None else 0
    quantity_milli = case.sold[row.line].quantity_milli if row.line in case.sold else row.quantity_milli
    if in_all_milli >= quantity_milli:
        return granted
    if case.kept is not None:
        return granted - min(granted, case.kept.given.get((row.offer, row.line), 0))
    return refund.share(granted, in_all_milli, quantity_milli)


def _given_up_in_all(case: Case, row: Any) -> int:
    """What an item of the whole basket has given up: as much of it as came back of the goods."""
    granted: int = row.granted_minor
    if case.kept is not None:
        return granted - min(granted, case.kept.given.get((row.offer, row.line), 0))
    worth = sum(line.amount_minor for line in case.sold.values())
    back = sum(
        refund.share(case.sold[name].amount_minor, one.in_all_milli, case.sold[name].quantity_milli)
        for name, one in case.brought.items()
        if name in case.sold
    )
    return granted if back >= worth else refund.share(granted, back, worth)
