"""The life of a redemption: each step, each step again, and each step in the wrong order."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from offers import service
from offers.errors import (
    AlreadyVoidedError,
    NoLongerAuthorisedError,
    RedemptionStateError,
    StaleRevisionError,
    TransactionConflictError,
    UnknownRedemptionError,
)
from offers.marketing import campaigns, stops
from offers.marketing.limits import Kind
from offers.model import Line
from offers.money import Money
from offers.redemptions.redemption import Applied, Redemption, Refused
from offers.service import Answer
from tests.offers.floor import (
    ANNA,
    NOW,
    Till,
    applied,
    campaign,
    capacities,
    key,
    limited,
    shopper,
    unbalanced,
)

LATER = NOW + timedelta(hours=1)
TWO = tuple(Line(str(number), "sale", None, f"SKU{number}", None, 1000, "each", 1000) for number in (1, 2))


def _refusal(found: object) -> Refused:
    assert isinstance(found, Refused)
    return found


def _redeemed(found: object) -> Redemption:
    assert isinstance(found, Redemption), found
    return found


def test_what_is_quoted_is_reserved_and_charged(till: Till) -> None:
    """Ten percent of 10.00 is 1.00, in the quote, in the hold and in the ledger."""
    campaign(till.connection)
    quoted = till.answer(amount=1000)
    held = till.reserve(amount=1000)
    done = _redeemed(till.commit(held))
    assert [effect.amount for effect in quoted.decision.effects] == [100]
    assert [item.granted_minor for item in held.items] == [100]
    assert (done.state, [item.granted_minor for item in done.items]) == ("committed", [100])


def test_a_commit_touches_no_capacity(till: Till) -> None:
    """What was held is already counted: the capacity row's version stays the same."""
    limited(till.connection, total=10, budget=(Money(10_000, "EUR"),))
    held = till.reserve()
    versions = text(
        "SELECT array_agg(xmin::text || ctid::text || taken ORDER BY capacity_no) FROM offers.capacity"
    )
    before = till.connection.execute(versions).scalar()
    till.commit(held)
    assert till.connection.execute(versions).scalar() == before
    assert unbalanced(till.connection) == []


def test_the_same_commit_gets_the_first_answer_for_ever(till: Till) -> None:
    """A retry is answered as the first time, also after the campaign has ended."""
    limited(till.connection, total=1)
    held = till.reserve()
    first = _redeemed(till.commit(held))
    campaigns.end(till.connection, "tenth", ANNA)
    again = _redeemed(till.commit(held, now=LATER))
    assert again == replace(first, replayed=True)
    assert capacities(till.connection)["tenth", Kind.USES, ""] == (1, 1, 0)


def test_a_commit_with_other_content_is_refused_with_what_is_stored(till: Till) -> None:
    """A till that changes its mind after committing learns what the ledger has."""
    campaign(till.connection)
    held = till.reserve()
    done = _redeemed(till.commit(held))
    other = _refusal(till.commit(held, Applied(held.items[0].offer, "1", 1000, 7)))
    assert isinstance(other.error, TransactionConflictError)
    assert other.stored == done


def test_the_same_reserve_again_is_the_first_answer(till: Till) -> None:
    """A till that lost the answer gets it again, and holds once."""
    limited(till.connection, total=10)
    number = key()
    first = till.answer(number, mode="reserve")
    again = till.answer(number, mode="reserve")
    assert again.id == first.id
    assert again.decision == first.decision
    assert first.redemption is not None
    assert again.redemption == replace(first.redemption, replayed=True)
    assert capacities(till.connection)["tenth", Kind.USES, ""] == (10, 1, 0)


def test_a_reserve_with_another_body_is_refused(till: Till) -> None:
    """The same revision may not mean two baskets."""
    campaign(till.connection)
    number = key()
    held = till.reserve(number, amount=1000)
    other = _refusal(till.ask(number, amount=2000, mode="reserve"))
    assert isinstance(other.error, TransactionConflictError)
    assert other.stored is not None
    assert other.stored.items == held.items


def test_a_higher_revision_replaces_what_is_held(till: Till) -> None:
    """Scanning on holds the new basket's money and gives the old one's back."""
    limited(till.connection, budget=(Money(1_000, "EUR"),))
    number = key()
    till.reserve(number, amount=5000)
    held = till.reserve(number, amount=7000, revision=2)
    assert [item.granted_minor for item in held.items] == [700]
    assert capacities(till.connection)["tenth", Kind.BUDGET, "EUR"] == (1000, 700, 0)
    assert unbalanced(till.connection) == []


