"""Everything that can happen to a few shoppers, by many writers at once, in whatever order it comes."""

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest
from sqlalchemy.exc import DBAPIError
from uuid_utils.compat import uuid7

from gateway.database import Database, open_engine
from identity import redo
from identity.context import Context
from identity.errors import BusyError
from identity.scoring import shipped
from identity.scoring.weigh import Model
from identity.sealing.vault import Vault
from tests.identity import histories, scratch
from tests.identity.histories import START, Operation
from tests.identity.worlds import ToyModel, tight_policy

WRITERS = 8
AGAIN = (psycopg2.errors.DeadlockDetected, psycopg2.errors.LockNotAvailable)


def do_all(database: Database, ctx: Context, operations: Sequence[Operation]) -> None:
    """Does operations one after the other, each in a transaction that is done again when another is in its
    way; and now and then what was put off.
    """
    for number, operation in enumerate(operations):
        while True:
            try:
                with database.transaction() as connection:
                    histories.run(connection, ctx, operation)
                    if number % 5 == 0:
                        redo.step(connection, ctx, now=START)
                break
            except BusyError:
                continue
            except DBAPIError as error:
                if not isinstance(error.orig, AGAIN):
                    raise


@pytest.mark.process
@pytest.mark.parametrize("model", [ToyModel(), shipped.default()], ids=["toy", "shipped"])
def test_what_happens_at_once_ends_as_from_scratch(
    new_database: Callable[[], str], scale: Callable[[int, int], int], vault: Vault, model: Model
) -> None:
    """Records put and deleted, judgements, sign-ins, erasures and consents leave nothing half done."""
    ctx = Context(tight_policy(), model, vault, uuid7)
    for seed in range(scale(2, 40)):
        chance = random.Random(f"at once {seed}")
        world = histories.random_world(chance, people=chance.choice((4, 6, 12, 20)), steps=scale(100, 300))
        operations = [operation for phase in world.phases for operation in phase]
        shares = [operations[nth::WRITERS] for nth in range(WRITERS)]
        with (
            Database(open_engine(new_database(), pool_size=WRITERS)) as database,
            ThreadPoolExecutor(WRITERS) as writers,
        ):
            list(writers.map(lambda share: do_all(database, ctx, share), shares))
            with database.transaction() as connection:
                redo.drain(connection, ctx, now=START)
                assert scratch.stored(connection) == scratch.expected(connection, ctx), seed
