"""What is known of a sale when its goods come back: how much of each line, at what price, by which policy."""

from dataclasses import replace

from offers import service
from offers.marketing.campaign import Conditions, Stacking
from offers.marketing.campaign_rewards import AmountOff
from offers.marketing.limits import Kind
from offers.model import Line
from offers.money import Money
from offers.redemptions.redemption import Applied, Clocks, Recorded, Redemption, Returned, Sale
from offers.returns.model import ReturnLine
from tests.offers.floor import NOW, Till, campaign, capacities, key, limited, shopper

THREE = (
    Line("1", "sale", None, "A", None, 3000, "each", 3000),
    Line("2", "sale", None, "B", None, 1000, "each", 7000),
)


def _sold(till: Till) -> Redemption:
    done = till.commit(till.reserve(lines=THREE))
    assert isinstance(done, Redemption)
    return done


def _back(till: Till, done: Redemption, *lines: ReturnLine) -> Returned:
    found = till.give_back(done, *lines)
    assert isinstance(found, Returned), found
    return found


def _report(till: Till, sale: Sale) -> Recorded:
    found = service.record_transaction(
        till.connection, till.ctx, sale, Clocks(received_at=NOW, occurred_at=NOW)
    )
    assert isinstance(found, Recorded), found
    return found


def test_without_a_receipt_nobody_says_what_is_due(till: Till) -> None:
    """A till sold alone and its receipt never came: the limits get back what it gave, and it is flagged."""
    limited(till.connection, budget=(Money(1_000, "EUR"),))
    done = till.use(key(), Applied("tenth.1", "1", 1000, 100), offline=True)
    assert isinstance(done, Redemption)
    found = _back(till, done, ReturnLine("1", 1000))
    assert (found.lines[0].due_minor, found.flags) == (None, ("no_receipt",))
    assert capacities(till.connection)["tenth", Kind.BUDGET, "EUR"] == (1000, 0, 0)


def test_of_what_came_back_beyond_the_sale_only_the_sale_counts(till: Till) -> None:
    """It has happened, so it is booked: as far as it was sold, flagged, also where part came back before."""
    campaign(till.connection)
    done = _sold(till)
    _back(till, done, ReturnLine("1", 1000))
    named = {"store": "0042", "terminal": "07", "number": done.transaction.number}
    named["business_day"] = done.transaction.business_day.isoformat()
    line = {"line": "1", "kind": "return", "quantity": "5", "amount": 1500}
    line["return_of"] = {"transaction": named, "line": "1"}
    (found,) = _report(till, Sale(transaction=key(), kind="sale", currency="EUR", lines=(line,))).returns
    assert [(one.quantity_milli, one.due_minor, one.refunded_minor) for one in found.lines] == [
        (2000, 1800, 1500)
    ]
    assert found.flags == ("refund_differs", "returned_beyond_sale")


def test_a_line_that_is_named_twice_comes_back_twice(till: Till) -> None:
    """Each piece was scanned by itself, each with what was paid out for it."""
    campaign(till.connection)
    found = _back(till, _sold(till), ReturnLine("1", 1000, 800), ReturnLine("1", 1000, 900))
    assert [(one.quantity_milli, one.due_minor, one.refunded_minor) for one in found.lines] == [
        (2000, 1800, 1700)
    ]


def test_all_that_was_taken_off_a_line_lowers_what_is_due(till: Till) -> None:
    """Two campaigns shared the line: of 10.00 a tenth and then two tenths are not paid out."""
    both = Stacking(joins=frozenset({"*"}))
    campaign(till.connection, "tenth", stacking=both)
    campaign(till.connection, "fifth", percent=20, stacking=both)
    done = _sold(till)
    off = sum(item.granted_minor for item in done.items if item.line == "1")
    assert len([item for item in done.items if item.line == "1"]) == 2
    assert _back(till, done, ReturnLine("1", 3000)).lines[0].due_minor == 3000 - off


def test_what_was_taken_off_the_whole_basket_is_borne_by_all_lines(till: Till) -> None:
    """10.00 off a receipt of 100.00, on no line of it: of the line of 30.00 there are 27.00 due."""
    limited(till.connection, budget=(Money(2_000, "EUR"),))
    number = key()
    sale = Sale(
        transaction=number,
        kind="sale",
        currency="EUR",
        lines=(
            {"line": "1", "quantity": "3", "amount": 3000},
            {"line": "2", "quantity": "1", "amount": 7000},
        ),
        applied=(Applied("tenth.1", "all", 1000, 1000),),
    )
    done = _report(till, sale).redemption
    assert done is not None
    assert _back(till, done, ReturnLine("1", 3000)).lines[0].due_minor == 2700
    assert capacities(till.connection)["tenth", Kind.BUDGET, "EUR"] == (2000, 700, 0)
    assert _back(till, done, ReturnLine("2", 1000)).redemption.state == "returned"
    assert capacities(till.connection)["tenth", Kind.BUDGET, "EUR"] == (2000, 0, 0)


def test_goods_come_back_by_the_policy_they_were_sold_by(till: Till) -> None:
    """Who changes the policy changes nothing for what was sold before."""
    campaign(
        till.connection,
        reward=AmountOff((Money(2000, "EUR"),), "basket"),
        conditions=Conditions(minimum_spend=(Money(10_000, "EUR"),)),
    )
    done = _sold(till)
    clawing = replace(till.ctx, policy=replace(till.ctx.policy, returns="clawback"))
    later = _back(Till(till.connection, clawing), done, ReturnLine("2", 1000))
    assert (later.policy, later.lines[0].due_minor) == ("prorated", 5600)


def test_a_use_stands_as_long_as_one_line_of_it_does(till: Till) -> None:
    """The line that carried it came back whole; the other carries it now."""
    limited(till.connection, per_profile=1)
    done = till.commit(till.reserve(lines=THREE, who=shopper(10)))
    assert isinstance(done, Redemption)
    _back(till, done, ReturnLine("1", 3000))
    assert till.answer(who=shopper(10)).decision.effects == ()
    _back(till, done, ReturnLine("2", 1000))
    assert len(till.answer(who=shopper(10)).decision.effects) == 1
