"""Sales as tills report them: kept, committed with their redemption, told to the history."""

from dataclasses import replace

from sqlalchemy import text

from offers import service
from offers.errors import TransactionConflictError
from offers.marketing.limits import Kind
from offers.redemptions.redemption import Applied, Clocks, Recorded, Refused, Sale
from tests.offers.floor import NOW, Till, applied, campaign, capacities, key, limited, unbalanced

LINES = ({"line": "1", "sku": "SWEATER", "quantity": "1", "amount": 1000},)
CLOCKS = Clocks(received_at=NOW, occurred_at=NOW)


def _sale(till: Till, sale: Sale) -> Recorded | Refused:
    return service.record_transaction(till.connection, till.ctx, sale, CLOCKS)


def _recorded(till: Till, sale: Sale) -> Recorded:
    found = _sale(till, sale)
    assert isinstance(found, Recorded), found
    return found


def _rows(till: Till, table: str) -> int:
    found: int = till.connection.execute(text(f"SELECT count(*) FROM offers.{table}")).scalar_one()
    return found


def test_recording_a_sale_commits_its_redemption(till: Till) -> None:
    """One call, one transaction: the receipt is stored and what was held is used."""
    limited(till.connection, total=1)
    held = till.reserve()
    sale = Sale(transaction=held.transaction, kind="sale", currency="EUR", lines=LINES, redemption=held.id)
    recorded = _recorded(till, sale)
    assert recorded.redemption is not None
    assert (recorded.redemption.id, recorded.redemption.state) == (held.id, "committed")
    assert service.get(till.connection, till.ctx, held.id, now=NOW).state == "committed"


def test_a_sale_tells_the_history_what_happened(till: Till) -> None:
    """The sale with its lines, and the redemption with its amounts, each under an id of its own."""
    campaign(till.connection)
    held = till.reserve()
    sale = Sale(
        transaction=held.transaction, kind="sale", currency="EUR", lines=LINES, applied=tuple(applied(held))
    )
    told = _recorded(till, sale).happened
    assert [one.kind for one in told] == ["sale", "redemption"]
    assert told[0].body["lines"] == list(LINES)
    assert told[1].body["items"][0]["amount"] == 100
    assert len({one.message_id for one in told}) == 2


def test_the_same_sale_again_gets_the_first_answer(till: Till) -> None:
    """Nothing is stored, used or told twice."""
    limited(till.connection, total=5)
    held = till.reserve()
    sale = Sale(
        transaction=held.transaction, kind="sale", currency="EUR", lines=LINES, applied=tuple(applied(held))
    )
    first = _recorded(till, sale)
    again = _recorded(till, sale)
    assert again == replace(first, happened=(), replayed=True)
    assert (_rows(till, "till_transaction"), _rows(till, "reconciliation")) == (1, 0)


def test_a_sale_with_other_content_is_kept_for_reconciliation(till: Till) -> None:
    """It is refused, but never dropped; repeated, it is one row."""
    sale = Sale(transaction=key(), kind="sale", currency="EUR", lines=LINES)
    _recorded(till, sale)
    for _ in range(2):
        refused = _sale(till, replace(sale, lines=({**LINES[0], "amount": 900},)))
        assert isinstance(refused, Refused)
        assert isinstance(refused.error, TransactionConflictError)
    assert (_rows(till, "till_transaction"), _rows(till, "reconciliation")) == (1, 1)


def test_a_sale_that_was_committed_before_agrees_with_it(till: Till) -> None:
    """A till may commit first and report the sale afterwards."""
    limited(till.connection, total=5)
    held = till.reserve()
    till.commit(held)
    sale = Sale(
        transaction=held.transaction, kind="sale", currency="EUR", lines=LINES, applied=tuple(applied(held))
    )
    recorded = _recorded(till, sale)
    assert recorded.flags == ()
    assert recorded.redemption is not None
    assert recorded.redemption.state == "committed"


def test_a_sale_that_differs_from_its_commit_is_stored_and_flagged(till: Till) -> None:
    """The goods are sold either way; the difference is a row for a person."""
    campaign(till.connection)
    held = till.reserve()
    till.commit(held)
    other = tuple(replace(one, amount_minor=77) for one in applied(held))
    sale = Sale(transaction=held.transaction, kind="sale", currency="EUR", lines=LINES, applied=other)
    recorded = _recorded(till, sale)
    assert recorded.flags == ("redemption_differs",)
    assert (_rows(till, "till_transaction"), _rows(till, "reconciliation")) == (1, 1)


def test_a_sale_without_a_reserve_books_what_the_till_gave(till: Till) -> None:
    """It has happened: beyond the limit it goes to over."""
    limited(till.connection, total=1)
    till.commit(till.reserve())
    given = (Applied("tenth.1", "1", 1000, 100),)
    sale = Sale(transaction=key(), kind="sale", currency="EUR", lines=LINES, applied=given)
    recorded = _recorded(till, sale)
    assert recorded.flags == ("no_decision", "over_limit")
    assert capacities(till.connection)["tenth", Kind.USES, ""] == (1, 1, 1)


def test_a_voided_sale_gives_its_uses_back(till: Till) -> None:
    """The void of a transaction undoes what its sale used; a void that came alone leaves a tombstone."""
    limited(till.connection, total=1)
    held = till.reserve()
    sale = Sale(
        transaction=held.transaction, kind="sale", currency="EUR", lines=LINES, applied=tuple(applied(held))
    )
    _recorded(till, sale)
    undone = _recorded(till, replace(sale, kind="void", lines=(), applied=()))
    assert undone.redemption is not None
    assert undone.redemption.state == "reversed"
    assert capacities(till.connection)["tenth", Kind.USES, ""] == (1, 0, 0)
    assert unbalanced(till.connection) == []
    alone = _recorded(till, Sale(transaction=key(), kind="void", currency="EUR", lines=()))
    assert alone.redemption is not None
    assert alone.redemption.state == "reversed"


def test_a_sale_that_used_nothing_has_no_redemption(till: Till) -> None:
    """Most sales."""
    recorded = _recorded(till, Sale(transaction=key(), kind="sale", currency="EUR", lines=LINES))
    assert recorded.redemption is None
    assert [one.kind for one in recorded.happened] == ["sale"]
