"""Several records in one transaction, each answered as if it had come alone.

Invariant: what one of them cannot do, or meets on its way, costs the others nothing but a second try: a
transaction that fails is taken back, and each half of it is tried for itself, down to the one that fails
alone.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from gateway.database import again, put_off_flush
from gateway.wiring import Services
from identity.answers import PutResult
from identity.errors import IdentityError
from identity.register import records
from identity.submission import Submission

T = TypeVar("T")
R = TypeVar("R")

RECORDS_MAX: Final = 32
"""Records of one transaction. More would share little more, and keep others waiting for its locks."""


def runs(listed: Iterable[T], pair_of: Callable[[T], tuple[str, str] | None]) -> Iterator[list[T]]:
    """Cuts a list into runs that can be taken in together: of limited length, no record twice in one.

    `pair_of` names the record that something is about by source and key; None when it is about none.
    """
    run: list[T] = []
    pairs: set[tuple[str, str]] = set()
    for each in listed:
        pair = pair_of(each)
        if len(run) == RECORDS_MAX or pair in pairs:
            yield run
            run, pairs = [], set()
        run.append(each)
        if pair is not None:
            pairs.add(pair)
    if run:
        yield run


def taken(work: Callable[[Sequence[T]], Sequence[R]], run: Sequence[T]) -> Iterator[R | Exception]:
    """What `work`, a whole transaction over some items, returns for each of a run, or how it fails for it
    alone: in order, and nothing is tried before what comes earlier was handed out.
    """
    if not run:
        return
    try:
        found: Sequence[R | Exception] = again(lambda: work(run))
    except (IdentityError, SQLAlchemyError) as error:
        if len(run) > 1:
            middle = len(run) // 2
            yield from taken(work, run[:middle])
            yield from taken(work, run[middle:])
            return
        found = [error]
    yield from found


def put_all(
    services: Services, listed: Iterable[Submission], *, clock: Callable[[], datetime]
) -> Iterator[PutResult]:
    """Takes records in by transactions that do not wait for the disk. Raises what one of them meets alone."""

    def put(some: Sequence[Submission]) -> list[PutResult]:
        with services.database.transaction() as connection:
            put_off_flush(connection)
            return records.put_together(connection, services.identity, some, now=clock())

    for run in runs(listed, lambda sent: (sent.source, sent.key)):
        for result in taken(put, run):
            if isinstance(result, Exception):
                raise result
            yield result
