"""Sixty-four tills at the same few uses, while caps move and people merge and split.

The oracle is threefold: the sums of the items, the capacity rows, and what the tills wrote down themselves.
On a busy machine the last in the queue for a lock is told to ask again, as the door tells it with 503; it
does.
"""

import random
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from threading import Barrier, Lock
from typing import Any

import psycopg2
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from gateway.database import Database, open_engine
from offers.codes import issuing, spelling
from offers.codes.issuing import Order
from offers.context import Context
from offers.marketing import campaigns
from offers.marketing.campaign import Campaign, Limits
from offers.marketing.limits import Kind
from offers.money import Money
from offers.redemptions import store_redemptions
from offers.redemptions.redemption import Redemption, Returned
from offers.redemptions.store_redemptions import Wish
from offers.returns.model import ReturnLine
from offers.service import Answer
from tests.conftest import Scale
from tests.offers.floor import (
    ANNA,
    NOW,
    Till,
    campaign,
    capacities,
    context,
    furnish,
    key,
    shopper,
    unbalanced,
)

CLIENTS = 64
MOST_TRIES = 20
PEOPLE = 6
TOTAL = 20
LIMITS = Limits(total=TOTAL, per_store_day=18, per_profile=2, budget=(Money(1_650, "EUR"),))


@pytest.fixture
def crowd(database_url: str) -> Iterator[Database]:
    """A database that all of them may speak to at once."""
    with Database(open_engine(database_url, pool_size=CLIENTS + 2, pool_timeout_s=60)) as opened:
        yield opened


@dataclass
class Grant:
    """A use that a till was granted: whose it was, as the till saw it, and when, counted under the person's
    lock. `undone_from` is when the till began to give it back.
    """

    record_no: int
    members: tuple[int, ...]
    granted_at: int
    undone_from: int | None = None


@dataclass
class Town:
    """Who is who at the moment: persons are sets of records, which merges and splits change meanwhile."""

    rng: random.Random
    lock: Lock = field(default_factory=Lock)
    person_of: dict[int, int] = field(default_factory=lambda: {i: i % PEOPLE for i in range(1, 3 * PEOPLE)})
    journals: Counter[str] = field(default_factory=Counter)
    grants: list[Grant] = field(default_factory=list)
    ticks: "count[int]" = field(default_factory=count)

    def members(self, record_no: int) -> tuple[int, ...]:
        """All records of whoever has this one."""
        with self.lock:
            person = self.person_of[record_no]
            return tuple(sorted(number for number, of in self.person_of.items() if of == person))

    def move(self) -> None:
        """Two people turn out to be one, or one to be two."""
        with self.lock:
            record_no = self.rng.choice(sorted(self.person_of))
            self.person_of[record_no] = self.rng.randrange(PEOPLE)

    def note(self, what: str, amount: int = 1) -> None:
        """What a till writes down when it was answered."""
        with self.lock:
            self.journals[what] += amount

    def grant(self, record_no: int, members: tuple[int, ...]) -> Grant:
        """Note a use while the person's lock is held, so that the order is that of the ledger."""
        with self.lock:
            made = Grant(record_no, members, next(self.ticks))
            self.grants.append(made)
            return made

    def undo(self, grant: Grant) -> None:
        """Note that a use is about to be given back."""
        with self.lock:
            grant.undone_from = next(self.ticks)

    def exceeded(self, most: int) -> list[Grant]:
        """Uses beyond the limit of the person as she was then: this one and those that surely stood."""
        return [
            one
            for one in self.grants
            if sum(
                other.record_no in one.members
                and other.granted_at <= one.granted_at
                and (other.undone_from is None or other.undone_from > one.granted_at)
                for other in self.grants
            )
            > most
        ]


Visit = Callable[[Callable[[Till], object]], object]


def _patiently(crowd: Database, ctx: Context, work: Callable[[Till], object]) -> object:
    """One visit in a transaction of its own; done again when a lock was not to be had in time."""
    for _ in range(MOST_TRIES):
        try:
            with crowd.transaction() as connection:
                return work(Till(connection, ctx))
        except psycopg2.errors.LockNotAvailable:
            continue
        except OperationalError as error:
            if not isinstance(error.orig, psycopg2.errors.LockNotAvailable):
                raise
    pytest.fail("a till was never served")


def test_sixty_four_tills_at_one_campaign(crowd: Database, scale: Scale) -> None:
    """Never over, no use lost, and journals, items and limits agree to the cent."""
    with crowd.transaction() as connection:
        furnish(connection)
    for turn in range(scale(2, 100)):
        name = f"round-{turn}"
        with crowd.transaction() as connection:
            if turn:
                campaigns.end(connection, f"round-{turn - 1}", ANNA)
            made = campaign(connection, name, limits=LIMITS)
        town = Town(random.Random(turn))
        _run(crowd, town, made, turn)
        _judge(crowd, town, name)


