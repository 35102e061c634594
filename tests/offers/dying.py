"""A till's calls in a process of their own that dies at a statement. Started by `test_failpoints`.

Reads jobs from standard input, one JSON object a line: {url, step, number, dies_at}. For each it forks; the
child works on a connection of its own and leaves by `os._exit` before statement number `dies_at` of the step,
or, one later, after the commit and before the answer. Prints whether the child died or was done.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from gateway.database import open_engine
from offers import service
from offers.errors import UnknownRedemptionError
from offers.redemptions.ledger_view import find
from offers.redemptions.redemption import Clocks, Redemption
from offers.returns.model import Return, ReturnLine
from tests.offers.floor import NOW, Till, applied, context, key

DIED = 9
Work = Callable[[Till, str], object]


def reserve(till: Till, number: str) -> object:
    """Hold ten percent of two lines."""
    return till.ask(key(number), amount=3000, mode="reserve")


def commit(till: Till, number: str) -> object:
    """Use what is held."""
    held = held_of(till, number)
    return till.commit(held, *applied(held))


def void(till: Till, number: str) -> object:
    """Give up what is held."""
    return till.void(key(number), now=NOW + timedelta(seconds=1))


def reverse(till: Till, number: str) -> object:
    """Undo the sale."""
    return till.reverse(key(number))


def give_back(till: Till, number: str) -> object:
    """Bring the line back, by a receipt whose number follows from the sale's."""
    asked = Return(transaction=key(f"9{number}"), sale=key(number), lines=(ReturnLine("1", 1000),))
    return service.give_back(till.connection, till.ctx, asked, Clocks(received_at=NOW))


STEPS: dict[str, Work] = {
    "reserve": reserve,
    "commit": commit,
    "void": void,
    "reverse": reverse,
    "return": give_back,
}


def held_of(till: Till, number: str) -> Redemption:
    """The redemption of a transaction."""
    found = till.connection.execute(
        sa.text("SELECT id FROM offers.redemption WHERE number = :number"), {"number": number}
    ).scalar()
    if found is None:
        raise UnknownRedemptionError
    return find(till.connection, found, now=NOW)


def visit(engine: Engine, work: Work, number: str) -> object:
    """One step in a transaction of its own, as the door does it."""

    @contextmanager
    def own() -> Iterator[Connection]:
        with engine.begin() as connection:
            yield connection

    ctx = context(own)
    with engine.begin() as connection:
        return work(Till(connection, ctx), number)


def child(url: str, step: str, number: str, dies_at: int) -> None:
    """Work until the statement at which to die; never returns."""
    engine = open_engine(url, pool_size=2)
    seen = 0

    def count(*_: object) -> None:
        nonlocal seen
        if seen == dies_at:
            os._exit(DIED)
        seen += 1

    sa.event.listen(engine, "before_cursor_execute", count)
    sa.event.listen(engine, "commit", count)
    visit(engine, STEPS[step], number)
    os._exit(DIED if seen == dies_at else 0)


def main() -> None:
    """Serve jobs until there are no more."""
    for line in sys.stdin:
        job = json.loads(line)
        process = os.fork()
        if process == 0:
            child(job["url"], job["step"], job["number"], job["dies_at"])
        _, status = os.waitpid(process, 0)
        code = os.waitstatus_to_exitcode(status)
        print({DIED: "died", 0: "done"}.get(code, f"failed with {code}"), flush=True)


if __name__ == "__main__":
    main()
