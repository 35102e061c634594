"""Tills that do what tills do, over a network that does what networks do: all of it is explained."""

import datetime as dt
import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from gateway.database import Database
from o2o_client import Line, Tender, TransactionKey
from tests.conftest import Scale
from tests.gateway.conftest import Caller, Clock
from tests.gateway.tills.conftest import OpenCounter
from tests.gateway.tills.market import CARDS, STORE, campaign, given, unbooked
from tests.gateway.tills.wire import Request
from tests.offers.floor import unbalanced

pytestmark = pytest.mark.long

WEATHER = st.sampled_from(["up", "up", "up", "down", "lost", "late", "twice"])
FATES = st.sampled_from(["pay", "pay", "pay", "drop", "die", "pay and die"])
AMOUNTS = st.sampled_from([100, 1000, 9000])
SHOWN = st.sampled_from([None, *CARDS])
TILLS = st.integers(0, 1)
LIMITS = "limits: {{total: {total}, budget: 30 EUR}}\n"


@dataclass
class World:
    """What all runs share; each has a day, tills and campaigns of its own."""

    back: Caller
    open_counter: OpenCounter
    clock: Clock
    database: Database
    runs: Iterator[int]


class RandomTills(RuleBasedStateMachine):
    """Two tills, one with a wrong clock, and two campaigns: one for a few, one once for each shopper."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        run = next(world.runs)
        self.day = dt.date(2026, 1, 1) + dt.timedelta(days=run)
        self.names = (f"few-{run}", f"once-{run}")
        campaign(world.back, self.names[0], limits=LIMITS.format(total=4))
        campaign(world.back, self.names[1], percent=20, limits="limits: {per_profile: 1}\n")
        self.counters = [world.open_counter(f"{run}-0"), world.open_counter(f"{run}-1", skew_h=-3)]
        for one in self.counters:
            assert one.till is not None
            one.till.fetch_offers()

    @rule(number=TILLS, weather=WEATHER)
    def network(self, number: int, weather: Any) -> None:
        """The weather changes at one till."""
        self.counters[number].wire.weather = weather

    @rule(number=TILLS, amount=AMOUNTS, card=SHOWN, fate=FATES, totals=st.integers(1, 2))
    def sell(self, number: int, amount: int, card: str | None, fate: str, totals: int) -> None:
        """A sale, and what becomes of it; a till that dies knows what its journal says."""
        counter = self.counters[number]
        assert counter.till is not None
        sale = counter.till.sale(self.day, card=card)
        for place in range(totals):
            sale.add(Line(str(place + 1), amount, "SW-1"))
            sale.total()
        if fate == "drop":
            sale.give_up()
        elif fate.startswith("pay"):
            sale.pay([Tender("cash", max(sale.due_minor, 0))])
        if fate.endswith("die"):
            counter.restart()

    @rule(number=TILLS, back=st.integers(0, 2))
    def undo(self, number: int, back: int) -> None:
        """One of the last sales is cancelled."""
        till = self.counters[number].till
        assert till is not None
        sold = list(till.desk.memory.sold)
        if back < len(sold):
            till.undo(TransactionKey.named(sold[-1 - back]))

    @rule(number=TILLS)
    def forward(self, number: int) -> None:
        """The till tries to send what waits."""
        till = self.counters[number].till
        assert till is not None
        till.forward()

    @rule(number=TILLS, seed=st.integers(0, 99))
    def arrive(self, number: int, seed: int) -> None:
        """What was late arrives, in any order."""
        self.counters[number].wire.arrive(_shuffled(seed))

    @rule(minutes=st.sampled_from([1, 20, 120]))
    def time_passes(self, minutes: int) -> None:
        """Holds expire after a quarter of an hour."""
        self.world.clock.forward(minutes=minutes)

    @rule(total=st.integers(1, 6))
    def move_the_cap(self, total: int) -> None:
        """The marketer changes a limit in the middle of it."""
        campaign(self.world.back, self.names[0], limits=LIMITS.format(total=total))

    @invariant()
    def the_books_balance(self) -> None:
        """At any moment: taken is what is held and used, to the cent."""
        with self.world.database.transaction() as connection:
            assert unbalanced(connection) == []
            assert unbooked(connection) == []

    def teardown(self) -> None:
        """The network is back: all is sent, and tills, ledger and report say the same."""
        for counter in self.counters:
            counter.wire.weather = "up"
            counter.wire.arrive(_shuffled(1))
            till = counter.restart()
            done = till.forward()
            assert done.is_reconciled, (done, till.desk.memory.aside)
            closed = till.close_day(self.day)
            assert closed is not None
            assert closed["agrees"], closed["differences"]
            with self.world.database.transaction() as connection:
                assert given(connection, self.day, counter.terminal) == till.given(self.day)
        report = self.world.back("GET", f"/v1/reconciliation?day={self.day}&store={STORE}").json
        assert (report["differences"], report["open_tills"]) == ([], [])
        self.the_books_balance()
        for name in self.names:  # so that the next run's tills weigh only campaigns of their own
            assert self.world.back("POST", f"/v1/campaigns/{name}/end", {}).status_code == 200


def _shuffled(seed: int) -> Callable[[list[Request]], list[Request]]:
    def order(requests: list[Request]) -> list[Request]:
        return random.Random(seed).sample(requests, len(requests))

    return order


def test_whatever_tills_and_networks_do_is_explained(
    back: Caller, counter: OpenCounter, clock: Clock, database: Database, scale: Scale
) -> None:
    """Lost answers, duplicates, reordering, voids before reserves, crashes, wrong clocks, offline hours."""
    world = World(back, counter, clock, database, itertools.count())
    run_state_machine_as_test(
        cast("type[RandomTills]", lambda: RandomTills(world)),
        settings=settings(
            max_examples=scale(8, 300),
            stateful_step_count=scale(15, 40),
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
