"""Races on real connections: never over, no use lost, nobody waits in a circle."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import text

from gateway.database import Database
from offers.marketing import campaigns
from offers.marketing.campaign import Limits
from offers.marketing.limits import Kind
from offers.money import Money
from offers.redemptions.redemption import Applied, Redemption, Refused
from offers.service import Answer
from tests.offers.floor import (
    ANNA,
    NOW,
    Till,
    campaign,
    capacities,
    context,
    furnish,
    key,
    limited,
    shopper,
    unbalanced,
)

Scale = Callable[[int, int], int]


Visit = Callable[[], AbstractContextManager[Till]]


def _race(
    database: Database,
    clients: int,
    act: Callable[[Visit, int], object],
    *,
    once_ready: Callable[[], None] = lambda: None,
) -> list[object]:
    """Let so many clients act at the same time, in one process. Each visit to the till is a transaction."""
    ctx = context(database.transaction)
    with database.transaction() as connection:
        ctx.snapshots.catalogue(connection)
    once_ready()
    start = Barrier(clients)

    @contextmanager
    def visit() -> Iterator[Till]:
        with database.transaction() as connection:
            yield Till(connection, ctx)

    def one(number: int) -> object:
        start.wait()
        return act(visit, number)

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(one, range(clients)))


def _reserve(visit: Visit, _: int) -> object:
    """Reserve one sweater."""
    with visit() as till:
        return till.ask(mode="reserve")


def _granted(answers: list[object]) -> Counter[tuple[int, str | None]]:
    """What each client was granted in all, and why not more."""
    counted: Counter[tuple[int, str | None]] = Counter()
    for answer in answers:
        assert isinstance(answer, Answer)
        items = answer.redemption.items if answer.redemption is not None else ()
        reasons = [item.reason for item in items] or [refusal.reason for refusal in answer.decision.refused]
        counted[sum(item.granted_minor for item in items), reasons[0] if reasons else None] += 1
    return counted


def test_thirty_two_clients_and_an_offer_for_ten(database: Database, scale: Scale) -> None:
    """Exactly ten get it; twenty-two are told that it ran out. The database's own CHECK never fires."""
    with database.transaction() as connection:
        furnish(connection)
        campaign(connection)
    for turn in range(scale(4, 100)):
        name = f"round-{turn}"
        with database.transaction() as connection:
            campaigns.end(connection, "tenth" if turn == 0 else f"round-{turn - 1}", ANNA)
            limited(connection, name, total=10)
        answers = _race(database, 32, _reserve)
        granted = _granted(answers)
        assert granted[100, None] == 10
        refused = {reason: count for (amount, reason), count in granted.items() if amount == 0}
        assert sum(refused.values()) == 22
        assert set(refused) <= {"capacity", "limit_total"}
        with database.transaction() as connection:
            assert capacities(connection)[name, Kind.USES, ""] == (10, 10, 0)
            assert unbalanced(connection) == []


def test_a_budget_is_given_out_to_the_last_cent(database: Database, scale: Scale) -> None:
    """Racing for a budget, the grants sum to it exactly: whole ones, one part, then refusals."""
    with database.transaction() as connection:
        furnish(connection)
    for turn in range(scale(2, 30)):
        with database.transaction() as connection:
            if turn:
                campaigns.end(connection, f"round-{turn - 1}", ANNA)
            limited(connection, f"round-{turn}", budget=(Money(1_050, "EUR"),), total=100)
        granted = _granted(_race(database, 16, _reserve))
        assert sum(amount * count for (amount, _), count in granted.items()) == 1_050
        assert max(amount for amount, _ in granted) == 100
        with database.transaction() as connection:
            assert capacities(connection)[f"round-{turn}", Kind.BUDGET, "EUR"] == (1_050, 1_050, 0)
            assert capacities(connection)[f"round-{turn}", Kind.USES, ""] == (100, 11, 0)
            assert unbalanced(connection) == []


def test_one_person_with_many_records_gets_one(database: Database, scale: Scale) -> None:
    """Card, account and till record of one person ask at once, some as known before a merge: one use."""
    with database.transaction() as connection:
        furnish(connection)
    known_as = [(1,), (1, 2), (1, 2, 3), (2, 1), (3, 2, 1)]
    for turn in range(scale(3, 50)):
        with database.transaction() as connection:
            if turn:
                campaigns.end(connection, f"round-{turn - 1}", ANNA)
            limited(connection, f"round-{turn}", per_profile=1)

        def ask(visit: Visit, number: int) -> object:
            members = known_as[number % len(known_as)]
            with visit() as till:
                return till.ask(mode="reserve", who=shopper(*members), record_no=1)

        granted = _granted(_race(database, 10, ask))
        assert granted == {(100, None): 1, (0, "limit_per_profile"): 9}


