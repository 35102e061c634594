"""A till's calls in a process of their own that dies at a statement. Started by `test_failpoints`.

Reads jobs from standard input, one JSON object a line: {url, step, number, dies_at}. For each it forks; the
child works on a connection of its own and leaves by `os._exit` before statement number `dies_at` of the step
(counted at the driver, so none is missed) or, one later, after the commit and before the answer. Prints
whether the child died or was done.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from psycopg2.extensions import cursor as Cursor  # noqa: N812  (the driver's class has a small name)
from sqlalchemy import Connection, Engine

from gateway.database import open_engine
from offers import service
from offers.errors import UnknownRedemptionError
from offers.redemptions.ledger_view import find
from offers.redemptions.redemption import Applied, Clocks, Redemption, Sale
from offers.returns.model import Return, ReturnLine
from tests.offers.floor import NOW, Till, applied, context, key

DIED = 9
CLOCKS = Clocks(received_at=NOW, occurred_at=NOW)
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


def sell(till: Till, number: str) -> object:
    """Record the receipt, which commits what is held."""
    held = held_of(till, number)
    return service.record_transaction(till.connection, till.ctx, _receipt(held, number), CLOCKS)


def exchange(till: Till, number: str) -> object:
    """Bring the line back, take another for it, all on one receipt."""
    back = {"line": "1", "kind": "return", "quantity": "1", "amount": 2700, "return_of": _line_of(number)}
    taken = {"line": "2", "kind": "sale", "quantity": "1", "amount": 3000}
    given = (Applied("tenth.1", "2", 1000, 300),)
    sale = Sale(
        transaction=key(f"8{number}"), kind="sale", currency="EUR", lines=(back, taken), applied=given
    )
    return service.record_transaction(till.connection, till.ctx, sale, CLOCKS)


def return_early(till: Till, number: str) -> object:
    """Bring the line back before anybody has heard of its sale."""
    back = {"line": "1", "kind": "return", "quantity": "1", "amount": 2700, "return_of": _line_of(number)}
    sale = Sale(transaction=key(f"7{number}"), kind="return", currency="EUR", lines=(back,))
    return service.record_transaction(till.connection, till.ctx, sale, CLOCKS)


def book_early(till: Till, number: str) -> object:
    """The background work, once the sale is there."""
    del number
    return service.book_waiting_return(till.connection, till.ctx, now=NOW)


def _receipt(held: Redemption, number: str) -> Sale:
    lines = ({"line": "1", "kind": "sale", "quantity": "1", "amount": 3000},)
    return Sale(
        transaction=key(number),
        kind="sale",
        currency="EUR",
        lines=lines,
        redemption=held.id,
        applied=tuple(applied(held)),
    )


def _line_of(number: str) -> dict[str, object]:
    sale = key(number)
    named = {
        "store": sale.store,
        "terminal": sale.terminal,
        "business_day": sale.business_day.isoformat(),
        "number": sale.number,
    }
    return {"transaction": named, "line": "1"}


STEPS: dict[str, Work] = {
    "reserve": reserve,
    "commit": commit,
    "void": void,
    "reverse": reverse,
    "return": give_back,
    "sell": sell,
    "exchange": exchange,
    "return early": return_early,
    "book early": book_early,
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

    class Mortal(Cursor):
        def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002  (the driver's name)
            count()
            super().execute(query, vars)

    def make_mortal(opened: Any, *_: object) -> None:
        opened.cursor_factory = Mortal

    with engine.connect():  # what the pool asks of a new connection is no statement of the step
        pass
    sa.event.listen(engine, "checkout", make_mortal)
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
