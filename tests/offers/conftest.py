"""A furnished shop for the database tests of offers."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection

from tests.offers.floor import Till, context, furnish


@pytest.fixture
def till(connection: Connection) -> Iterator[Till]:
    """A till of a furnished store, in a transaction that is rolled back."""

    @contextmanager
    def same() -> Iterator[Connection]:
        yield connection

    furnish(connection)
    ctx = context(same)
    yield Till(connection, ctx)
    # Nothing of this test may be written after its transaction is gone.
    with ctx.log._changed:
        ctx.log._waiting.clear()
    ctx.log.close()