def test_one_person_commits_once_at_ten_tills(database: Database, scale: Scale) -> None:
    """What was never reserved is counted by person all the same, one after the other."""
    with database.transaction() as connection:
        furnish(connection)
    for turn in range(scale(3, 50)):
        with database.transaction() as connection:
            if turn:
                campaigns.end(connection, f"round-{turn - 1}", ANNA)
            limited(connection, f"round-{turn}", per_profile=1)
        offer = Applied(f"round-{turn}.1", "1", 1000, 100)

        def use(visit: Visit, _: int, offer: Applied = offer) -> object:
            with visit() as till:
                return till.use(key(), offer, shopper=shopper(1, 2), record_no=1)

        done = _race(database, 10, use)
        granted = Counter(item.granted_minor for one in done for item in one.items)  # type: ignore[attr-defined]
        assert granted == {100: 1, 0: 9}


def test_the_first_campaign_that_counts_people_counts_them_at_once(database: Database, scale: Scale) -> None:
    """It was activated a moment ago; the process that is asked has not heard of it yet."""
    with database.transaction() as connection:
        furnish(connection)
    for turn in range(scale(3, 30)):
        with database.transaction() as connection:
            if turn:
                campaigns.end(connection, f"round-{turn - 1}", ANNA)

        def ask(visit: Visit, _: int) -> object:
            with visit() as till:
                return till.ask(mode="reserve", who=shopper(1, 2), record_no=1)

        def activate(turn: int = turn) -> None:
            with database.transaction() as connection:
                limited(connection, f"round-{turn}", per_profile=1)

        granted = _granted(_race(database, 10, ask, once_ready=activate))
        assert granted == {(100, None): 1, (0, "limit_per_profile"): 9}


def test_the_same_reserve_sent_twice_at_once_holds_once(database: Database) -> None:
    """Impatient tills repeat themselves before the first answer: all get the same one."""
    with database.transaction() as connection:
        furnish(connection)
        limited(connection, total=100)
    number = key()

    def ask(visit: Visit, _: int) -> object:
        with visit() as till:
            return till.ask(number, mode="reserve")

    answers = _race(database, 8, ask)
    assert len({answer.id for answer in answers if isinstance(answer, Answer)}) == 1
    with database.transaction() as connection:
        assert capacities(connection)["tenth", Kind.USES, ""] == (100, 1, 0)


def test_commits_voids_expiry_and_caps_at_once_leave_the_books_in_order(
    database: Database, scale: Scale
) -> None:
    """Tills reserve, commit, void and reverse while caps move and holds expire: the sums agree, nothing
    hangs.
    """
    with database.transaction() as connection:
        furnish(connection)
        for name in ("one", "two"):
            limits = Limits(total=25, per_store_day=20, budget=(Money(1_500, "EUR"),))
            campaign(connection, name, limits=limits)

    for turn in range(scale(3, 40)):
        rngs = [random.Random(100 * turn + number) for number in range(12)]
        outcomes = _race(database, 13, partial(_act, rngs, 5 + 7 * turn % 30))
        assert all(isinstance(outcome, Redemption | Refused | None) for outcome in outcomes)
        with database.transaction() as connection:
            assert unbalanced(connection) == []


def _act(rngs: list[random.Random], total: int, visit: Visit, number: int) -> object:
    """The last client is the marketer, who moves a cap; the others sell."""
    if number < len(rngs):
        return _one_sale(rngs[number], visit)
    with visit() as till:
        limits = Limits(total=total, per_store_day=20, budget=(Money(1_500, "EUR"),))
        made = campaigns.content(till.connection, "one")
        campaigns.apply(till.connection, replace(made, limits=limits), ANNA)
        campaigns.activate(till.connection, "one", ANNA)
    return None


def _one_sale(rng: random.Random, visit: Visit) -> object:
    """A reserve, once more with a larger basket, and what becomes of it, each in a transaction of its own."""
    number = key()
    with visit() as till:
        till.reserve(number, amount=rng.choice([500, 1000, 3000]))
    with visit() as till:
        held = till.reserve(number, amount=rng.choice([500, 4000]), revision=2)
    fate = rng.choice(["commit", "commit", "void", "late", "reverse", "leave"])
    if fate == "leave":
        return None
    with visit() as till:
        if fate == "void":
            return till.void(number)
        done = till.commit(held, now=NOW.replace(hour=23) if fate == "late" else NOW)
    if fate != "reverse":
        return done
    with visit() as till:
        return till.reverse(number)


@pytest.mark.parametrize("before", [True, False])
def test_a_pause_racing_a_reserve_leaves_no_third_way(database: Database, before: bool) -> None:
    """A reserve before the pause holds, one after it is refused: nothing in between."""
    with database.transaction() as connection:
        furnish(connection)
        limited(connection, total=100)
    ctx = context(database.transaction)
    with database.transaction() as connection:
        ctx.snapshots.catalogue(connection)

    if before:
        with database.transaction() as other:
            campaigns.pause(other, "tenth", ANNA)
        with database.transaction() as connection:
            # As a process whose copy is at most two seconds old.
            connection.execute(text("UPDATE offers.catalogue SET version = version - 1"))
            assert Till(connection, ctx).answer(mode="reserve").decision.effects == ()
    else:
        with database.transaction() as other:
            campaigns.pause(other, "tenth", ANNA)
            with database.transaction() as connection:
                assert len(Till(connection, ctx).answer(mode="reserve").decision.effects) == 1
