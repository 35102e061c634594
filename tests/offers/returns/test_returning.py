"""Goods that come back: what is due, what limits get back, and each step again."""

from dataclasses import replace
from typing import Any, Literal

import pytest
from sqlalchemy import text

from offers import service
from offers.context import Context
from offers.errors import (
    RedemptionStateError,
    ReturnBeyondSaleError,
    TransactionConflictError,
    UnknownRedemptionError,
)
from offers.marketing.campaign import Conditions
from offers.marketing.campaign_rewards import AmountOff
from offers.marketing.limits import Kind
from offers.model import Line, TransactionKey
from offers.money import Money
from offers.redemptions.redemption import Applied, Clocks, Recorded, Redemption, Refused, Returned, Sale
from offers.returns.model import ReturnLine
from tests.offers.floor import NOW, Till, applied, campaign, capacities, key, limited, shopper, unbalanced

THREE = (
    Line("1", "sale", None, "A", None, 3000, "each", 3000),
    Line("2", "sale", None, "B", None, 1000, "each", 7000),
)


def _returned(found: object) -> Returned:
    assert isinstance(found, Returned), found
    return found


def _sold(till: Till, **options: Any) -> Redemption:
    held = till.reserve(**options)
    done = till.commit(held)
    assert isinstance(done, Redemption)
    return done


def _clawing(till: Till) -> Till:
    ctx: Context = replace(till.ctx, policy=replace(till.ctx.policy, returns="clawback"))
    return Till(till.connection, ctx)


def test_a_part_of_a_line_gives_its_share_back(till: Till) -> None:
    """Of three pieces at 10.00 less 10 percent one comes back: 9.00 are due, 1.00 of budget is free again."""
    limited(till.connection, total=1, budget=(Money(10_000, "EUR"),))
    done = _sold(till, lines=THREE)
    back = _returned(till.give_back(done, ReturnLine("1", 1000)))
    assert [(one.due_minor, one.refunded_minor) for one in back.lines] == [(900, 900)]
    assert back.redemption.state == "committed"
    assert [item.returned_minor for item in back.redemption.items] == [100, 0]
    left = capacities(till.connection)
    assert left["tenth", Kind.BUDGET, "EUR"] == (10_000, 900, 0)
    assert left["tenth", Kind.USES, ""] == (1, 1, 0)
    assert unbalanced(till.connection) == []


def test_when_everything_came_back_the_use_is_free_again(till: Till) -> None:
    """In however many steps, the last one gives the use back, to the limit and to the person."""
    limited(till.connection, total=1, per_profile=1, budget=(Money(10_000, "EUR"),))
    done = _sold(till, lines=THREE, who=shopper(10))
    for line in (ReturnLine("1", 2000), ReturnLine("2", 1000)):
        assert _returned(till.give_back(done, line)).redemption.state == "committed"
        assert till.answer(who=shopper(10)).decision.effects == ()
    last = _returned(till.give_back(done, ReturnLine("1", 1000)))
    assert last.redemption.state == "returned"
    assert set(capacities(till.connection).values()) == {(1, 0, 0), (10_000, 0, 0)}
    assert unbalanced(till.connection) == []
    assert len(till.answer(who=shopper(10)).decision.effects) == 1


def test_a_return_gives_back_what_went_over_first(till: Till) -> None:
    """Of 1.00 that was half over a budget, 0.80 come back: all of the over, the rest of the taken."""
    limited(till.connection, budget=(Money(150, "EUR"),))
    till.commit(till.reserve())
    done = till.use(key(), Applied("tenth.1", "1", 1000, 100), offline=True)
    assert isinstance(done, Redemption)
    assert capacities(till.connection)["tenth", Kind.BUDGET, "EUR"] == (150, 150, 50)
    service.record_transaction(
        till.connection,
        till.ctx,
        Sale(
            transaction=done.transaction,
            kind="sale",
            currency="EUR",
            lines=({"line": "1", "quantity": "5", "amount": 1000},),
            redemption=done.id,
            applied=tuple(applied(done)),
        ),
        Clocks(received_at=NOW, occurred_at=NOW),
    )
    _returned(till.give_back(done, ReturnLine("1", 4000)))
    assert capacities(till.connection)["tenth", Kind.BUDGET, "EUR"] == (150, 120, 0)
    assert unbalanced(till.connection) == []


def test_the_same_return_again_gets_the_first_answer(till: Till) -> None:
    """A till that lost the answer gets it again, and nothing comes back twice."""
    limited(till.connection, budget=(Money(1_000, "EUR"),))
    done = _sold(till, lines=THREE)
    number = key()
    first = _returned(till.give_back(done, ReturnLine("1", 1000), transaction=number))
    again = _returned(till.give_back(done, ReturnLine("1", 1000), transaction=number))
    assert again == replace(first, replayed=True)
    other = till.give_back(done, ReturnLine("1", 2000), transaction=number)
    assert isinstance(other, Refused)
    assert isinstance(other.error, TransactionConflictError)


def test_no_more_comes_back_than_was_sold(till: Till) -> None:
    """Also not in two steps, and no line that was not sold."""
    campaign(till.connection)
    done = _sold(till, lines=THREE)
    _returned(till.give_back(done, ReturnLine("1", 2000)))
    for line in (ReturnLine("1", 2000), ReturnLine("9", 1000)):
        refused = till.give_back(done, line)
        assert isinstance(refused, Refused)
        assert isinstance(refused.error, ReturnBeyondSaleError)


