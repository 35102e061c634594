"""Everything that can happen to a few shoppers, by many writers at once, in whatever order it comes."""

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg2
import pytest
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from uuid_utils.compat import uuid7

from gateway.database import Database, open_engine
from identity import redo
from identity.batches import rolling
from identity.context import Context
from identity.errors import BusyError, IdentityError, TogetherError
from identity.model import Verdict
from identity.reading import changes
from identity.register import records
from identity.scoring import active, shipped
from identity.scoring.registry import Models
from identity.sealing.vault import Vault
from identity.stewardship import reviews, steward
from identity.submission import Submission
from identity.versions import switching
from tests.identity import histories, scratch
from tests.identity.histories import START, Operation
from tests.identity.versions.test_switching import LAX, STRICT, parsed
from tests.identity.worlds import ToyModel, tight_policy

WRITERS = 8
PEOPLE = 12
AGAIN = (psycopg2.errors.DeadlockDetected, psycopg2.errors.LockNotAvailable)

Work = Callable[[Connection], Any]


def do(database: Database, work: Work) -> None:
    """Does something in a transaction, again when another is in its way; what is refused is refused."""
    while True:
        try:
            with database.transaction() as connection:
                work(connection)
        except BusyError:
            continue
        except TogetherError:
            raise
        except IdentityError:
            pass
        except DBAPIError as error:
            if isinstance(error.orig, AGAIN):
                continue
            raise
        return


class Writer:
    """One of those who write: a share of what happens, with what stewards and operators do between."""

    def __init__(self, database: Database, ctx: Context, seed: str) -> None:
        self.database = database
        self.ctx = ctx
        self.chance = random.Random(seed)
        self.waiting: list[Submission] = []

    def write(self, operations: Sequence[Operation]) -> None:
        """Does its share."""
        for operation in operations:
            if operation.kind == "put" and self.chance.random() < 0.5:
                self._gather(operation.detail["submission"])
            else:
                do(self.database, lambda connection: histories.run(connection, self.ctx, operation))  # noqa: B023
            for often, work in self._between():
                if self.chance.random() < often:
                    do(self.database, work)

    def _gather(self, submission: Submission) -> None:
        """Sends records together, now and then as part of a delivery."""
        batch = f"n{self.chance.randrange(4)}" if self.chance.random() < 0.3 else None
        self.waiting.append(replace(submission, batch=batch))
        if len(self.waiting) < 3:
            return
        newest = {(each.source, each.key): each for each in self.waiting}
        self.waiting = []
        try:
            do(self.database, self._put(list(newest.values())))
        except TogetherError:
            for each in newest.values():
                do(self.database, self._put([each]))

    def _put(self, submissions: Sequence[Submission]) -> Work:
        def work(connection: Connection) -> None:
            for batch in sorted({each.batch for each in submissions if each.batch}):
                rolling.begin(connection, batch, author="feed", now=START)
            records.put_together(connection, self.ctx, submissions, now=START)

        return work

    def _between(self) -> Iterator[tuple[float, Work]]:
        """What else may happen, and how often."""
        chance, ctx = self.chance, self.ctx
        yield 0.3, lambda connection: redo.step(connection, ctx, now=START)
        yield 0.05, self._split
        yield 0.04, self._decide
        yield 0.03, self._replace
        yield 0.02, lambda connection: rolling.roll_back(connection, f"n{chance.randrange(4)}", **BY)
        yield 0.02, lambda connection: switching.activate(connection, chance.choice(VERSIONS), **BY)

    def _split(self, connection: Connection) -> None:
        """A steward takes a record out of a person."""
        together = connection.exec_driver_sql(
            "select array_agg(r.id) from identity.member m join identity.record r using (record_no)"
            " group by m.person_no having count(*) > 1 order by random() limit 1"
        ).scalar()
        if together:
            steward.split(connection, self.ctx, together[0], [together[:1]], reason="", **BY)

    def _decide(self, connection: Connection) -> None:
        """A steward answers an item of the queue."""
        item = connection.exec_driver_sql(
            "select review_no from identity.review where state = 'open' order by random() limit 1"
        ).scalar()
        if item:
            verdict = self.chance.choice((Verdict.SAME, Verdict.DIFFERENT))
            reviews.decide(connection, self.ctx, item, verdict, reason="", **BY)

    def _replace(self, connection: Connection) -> None:
        """A steward says that a card is another one's successor."""
        new, old = (histories._pair(self.chance, self.chance.randrange(PEOPLE)) for _ in range(2))
        steward.replace_key(connection, self.ctx, new, old, reason="", **BY)


GONE = {"deleted", "erased", "split"}
BY: dict[str, Any] = {"author": "test", "now": START}
VERSIONS = (LAX["version"], STRICT["version"])


def toy(vault: Vault) -> Context:
    """Models that are switched between."""
    return Context(tight_policy(), ToyModel(), vault, uuid7, Models(parsed))


def own(vault: Vault) -> Context:
    """The model that ships, and no other."""
    return Context(tight_policy(), shipped.default(), vault, uuid7)


@pytest.mark.process
@pytest.mark.parametrize("context", [toy, own])
def test_what_happens_at_once_ends_as_from_scratch(
    new_database: Callable[[], str],
    scale: Callable[[int, int], int],
    vault: Vault,
    context: Callable[[Vault], Context],
) -> None:
    """Nothing is left half done, and the change feed has no gap."""
    ctx = context(vault)
    for seed in range(scale(2, 40)):
        chance = random.Random(f"at once {seed}")
        world = histories.random_world(chance, people=chance.choice((4, 6, PEOPLE)), steps=scale(80, 300))
        operations = [operation for phase in world.phases for operation in phase]
        with (
            Database(open_engine(new_database(), pool_size=WRITERS)) as database,
            ThreadPoolExecutor(WRITERS) as pool,
        ):
            if context is toy:
                for document in (LAX, STRICT):
                    do(database, lambda connection: switching.add(connection, ctx, document, now=START))  # noqa: B023
            writers = [Writer(database, ctx, f"{seed} {number}") for number in range(WRITERS)]
            shares = [operations[number::WRITERS] for number in range(WRITERS)]
            list(pool.map(lambda writer, share: writer.write(share), writers, shares))
            while pending(database, ctx):
                pass
            with database.transaction() as connection:
                there = active.bound(connection, ctx)
                assert scratch.stored(connection) == scratch.expected(connection, there), seed
            with database.transaction() as connection:
                assert told(connection) == alive(connection), seed


def pending(database: Database, ctx: Context) -> bool:
    """Does a piece of what was put off; whether there was one."""
    with database.transaction() as connection:
        return redo.step(connection, ctx, now=START)


def told(connection: Connection) -> set[UUID]:
    """The profiles that there are for a reader of the change feed, who also sees that it has no gap."""
    found: set[UUID] = set()
    position = 0
    while read := changes.read(connection, after=position, limit=1000):
        for change in read:
            position += 1
            assert change.position == position
            found -= {UUID(each) for each in change.body.get("of", ())}
            if change.kind in GONE:
                found.discard(change.profile)
            elif change.kind != "consent":
                found.add(change.profile)
            found |= {UUID(part["profile"]) for part in change.body.get("parts", ())}
    return found


def alive(connection: Connection) -> set[UUID]:
    """The profiles that there are."""
    return set(connection.exec_driver_sql("select id from identity.profile").scalars())
