"""Forgetting a person: names and wants go, money stays."""

from datetime import timedelta

from sqlalchemy import text

from offers import erasure, service
from offers.decisions import store_decisions
from offers.interests import interest
from offers.interests.interest import Touch
from offers.marketing.limits import Kind
from offers.redemptions.redemption import Clocks, Recorded, Sale
from tests.offers.floor import NOW, Till, applied, capacities, limited, shopper, unbalanced


def test_what_money_needs_is_kept_without_a_name(till: Till) -> None:
    """The use stays used, the receipt stays stored; nothing leads back to the record."""
    limited(till.connection, total=5)
    interest.apply(till.connection, [Touch(9, 1, "viewed", 100)])
    answer = till.answer(mode="reserve", who=shopper(9), record_no=9)
    held = answer.redemption
    assert held is not None
    recorded = service.record_transaction(
        till.connection,
        till.ctx,
        Sale(
            transaction=held.transaction,
            kind="sale",
            currency="EUR",
            lines=({"line": "1", "sku": "SWEATER"},),
            tenders=({"type": "card", "token": "par-1", "amount": 900},),
            applied=tuple(applied(held)),
            record_no=9,
        ),
        Clocks(received_at=NOW, occurred_at=NOW),
    )
    assert isinstance(recorded, Recorded)
    told = erasure.export(till.connection, [9])
    assert [row["amount"] for row in told["redemptions"]] == [100]
    assert [row["kind"] for row in told["transactions"]] == ["sale"]

    erasure.forget(till.connection, [9])
    assert erasure.export(till.connection, [9]) == {"redemptions": [], "transactions": []}
    assert interest.of_members(till.connection, [9]) == {}
    assert store_decisions.read(till.connection, answer.id) is None
    assert capacities(till.connection)["tenth", Kind.USES, ""] == (5, 1, 0)
    assert unbalanced(till.connection) == []
    tenders = till.connection.execute(text("SELECT tenders FROM offers.till_transaction")).scalar_one()
    assert tenders == [{"type": "card", "amount": 900}]


def test_an_erased_person_starts_afresh(till: Till) -> None:
    """What was used by the erased records no longer counts for anybody."""
    limited(till.connection, per_profile=1)
    till.commit(till.reserve(who=shopper(9), record_no=9))
    later = NOW + timedelta(minutes=1)
    assert till.answer(who=shopper(9), now=later).decision.effects == ()
    erasure.forget(till.connection, [9])
    assert len(till.answer(who=shopper(9), now=later).decision.effects) == 1