def test_a_lower_revision_is_stale(till: Till) -> None:
    """An answer that overtook a newer question may not undo it, reserved or quoted."""
    campaign(till.connection)
    number = key()
    till.reserve(number, revision=5)
    assert isinstance(_refusal(till.ask(number, mode="reserve", revision=4)).error, StaleRevisionError)
    assert isinstance(_refusal(till.ask(number, revision=4)).error, StaleRevisionError)


def test_a_void_gives_everything_back(till: Till) -> None:
    """Voided, the last use is free again; voided twice is voided once."""
    limited(till.connection, total=1, budget=(Money(1_000, "EUR"),))
    held = till.reserve()
    assert _redeemed(till.void(held.transaction)).state == "voided"
    assert _redeemed(till.void(held.transaction)).replayed
    assert set(capacities(till.connection).values()) == {(1, 0, 0), (1000, 0, 0)}
    assert till.reserve().items[0].granted_minor == 100


def test_a_void_that_overtook_its_reserve_is_found_by_it(till: Till) -> None:
    """The till timed out and voided; the reserve that arrives afterwards holds nothing."""
    limited(till.connection, total=1)
    number = key()
    assert _redeemed(till.void(number, revision=3)).state == "voided"
    for revision in (2, 3):
        refused = _refusal(till.ask(number, mode="reserve", revision=revision))
        assert isinstance(refused.error, AlreadyVoidedError)
    assert capacities(till.connection)["tenth", Kind.USES, ""] == (1, 0, 0)
    assert till.reserve(number, revision=4).state == "reserved"


def test_a_void_without_a_revision_speaks_for_the_whole_transaction(till: Till) -> None:
    """Nothing of a sale that was given up may be reserved any more."""
    campaign(till.connection)
    number = key()
    till.void(number)
    refused = _refusal(till.ask(number, mode="reserve", revision=1_000_000))
    assert isinstance(refused.error, AlreadyVoidedError)


def test_a_committed_sale_is_reversed_not_voided(till: Till) -> None:
    """Only a reversal gives uses back that were paid; it does so once."""
    limited(till.connection, total=1, budget=(Money(1_000, "EUR"),))
    held = till.reserve()
    till.commit(held)
    assert isinstance(_refusal(till.void(held.transaction)).error, RedemptionStateError)
    assert _redeemed(till.reverse(held.transaction)).state == "reversed"
    assert _redeemed(till.reverse(held.transaction)).replayed
    assert str(_refusal(till.void(held.transaction)).error) == "It is reversed already."
    assert set(capacities(till.connection).values()) == {(1, 0, 0), (1000, 0, 0)}
    assert unbalanced(till.connection) == []


def test_a_reversal_of_something_unknown_leaves_a_tombstone(till: Till) -> None:
    """Neither a reserve nor a commit that arrives afterwards uses anything."""
    limited(till.connection, total=1)
    number = key()
    assert _redeemed(till.reverse(number)).state == "reversed"
    assert isinstance(_refusal(till.ask(number, mode="reserve")).error, AlreadyVoidedError)
    late = till.use(number, Applied("tenth.1", "1", 1000, 100))
    assert isinstance(_refusal(late).error, RedemptionStateError)
    assert capacities(till.connection)["tenth", Kind.USES, ""] == (1, 0, 0)


def test_an_expired_hold_stays_until_somebody_needs_its_room(till: Till) -> None:
    """No sweeper: the next shopper who needs the last use releases the expired hold."""
    limited(till.connection, total=1)
    held = till.reserve()
    assert till.answer(now=NOW + timedelta(minutes=1)).decision.effects == ()
    assert service.get(till.connection, till.ctx, held.id, now=LATER).state == "expired"
    assert len(till.answer(now=LATER).decision.effects) == 1
    assert capacities(till.connection)["tenth", Kind.USES, ""] == (1, 1, 0)
    assert till.reserve(now=LATER).items[0].granted_minor == 100
    assert capacities(till.connection)["tenth", Kind.USES, ""] == (1, 1, 0)
    assert unbalanced(till.connection) == []