def test_only_what_was_sold_comes_back(till: Till) -> None:
    """Not what is held, given up or cancelled as a whole; and nothing of a sale nobody knows."""
    campaign(till.connection)
    held = till.reserve()
    for is_voided in (False, True):
        if is_voided:
            till.void(held.transaction)
        refused = till.give_back(held, ReturnLine("1", 1000))
        assert isinstance(refused, Refused)
        assert isinstance(refused.error, RedemptionStateError)
    with pytest.raises(UnknownRedemptionError):
        till.give_back(replace(held, transaction=key()), ReturnLine("1", 1000))


def test_a_refund_that_differs_is_booked_and_flagged(till: Till) -> None:
    """The money has left the drawer; the report shows it. What is due next takes it into account."""
    campaign(till.connection)
    done = _sold(till, lines=THREE)
    first = _returned(till.give_back(done, ReturnLine("1", 1000, 1000)))
    assert (first.lines[0].due_minor, first.lines[0].refunded_minor, first.flags) == (
        900,
        1000,
        ("refund_differs",),
    )
    assert _returned(till.give_back(done, ReturnLine("1", 1000))).lines[0].due_minor == 800


def test_a_rehearsal_says_what_is_due_and_books_nothing(till: Till) -> None:
    """The till asks before it opens the drawer."""
    limited(till.connection, budget=(Money(1_000, "EUR"),))
    done = _sold(till, lines=THREE)
    said = _returned(till.give_back(done, ReturnLine("1", 3000), dry_run=True))
    assert said.lines[0].due_minor == 2700
    assert capacities(till.connection)["tenth", Kind.BUDGET, "EUR"] == (1000, 1000, 0)
    assert till.connection.execute(text("SELECT count(*) FROM offers.sale_return")).scalar() == 0


def test_with_clawback_the_rest_is_priced_by_itself(till: Till) -> None:
    """20.00 off from 100.00 on: without the 70.00 the 30.00 cost 30.00, so 50.00 of the 80.00 are due."""
    shop = _clawing(till)
    campaign(
        till.connection,
        reward=AmountOff((Money(2000, "EUR"),), "basket"),
        conditions=Conditions(minimum_spend=(Money(10_000, "EUR"),)),
    )
    done = _sold(shop, lines=THREE)
    assert sum(item.granted_minor for item in done.items) == 2000
    back = _returned(shop.give_back(done, ReturnLine("2", 1000)))
    assert (back.policy, back.lines[0].due_minor) == ("clawback", 5000)
    assert back.redemption.state == "returned"
    rest = _returned(shop.give_back(done, ReturnLine("1", 3000)))
    assert rest.lines[0].due_minor == 3000


def test_an_exchange_is_a_return_and_a_sale_of_one_transaction(till: Till) -> None:
    """What comes back frees its use, and the same receipt may take it again."""
    limited(till.connection, total=1, budget=(Money(1_000, "EUR"),))
    done = _sold(till, lines=THREE)
    _report(
        till,
        done.transaction,
        tuple(applied(done)),
        [{"line": "1", "quantity": "3", "amount": 3000}, {"line": "2", "quantity": "1", "amount": 7000}],
    )
    named = {**_named(done), "business_day": done.transaction.business_day.isoformat()}
    lines = [
        {
            "line": "1",
            "kind": "return",
            "quantity": "3",
            "amount": 2700,
            "return_of": {"transaction": named, "line": "1"},
        },
        {
            "line": "2",
            "kind": "return",
            "quantity": "1",
            "amount": 6300,
            "return_of": {"transaction": named, "line": "2"},
        },
        {"line": "3", "kind": "sale", "quantity": "1", "amount": 500},
    ]
    swap = key()
    recorded = _report(till, swap, (Applied("tenth.1", "3", 1000, 50),), lines)
    assert [one.redemption.state for one in recorded.returns] == ["returned"]
    assert recorded.redemption is not None
    assert [item.granted_minor for item in recorded.redemption.items] == [50]
    assert "over_limit" not in recorded.flags
    assert capacities(till.connection)["tenth", Kind.USES, ""] == (1, 1, 0)
    assert capacities(till.connection)["tenth", Kind.BUDGET, "EUR"] == (1000, 50, 0)
    assert unbalanced(till.connection) == []
    assert _report(till, swap, (Applied("tenth.1", "3", 1000, 50),), lines).replayed


def test_a_return_that_is_cancelled_is_flagged(till: Till) -> None:
    """The goods are not sold again by that: a person must look."""
    campaign(till.connection)
    done = _sold(till, lines=THREE)
    number = key()
    _returned(till.give_back(done, ReturnLine("1", 1000), transaction=number))
    assert "return_voided" in _report(till, number, (), [], kind="void").flags


def _named(done: Redemption) -> dict[str, str]:
    return {
        "store": done.transaction.store,
        "terminal": done.transaction.terminal,
        "number": done.transaction.number,
    }


def _report(
    till: Till,
    transaction: TransactionKey,
    given: tuple[Applied, ...],
    lines: list[dict[str, Any]],
    kind: Literal["sale", "return", "void"] = "sale",
) -> Recorded:
    sale = Sale(transaction=transaction, kind=kind, currency="EUR", lines=tuple(lines), applied=given)
    found = service.record_transaction(
        till.connection, till.ctx, sale, Clocks(received_at=NOW, occurred_at=NOW)
    )
    assert isinstance(found, Recorded), found
    return found
