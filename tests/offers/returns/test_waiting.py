"""Returns that come before their sale: kept, and booked once when it comes."""

from datetime import timedelta
from typing import Any, Literal

import pytest

from offers import service
from offers.marketing.limits import Kind
from offers.model import TransactionKey
from offers.redemptions.redemption import Applied, Clocks, Recorded, Redemption, Sale
from offers.returns.waiting import KEPT_FOR
from tests.offers.floor import NOW, Till, capacities, key, limited, unbalanced

GIVEN = (Applied("tenth.1", "1", 1000, 100),)
SOLD = ({"line": "1", "sku": "SWEATER", "quantity": "1", "amount": 1000},)


def _report(
    till: Till,
    transaction: TransactionKey,
    *lines: dict[str, Any],
    kind: Literal["sale", "return", "void"] = "sale",
    given: tuple[Applied, ...] = (),
) -> Recorded:
    sale = Sale(
        transaction=transaction, kind=kind, currency="EUR", lines=lines, applied=given, offline=bool(given)
    )
    found = service.record_transaction(
        till.connection, till.ctx, sale, Clocks(received_at=NOW, occurred_at=NOW)
    )
    assert isinstance(found, Recorded), found
    return found


def _back(sale: TransactionKey, quantity: str = "1", amount: int = 900) -> dict[str, Any]:
    named = {
        "store": sale.store,
        "terminal": sale.terminal,
        "business_day": sale.business_day.isoformat(),
        "number": sale.number,
    }
    return {
        "line": "1",
        "kind": "return",
        "quantity": quantity,
        "amount": amount,
        "return_of": {"transaction": named, "line": "1"},
    }


def _work(till: Till) -> int:
    """How many returns the background work books now."""
    booked = 0
    while service.book_waiting_return(till.connection, till.ctx, now=NOW + timedelta(hours=booked + 1)):
        booked += 1
    return booked


def _used(till: Till) -> tuple[int, int, int]:
    assert unbalanced(till.connection) == []
    return capacities(till.connection)["tenth", Kind.USES, ""]


def test_a_return_waits_for_its_sale_and_is_booked_once(till: Till) -> None:
    """The till with the sale was without network; when it reports, the use comes free again."""
    limited(till.connection, total=1)
    sale, back = key(), key()
    assert _report(till, back, _back(sale), kind="return").flags == ("unknown_original",)
    assert _work(till) == 0
    _report(till, sale, *SOLD, given=GIVEN)
    assert _used(till) == (1, 1, 0)
    assert _work(till) == 1
    assert _used(till) == (1, 0, 0)
    assert _work(till) == 0
    assert _report(till, back, _back(sale), kind="return").replayed
    assert _work(till) == 0


@pytest.mark.parametrize("before", ["reserved", "voided"])
def test_a_return_waits_also_while_its_sale_is_only_held_or_given_up(till: Till, before: str) -> None:
    """The till lost the answer, sold alone, and reports later than the goods come back."""
    limited(till.connection, total=1)
    held = till.reserve()
    if before == "voided":
        till.void(held.transaction)
    assert "unknown_original" in _report(till, key(), _back(held.transaction), kind="return").flags
    assert _work(till) == 0
    assert isinstance(till.commit(held), Redemption)
    assert _work(till) == 1
    assert _used(till) == (1, 0, 0)


def test_half_of_an_exchange_may_wait(till: Till) -> None:
    """What it sold counts at once, what it brought back when its sale is known."""
    limited(till.connection, total=5)
    known, unknown, swap = key(), key(), key()
    _report(till, known, *SOLD, given=GIVEN)
    line = {"line": "9", "sku": "SWEATER", "quantity": "1", "amount": 1000}
    given = (Applied("tenth.1", "9", 1000, 100),)
    recorded = _report(till, swap, _back(known), {**_back(unknown), "line": "2"}, line, given=given)
    assert [one.redemption.state for one in recorded.returns] == ["returned"]
    assert _used(till) == (5, 1, 0)
    _report(till, unknown, *SOLD, given=GIVEN)
    assert (_used(till), _work(till), _used(till)) == ((5, 2, 0), 1, (5, 1, 0))


@pytest.mark.parametrize("void_first", [True, False])
def test_a_return_that_was_cancelled_is_not_booked(till: Till, void_first: bool) -> None:
    """Whichever of the two arrives first."""
    limited(till.connection, total=1)
    sale, back = key(), key()
    if void_first:
        _report(till, back, kind="void")
        assert _report(till, back, _back(sale), kind="return").flags == ("return_voided",)
    else:
        _report(till, back, _back(sale), kind="return")
        assert _report(till, back, kind="void").flags == ()
    _report(till, sale, *SOLD, given=GIVEN)
    assert _work(till) == 0
    assert _used(till) == (1, 1, 0)


def test_a_sale_without_offers_is_not_waited_for(till: Till) -> None:
    """It is known, and nothing of an offer comes back."""
    sale = key()
    _report(till, sale, *SOLD)
    assert _report(till, key(), _back(sale, amount=1000), kind="return").flags == ()
    assert _work(till) == 0


@pytest.mark.parametrize(("later", "booked"), [(timedelta(), 1), (timedelta(seconds=1), 0)])
def test_waiting_ends(till: Till, later: timedelta, booked: int) -> None:
    """Goods bought before the gateway was there come back for years."""
    limited(till.connection, total=1)
    sale = key()
    _report(till, key(), _back(sale), kind="return")
    service.forget_waiting_returns(till.connection, now=NOW + KEPT_FOR + later)
    _report(till, sale, *SOLD, given=GIVEN)
    assert _work(till) == booked
