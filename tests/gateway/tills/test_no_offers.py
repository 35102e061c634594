"""A sale in which nothing is given: the commonest of all, said in one message and flagged by nobody."""

import datetime as dt

import pytest

from o2o_client import Line, Tender
from tests.gateway.conftest import Caller, Clock
from tests.gateway.tills.conftest import OpenCounter
from tests.gateway.tills.market import campaign

DAY = dt.date(2026, 11, 21)


@pytest.mark.usefixtures("back")
def test_a_sale_without_offers_is_one_message_without_flags(counter: OpenCounter) -> None:
    """The gateway said that it holds nothing: there is nothing to give back."""
    till = counter("07").till
    assert till is not None
    before = till.desk.memory.last_message
    with till.sale(DAY) as sale:
        sale.add(Line("1", 5000, "SW-1"))
        assert sale.total() == ()
        receipt = sale.pay([Tender("cash", sale.due_minor)])
    assert receipt.is_confirmed
    assert receipt.flags == ()
    assert till.desk.memory.last_message == before + 1
    assert till.desk.memory.holds == {}


def test_what_was_held_for_lines_that_are_gone_is_free(back: Caller, counter: OpenCounter) -> None:
    """She had the sweater, and put it back: the next shopper may have the last use."""
    campaign(back, "tenth", limits="scope: {products: [SW-1]}\nlimits: {total: 1}\n")
    one, other = counter("07").till, counter("08").till
    assert one is not None
    assert other is not None
    with one.sale(DAY) as sale:
        sale.add(Line("1", 5000, "SW-1"))
        assert [found.amount for found in sale.total()] == [500]
        sale.lines[:] = [Line("2", 300, "BAG")]
        assert sale.total() == ()
        assert sale.pay([Tender("cash", sale.due_minor)]).flags == ()
    with other.sale(DAY) as sale:
        sale.add(Line("1", 5000, "SW-1"))
        assert [found.amount for found in sale.total()] == [500]
        assert sale.pay([Tender("cash", sale.due_minor)]).flags == ()


def test_a_doubtful_hold_is_given_back_before_a_sale_without_offers(
    back: Caller, counter: OpenCounter, clock: Clock
) -> None:
    """The question's answer was lost: what it may hold is released, and the sale is not late for that."""
    campaign(back, "tenth", limits="limits: {total: 1}\n")
    desk = counter("07")
    till = desk.till
    assert till is not None
    with till.sale(DAY) as sale:
        sale.add(Line("1", 5000, "SW-1"))
        desk.wire.weather = "lost"
        assert sale.total() == ()
        desk.wire.weather = "up"
        clock.forward(seconds=10)
        receipt = sale.pay([Tender("cash", sale.due_minor)])
    assert receipt.flags == ()
    other = counter("08").till
    assert other is not None
    with other.sale(DAY) as sale:
        sale.add(Line("1", 5000, "SW-1"))
        assert [found.amount for found in sale.total()] == [500]