def _run(crowd: Database, town: Town, made: Campaign, turn: int) -> None:
    ctx = context(crowd.transaction)
    with crowd.transaction() as connection:
        ctx.snapshots.catalogue(connection)
    start = Barrier(CLIENTS + 1)

    def visit(work: Callable[[Till], object]) -> object:
        return _patiently(crowd, ctx, work)

    def one(number: int) -> None:
        start.wait()
        if number == CLIENTS:
            _market(crowd, made, town)
        else:
            _sell(visit, town, random.Random(1000 * turn + number))

    with ThreadPoolExecutor(CLIENTS + 1) as pool:
        list(pool.map(one, range(CLIENTS + 1)))


def _sell(visit: Visit, town: Town, rng: random.Random) -> None:
    """One shopper at one till; what the till is answered goes into its journal, and nothing else."""
    record_no = rng.randrange(1, 3 * PEOPLE)
    members = town.members(record_no)
    number = key()

    def reserve(till: Till) -> tuple[Redemption | None, Grant | None]:
        held = till.answer(number, mode="reserve", who=shopper(*members), record_no=record_no).redemption
        return held, town.grant(record_no, members) if held is not None and _given(held) else None

    found = visit(reserve)
    assert isinstance(found, tuple)
    held, grant = found
    if held is None or grant is None:
        town.note("refused")
        return
    granted = _given(held)
    fate = rng.choice(["commit", "commit", "commit", "void", "reverse", "return"])
    if fate != "commit":
        town.undo(grant)
    if fate == "void":
        visit(lambda till: till.void(number))
        return
    done = visit(lambda till: till.commit(held))
    assert isinstance(done, Redemption)
    if fate == "reverse":
        visit(lambda till: till.reverse(number))
    elif fate == "return":
        assert isinstance(visit(lambda till: till.give_back(done, ReturnLine("1", 1000))), Returned)
    else:
        town.note("uses")
        town.note("money", granted)


def _given(held: Redemption) -> int:
    return sum(item.granted_minor for item in held.items)


def _market(crowd: Database, made: Campaign, town: Town) -> None:
    """Caps move, and so do people."""
    for total in (TOTAL - 5, 3, TOTAL):
        town.move()
        with crowd.transaction() as connection:
            campaigns.apply(connection, replace(made, limits=replace(LIMITS, total=total)), ANNA)
            campaigns.activate(connection, made.id, ANNA)


@contextmanager
def _asked(crowd: Database) -> Iterator[Till]:
    with crowd.transaction() as connection:
        yield Till(connection, context(crowd.transaction))


