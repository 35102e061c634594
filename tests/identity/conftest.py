"""What the tests of identity share: a context with known secrets, and a clock that they move themselves."""

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from sqlalchemy.engine import Connection

from identity import policy
from identity.context import Context
from identity.scoring.weigh import DeterministicModel
from identity.sealing.vault import Vault, open_vault
from tests.identity.desk import Desk


def new_ids() -> Callable[[], UUID]:
    """Ids that rise like UUIDv7 and are the same in every run."""
    numbers: Iterator[int] = itertools.count(1)
    return lambda: UUID(int=(0x0193_0000_0000_7000_8000 << 48) + next(numbers))


@pytest.fixture
def vault() -> Vault:
    """A vault with known keys."""
    return open_vault(1, {1: (b"p" * 32, b"e" * 32)})


@pytest.fixture
def ctx(vault: Vault) -> Context:
    """The shipped policy, no weights, known keys."""
    return Context(policy=policy.load(), model=DeterministicModel(), vault=vault, new_id=new_ids())


@pytest.fixture
def now() -> dt.datetime:
    """A moment to start from."""
    return dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)


@pytest.fixture
def desk(connection: Connection, ctx: Context, now: dt.datetime) -> Desk:
    """Identity's services over a connection that is rolled back."""
    return Desk(connection, ctx, now)