def test_a_commit_after_expiry_is_late_and_uses_its_hold_if_it_is_still_there(till: Till) -> None:
    """Nobody needed the room, so nothing is over; the flag says that it came late."""
    limited(till.connection, total=1)
    held = till.reserve()
    done = _redeemed(till.commit(held, now=LATER))
    assert (done.state, done.flags) == ("committed", ("late",))
    assert capacities(till.connection)["tenth", Kind.USES, ""] == (1, 1, 0)


def test_a_late_commit_that_finds_no_room_goes_over(till: Till) -> None:
    """The shopper has paid: it is booked, but never counted as taken."""
    limited(till.connection, total=1, budget=(Money(150, "EUR"),))
    held = till.reserve()
    other = till.reserve(now=LATER)
    done = _redeemed(till.commit(held, now=LATER))
    assert done.flags == ("late", "over_limit")
    assert [(item.granted_minor, item.over_limit) for item in done.items] == [(100, True)]
    taken = capacities(till.connection)
    assert taken["tenth", Kind.USES, ""] == (1, 1, 1)
    assert taken["tenth", Kind.BUDGET, "EUR"] == (150, 150, 50)
    assert unbalanced(till.connection) == []
    till.reverse(done.transaction)
    till.void(other.transaction)
    assert set(capacities(till.connection).values()) == {(1, 0, 0), (150, 0, 0)}


def test_a_commit_after_a_void_is_late_too(till: Till) -> None:
    """The sale went through although its hold was given up: what was held is used again, flagged."""
    limited(till.connection, total=1)
    held = till.reserve()
    till.void(held.transaction)
    done = _redeemed(till.commit(held))
    assert (done.state, done.flags) == ("committed", ("late",))
    assert [item.granted_minor for item in done.items] == [100]
    assert capacities(till.connection)["tenth", Kind.USES, ""] == (1, 1, 0)


def test_at_the_edge_of_a_budget_a_part_is_granted(till: Till) -> None:
    """Of the desired 1.00 the budget's last 0.30 are granted, and the answer says so to the cent."""
    limited(till.connection, budget=(Money(130, "EUR"),))
    till.reserve()
    answer = till.answer(mode="reserve")
    assert answer.redemption is not None
    item = answer.redemption.items[0]
    assert (item.desired_minor, item.granted_minor, item.reason) == (100, 30, "capacity")
    effect = answer.decision.effects[0]
    assert (effect.desired, effect.amount, effect.reason) == (100, 30, "capacity")
    assert answer.decision.totals.after == 970
    assert capacities(till.connection)["tenth", Kind.BUDGET, "EUR"] == (130, 130, 0)


def test_a_limit_a_day_counts_each_store_and_day_apart(till: Till) -> None:
    """The first use of a day makes the day's row with the campaign's cap."""
    limited(till.connection, per_store_day=1)
    till.reserve()
    assert till.answer().decision.effects == ()
    tomorrow = replace(key(), business_day=key().business_day + timedelta(days=1))
    assert len(till.reserve(tomorrow).items) == 1


def test_the_limit_of_a_person_counts_over_all_their_records(till: Till) -> None:
    """Used with the card, the account of the same person may not use it again; a stranger may."""
    limited(till.connection, per_profile=1)
    till.commit(till.reserve(who=shopper(11), record_no=11))
    assert till.answer(who=shopper(10, 11)).decision.refused[0].reason == "limit_per_profile"
    assert len(till.answer(who=shopper(12)).decision.effects) == 1


def test_what_is_held_does_not_stand_in_its_own_way(till: Till) -> None:
    """What a till holds anew replaces what it held; it is no second use of the person's."""
    limited(till.connection, per_profile=1)
    number, who = key(), shopper(10)
    for revision, cents in ((1, 100), (2, 200)):
        quoted = till.answer(number, who=who, revision=revision, amount=cents * 10)
        sold = Applied("tenth.1", "1", 1000, cents)
        named: dict[str, Any] = {"decision": quoted.id, "shopper": who, "record_no": 10, "revision": revision}
        held = _redeemed(till.use(number, sold, state="reserved", **named))
        assert [(item.granted_minor, item.reason) for item in held.items] == [(cents, None)]