def _judge(crowd: Database, town: Town, name: str) -> None:
    with crowd.transaction() as connection:
        assert unbalanced(connection) == []
        found = {
            Kind(kind): values
            for (campaign_id, kind, subject), values in capacities(connection).items()
            if campaign_id == name and (kind != Kind.STORE_DAY or subject)
        }
        items = connection.execute(
            text("""
                SELECT count(*), coalesce(sum(i.granted_minor), 0)
                  FROM offers.redemption_item AS i JOIN offers.campaign AS c USING (campaign_no)
                 WHERE c.id = :name AND i.state = 'committed'
            """),
            {"name": name},
        ).one()
    assert town.exceeded(LIMITS.per_profile or 0) == []
    uses, money = town.journals["uses"], town.journals["money"]
    assert (uses, money) == tuple(map(int, items))
    assert found[Kind.USES] == (TOTAL, uses, 0)
    assert found[Kind.STORE_DAY] == (18, uses, 0)
    assert found[Kind.BUDGET] == (1_650, money, 0)
    # No use is lost: what is free can still be taken, by people who have used nothing.
    free = min(TOTAL - uses, 18 - uses, -(-(1_650 - money) // 100))
    for number in range(free + 1):
        with _asked(crowd) as till:
            answer = till.answer(mode="reserve", who=shopper(100 + number))
            taken = sum(item.granted_minor for item in answer.redemption.items) if answer.redemption else 0
            assert bool(taken) is (number < free), (number, free, found)


def test_a_person_under_many_names_uses_it_as_often_as_allowed(crowd: Database, scale: Scale) -> None:
    """All tills see the same person, under whichever of her records: exactly two uses in all."""
    with crowd.transaction() as connection:
        furnish(connection)
    for turn in range(scale(1, 100)):
        with crowd.transaction() as connection:
            if turn:
                campaigns.end(connection, f"round-{turn - 1}", ANNA)
            campaign(connection, f"round-{turn}", limits=Limits(per_profile=2))
        ctx = context(crowd.transaction)
        start = Barrier(CLIENTS)

        def one(number: int, ctx: Context = ctx, start: Barrier = start) -> int:
            mine, who = key(), shopper(1, 2, 3)
            start.wait()
            answer = _patiently(
                crowd,
                ctx,
                lambda till: till.answer(mine, mode="reserve", who=who, record_no=1 + number % 3),
            )
            assert isinstance(answer, Answer)
            return _given(answer.redemption) if answer.redemption is not None else 0

        with ThreadPoolExecutor(CLIENTS) as pool:
            assert Counter(pool.map(one, range(CLIENTS)))[100] == 2


def test_a_code_for_three_is_used_three_times(crowd: Database, scale: Scale) -> None:
    """Its row is made by the first of all who come at once."""
    with crowd.transaction() as connection:
        furnish(connection)
        campaign(connection)
        number: int = connection.execute(text("SELECT campaign_no FROM offers.campaign")).scalar_one()
    new_id = context(crowd.transaction).new_id
    for turn in range(scale(2, 100)):
        start = Barrier(CLIENTS)
        code = f"{turn:032x}"

        def one(_: int, start: Barrier = start, code: str = code) -> int:
            start.wait()
            with crowd.transaction() as connection:
                ends_at = NOW + timedelta(minutes=15)
                values: dict[str, Any] = {"redemption_id": new_id(), "revision": 1, "state": "reserved"}
                times: dict[str, Any] = {"expires_at": ends_at, "occurred_at": NOW, "received_at": NOW}
                mine = store_redemptions.make(connection, 1, key(), **values, **times)
                assert mine is not None
                granted = store_redemptions.take(
                    connection,
                    mine.redemption_no,
                    [Wish(1, number, "tenth.1", "1", 1000, 100, 100, code=code, code_uses=3)],
                    is_fresh=True,
                    store_no=1,
                    business_day=NOW.date(),
                    currency="EUR",
                    used_at=NOW,
                    now=NOW,
                    expires_at=ends_at,
                    facts=False,
                    record_no=None,
                )
            return granted[1].granted_minor

        with ThreadPoolExecutor(CLIENTS) as pool:
            assert Counter(pool.map(one, range(CLIENTS))) == {100: 3, 0: CLIENTS - 3}
        with crowd.transaction() as connection:
            assert capacities(connection)["tenth", Kind.CODE, code] == (3, 3, 0)


def test_a_code_that_is_on_a_poster_is_used_as_often_as_it_may_be(crowd: Database, scale: Scale) -> None:
    """Typed at all tills at once: three uses stand or are free, whatever is given up meanwhile."""
    with crowd.transaction() as connection:
        furnish(connection)
        campaign(connection, "secret", reach="code")
    ctx = context(crowd.transaction)
    for turn in range(scale(2, 100)):
        with crowd.transaction() as connection:
            made = issuing.issue(
                connection,
                Order(campaign="secret", uses_most=3),
                1,
                ANNA,
                batch_id=ctx.new_id(),
                random=secrets.token_bytes,
            )
            codes = tuple(str(spelling.digest(code)) for code in made)
        stood = _type_everywhere(crowd, ctx, codes, turn)
        with crowd.transaction() as connection:
            assert _items_by_code(connection, codes) == stood
        for number in range(stood, 4):
            with _asked(crowd) as till:
                held = till.answer(mode="reserve", codes=codes).redemption
                assert (held is not None and bool(held.items)) is (number < 3)


def _type_everywhere(crowd: Database, ctx: Context, codes: tuple[str, ...], turn: int) -> int:
    """How many uses stand, as the tills wrote down."""
    start = Barrier(CLIENTS)

    def one(number: int) -> int:
        mine = key()
        start.wait()
        answer = _patiently(crowd, ctx, lambda till: till.answer(mine, mode="reserve", codes=codes))
        assert isinstance(answer, Answer)
        held = answer.redemption
        if held is None or not _given(held):
            return 0
        if random.Random(1000 * turn + number).random() < 0.4:
            _patiently(crowd, ctx, lambda till: till.void(mine))
            return 0
        _patiently(crowd, ctx, lambda till: till.commit(held))
        return 1

    with ThreadPoolExecutor(CLIENTS) as pool:
        return sum(pool.map(one, range(CLIENTS)))


def _items_by_code(connection: Connection, codes: tuple[str, ...]) -> int:
    """Committed uses of the transactions that claimed these codes."""
    found: int = connection.execute(
        text("""
            SELECT count(*)
              FROM offers.code_claim AS k
              JOIN offers.redemption AS r USING (store_no, terminal, business_day, number)
              JOIN offers.redemption_item AS i USING (redemption_no)
             WHERE k.digest = ANY (CAST(:codes AS uuid[])) AND i.state = 'committed' AND i.uses = 1
        """),
        {"codes": list(codes)},
    ).scalar_one()
    return found
