"""Forgetting a person: names and wants go, money stays."""

from datetime import timedelta

from sqlalchemy import text

from offers import erasure, service
from offers.decisions import store_decisions
from offers.interests import interest
from offers.interests.interest import Touch
from offers.marketing.limits import Kind
from offers.redemptions.redemption import Clocks, Recorded, Sale
from offers.store_held import _HELD
from offers.tables.metadata import metadata
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

    erasure.forget(till.connection, [9], now=NOW)
    assert not any(erasure.export(till.connection, [9]).values())
    assert interest.of_members(till.connection, [9]) == {}
    assert store_decisions.read(till.connection, answer.id) is None
    assert capacities(till.connection)["tenth", Kind.USES, ""] == (5, 1, 0)
    assert unbalanced(till.connection) == []
    tenders = till.connection.execute(text("SELECT tenders FROM offers.till_transaction")).scalar_one()
    assert tenders == [{"type": "card", "amount": 900}]


EVERYTHING = {
    "point_lot": "(record_no, redemption_no, item, earned, confirms_at, expires_at)"
    " SELECT 9, redemption_no, 0, 5, now(), now() FROM offers.redemption",
    "point_debt": "(record_no, redemption_no, cause, points)"
    " SELECT 9, redemption_no, 'refund', 5 FROM offers.redemption",
    "clip": "(record_no, campaign_no, at) SELECT 9, campaign_no, now() FROM offers.campaign",
    "offer_token": "(token_digest, campaign, profile_id, record_no, issued_at, expires_at)"
    " SELECT decode(repeat('00', 32), 'hex'), 'tenth', gen_random_uuid(), 9, now(), now() + interval '1 day'",
    "trait": "(record_no, segments, attributes, consents, events, filled_at)"
    " SELECT 9, '{vip}', '{}', '{}', '{}', now()",
    "exposure": "(campaign, person_no, arm, records, first_at) SELECT 'tenth', 7, 'a', '{7,9}', now()",
    "showing": "(person_no, sku, times, last_at_s, rested_at_s) SELECT 9, 'SWEATER', 2, 100, 0",
}
"""One row about record 9 for each table that no till fills."""

ELSEWHERE = {"interest", "wants", "preference", "forgotten"}
"""Told by the door in its own words, and what tells of nobody any more."""


def test_a_shopper_is_told_of_every_table(till: Till) -> None:
    """Whatever names a record is in her export, and gone when she is forgotten."""
    limited(till.connection, total=5)
    till.commit(till.reserve(who=shopper(9), record_no=9))
    for table, row in EVERYTHING.items():
        till.connection.execute(text(f"INSERT INTO offers.{table} {row}"))
    assert till.ctx.log.flush()
    told = erasure.export(till.connection, [9])
    assert [name for name, rows in told.items() if not rows] == ["transactions"]
    assert told["decisions"][0]["applied"] == ["tenth.1"]
    about = {
        table.name
        for table in metadata.sorted_tables
        if {"record_no", "person_no", "records"} & {column.name for column in table.columns}
    }
    read = {name for name in about if any(f"offers.{name} " in str(one) for one in _HELD.values())}
    assert about - ELSEWHERE == read
    erasure.forget(till.connection, [9], now=NOW)
    assert not any(erasure.export(till.connection, [9]).values())


def test_what_was_under_way_is_forgotten_too(till: Till) -> None:
    """An answer that was logged only after she was erased goes a minute later."""
    limited(till.connection, total=5)
    erasure.forget(till.connection, [9], now=NOW)
    till.answer(who=shopper(9), record_no=9)
    assert till.ctx.log.flush()
    assert erasure.forget_again(till.connection, now=NOW + timedelta(seconds=59)) == []
    assert erasure.export(till.connection, [9])["decisions"]
    assert erasure.forget_again(till.connection, now=NOW + timedelta(seconds=60)) == [9]
    assert not any(erasure.export(till.connection, [9]).values())


def test_an_erased_person_starts_afresh(till: Till) -> None:
    """What was used by the erased records no longer counts for anybody."""
    limited(till.connection, per_profile=1)
    till.commit(till.reserve(who=shopper(9), record_no=9))
    later = NOW + timedelta(minutes=1)
    assert till.answer(who=shopper(9), now=later).decision.effects == ()
    erasure.forget(till.connection, [9], now=NOW)
    assert len(till.answer(who=shopper(9), now=later).decision.effects) == 1