def test_the_lines_of_a_sale_share_what_others_left(till: Till) -> None:
    """Quoted 1.00 on each of two lines, of a budget of 2.00; somebody takes 0.70: 1.00 and 0.30 it is."""
    limited(till.connection, budget=(Money(200, "EUR"),))
    number = key()
    quoted = till.answer(number, lines=TWO)
    till.reserve(amount=700)
    lines = [
        Applied(effect.offer, str(effect.line), 1000, effect.amount) for effect in quoted.decision.effects
    ]
    done = _redeemed(till.use(number, *lines, decision=quoted.id, revision=1))
    assert [item.granted_minor for item in done.items] == [100, 30]
    assert capacities(till.connection)["tenth", Kind.BUDGET, "EUR"] == (200, 200, 0)


def test_all_lines_of_a_sale_are_one_use(till: Till) -> None:
    """Who may use it twice may after one sale of two lines."""
    limited(till.connection, per_profile=2)
    done = _redeemed(till.commit(till.reserve(who=shopper(10), record_no=10, lines=TWO)))
    assert [item.granted_minor for item in done.items] == [100, 100]
    assert len(till.answer(who=shopper(10)).decision.effects) == 1


def test_what_counts_by_person_needs_one(till: Till) -> None:
    """A till that names nobody is refused what is limited by person."""
    limited(till.connection, per_profile=1)
    done = till.use(key(), Applied("tenth.1", "1", 1000, 100))
    assert isinstance(done, Redemption)
    assert [(item.granted_minor, item.reason) for item in done.items] == [(0, "needs_shopper")]


def test_splitting_does_not_refill_a_limit(till: Till) -> None:
    """Withdrawn consent parts the channels: the members shrink, the records that count do not."""
    limited(till.connection, per_profile=1)
    till.commit(till.reserve(who=shopper(10, 11), record_no=11))
    parted = shopper(10, limit_members=(10, 11))
    assert till.answer(who=parted).decision.refused[0].reason == "limit_per_profile"


def test_a_merge_after_two_uses_is_reported_not_undone(till: Till) -> None:
    """Two strangers used it once each and turn out to be one person: 2 of 1, and no third."""
    limited(till.connection, per_profile=1)
    for record_no in (10, 11):
        assert _redeemed(till.commit(till.reserve(who=shopper(record_no)))).state == "committed"
    assert till.answer(who=shopper(10, 11)).decision.refused[0].reason == "limit_per_profile"


def test_a_pause_is_seen_by_the_reserve(till: Till) -> None:
    """The process may still think that the campaign is live; the ledger knows better."""
    campaign(till.connection)
    till.answer()
    campaigns.pause(till.connection, "tenth", ANNA)
    # As a process whose copy is at most two seconds old.
    till.connection.execute(text("UPDATE offers.catalogue SET version = version - 1"))
    answer = till.answer(mode="reserve")
    assert answer.decision.effects == ()
    assert [refusal.reason for refusal in answer.decision.refused] == ["stopped"]
    assert answer.decision.totals.after == 1000


@pytest.mark.parametrize(("scope", "subject"), [("all", ""), ("store", "0042"), ("campaign", "tenth")])
def test_a_stop_ends_quotes_and_reserves_at_once(till: Till, scope: stops.Scope, subject: str) -> None:
    """All, the store or the campaign: nothing is offered from this moment on."""
    campaign(till.connection)
    till.answer()
    stops.stop(till.connection, till.ctx.new_id(), scope, subject, ANNA)
    assert till.answer().decision.effects == ()
    assert till.answer(mode="reserve").decision.effects == ()


def test_a_withdrawn_right_reserves_nothing(till: Till) -> None:
    """A key revoked between query and reserve is asked for again inside the reserving transaction."""
    limited(till.connection, total=1)
    with pytest.raises(NoLongerAuthorisedError):
        till.ask(mode="reserve", authorised=lambda: False)


def test_a_till_cannot_use_more_than_it_was_offered(till: Till) -> None:
    """Online, the decision bounds what is granted."""
    campaign(till.connection)
    number = key()
    quoted = till.answer(number)
    offer = quoted.decision.effects[0].offer
    done = _redeemed(till.use(number, Applied(offer, "1", 1000, 900), decision=quoted.id, revision=1))
    assert [(item.desired_minor, item.granted_minor, item.reason) for item in done.items] == [
        (100, 100, "beyond_offer")
    ]


def test_a_till_cannot_use_what_it_was_not_offered(till: Till) -> None:
    """An offer for another line is refused, and costs nothing."""
    limited(till.connection, total=5)
    number = key()
    quoted = till.answer(number)
    done = _redeemed(till.use(number, Applied("tenth.1", "9", 1000, 50), decision=quoted.id))
    assert [(item.granted_minor, item.reason) for item in done.items] == [(0, "not_offered")]
    assert capacities(till.connection)["tenth", Kind.USES, ""] == (5, 0, 0)


def test_an_offer_without_effect_is_not_consumed(till: Till) -> None:
    """Nothing taken off, nothing used."""
    limited(till.connection, total=5)
    done = _redeemed(till.use(key(), Applied("tenth.1", "1", 1000, 0), offline=True))
    assert [item.reason for item in done.items] == ["no_effect"]
    assert capacities(till.connection)["tenth", Kind.USES, ""] == (5, 0, 0)


def test_offline_uses_are_booked_whatever_the_limits_say(till: Till) -> None:
    """The till sold for an hour without network: nothing is lost, what is over is flagged."""
    limited(till.connection, total=1)
    first = _redeemed(till.use(key(), Applied("tenth.1", "1", 1000, 80), offline=True))
    second = _redeemed(till.use(key(), Applied("tenth.1", "1", 1000, 90), offline=True))
    assert first.flags == ("no_decision", "offline")
    assert second.flags == ("no_decision", "offline", "over_limit")
    assert capacities(till.connection)["tenth", Kind.USES, ""] == (1, 1, 1)


def test_an_offer_of_no_campaign_is_kept_and_flagged(till: Till) -> None:
    """A till that reports nonsense is answered, and a person may look at it."""
    done = _redeemed(till.use(key(), Applied("never.1", "1", 1000, 80), offline=True))
    assert [item.reason for item in done.items] == ["unknown_offer"]
    assert "unknown_offer" in done.flags


def test_committing_what_was_never_reserved_is_unknown(till: Till) -> None:
    """A commit by id needs a redemption."""
    campaign(till.connection)
    held = till.reserve()
    with pytest.raises(UnknownRedemptionError):
        till.commit(replace(held, transaction=key()))


def test_a_commit_of_less_gives_the_rest_back(till: Till) -> None:
    """The shopper put something back: what was not applied is free again."""
    limited(till.connection, budget=(Money(1_000, "EUR"),))
    held = till.reserve(amount=9000)
    offer = held.items[0].offer
    done = _redeemed(till.commit(held, Applied(offer, "1", 1000, 400)))
    assert [item.granted_minor for item in done.items] == [400]
    assert capacities(till.connection)["tenth", Kind.BUDGET, "EUR"] == (1000, 400, 0)
    assert unbalanced(till.connection) == []


def test_what_is_committed_is_no_longer_offered_to_the_person(till: Till) -> None:
    """Also when the till asks again within the same transaction."""
    limited(till.connection, per_profile=1)
    who = shopper(10)
    held = till.reserve(who=who)
    assert len(till.answer(held.transaction, who=who, revision=2).decision.effects) == 1
    till.commit(held, *applied(held))
    assert till.answer(held.transaction, who=who, revision=3).decision.effects == ()


def test_a_dry_run_holds_nothing(till: Till) -> None:
    """In training everything is answered and nothing counted."""
    limited(till.connection, total=1)
    answer = till.answer(mode="reserve", dry_run=True)
    assert isinstance(answer, Answer)
    assert answer.redemption is None
    assert capacities(till.connection)["tenth", Kind.USES, ""] == (1, 0, 0)


def test_a_process_that_answers_no_queries_knows_what_was_activated_since(till: Till) -> None:
    """A commit without a decision counts by person also where nothing but commits ever came in."""
    till.ctx.snapshots.catalogue(till.connection)
    limited(till.connection, per_profile=1)
    for expected in ((100, None), (0, "limit_per_profile")):
        done = till.use(key(), Applied("tenth.1", "1", 1000, 100), shopper=shopper(7))
        assert isinstance(done, Redemption)
        assert [(item.granted_minor, item.reason) for item in done.items] == [expected]


def test_a_campaign_that_has_ended_still_counts_by_person(till: Till) -> None:
    """What tills did while they were alone is flagged by the limits it had."""
    limited(till.connection, per_profile=1)
    till.use(key(), Applied("tenth.1", "1", 1000, 100), shopper=shopper(7))
    campaigns.end(till.connection, "tenth", ANNA)
    done = till.use(key(), Applied("tenth.1", "1", 1000, 100), shopper=shopper(7), offline=True)
    assert isinstance(done, Redemption)
    assert "over_limit" in done.flags
