"""Day files that come twice, backwards, or in halves with a kill between: the same is known."""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import Client

from gateway.access import keys
from gateway.access.keys import Grant
from gateway.access.security import Scope
from gateway.poslog import importing
from gateway.wiring import Services
from tests.gateway.conftest import Caller, Clock
from tests.gateway.connectors import poslogs, shops, story

ALL = (poslogs.SALE, poslogs.RETURN, poslogs.VOID, poslogs.DRAWER, poslogs.BROKEN)
HALF = 2

FILES: dict[str, Sequence[Sequence[str]]] = {
    "as it happened": [ALL],
    "twice": [ALL, (*ALL, poslogs.DRAWER)],
    "backwards": [ALL[::-1]],
    "the later half first": [ALL[HALF:], ALL[:HALF]],
    "one file each": [[one] for one in ALL],
}


@pytest.fixture
def clock() -> Clock:
    """A clock that the test turns."""
    return Clock()


def _stage(held: Services, client: Client) -> None:
    with held.database.transaction() as connection:
        grant = Grant("back", frozenset({Scope.ADMIN, Scope.CAMPAIGN}))
        token = keys.issue(connection, grant, now=held.clock()).token
    story.set_the_stage(held, Caller(client, token))


def _import(held: Services, path: Path, transactions: Sequence[str], *, steps: int | None = None) -> None:
    path.write_bytes(poslogs.document(*transactions))
    for _ in itertools.islice(importing.take_in(held, path, source="pos"), steps):
        """Until it is done, or killed."""


def _known(held: Services) -> Any:
    return shops.what_is_known(held, [("loyalty", story.CARD)])


def test_however_the_files_come_the_same_is_known(
    new_services: Callable[[], tuple[Services, Client]], tmp_path: Path
) -> None:
    """Sales, returns and voids find each other whichever comes first."""
    found: dict[str, Any] = {}
    for name, files in FILES.items():
        held, client = new_services()
        _stage(held, client)
        for number, transactions in enumerate(files):
            _import(held, tmp_path / f"{number}.xml", transactions)
        found[name] = _known(held)
    held, client = new_services()
    _stage(held, client)
    _import(held, tmp_path / "killed.xml", ALL, steps=HALF)
    _import(held, tmp_path / "killed.xml", ALL)
    found["halves with a kill between"] = _known(held)
    first = found["as it happened"]
    assert len(first[f"loyalty/{story.CARD}"]["events"]) >= 2
    assert [name for name, known in found.items() if known != first] == []


def _sale(number: int, *, price: str = "9.95", card: str = "", paid: str = "") -> str:
    """A sale of a mug, to a card or paid by an account that the till names, or neither."""
    shown = poslogs.LOYALTY.replace("2000123", card) if card else ""
    tender = poslogs.PAID.replace("PAR1", paid) if paid else ""
    return poslogs.transaction(f"{poslogs.key(number)}|{poslogs.goods(1, 'MUG-1', price)}{tender}{shown}")


MANY = (
    *(_sale(number) for number in range(10, 16)),
    *(_sale(number, card=f"200000{number}") for number in range(20, 24)),
    _sale(24, card="20000020"),
    _sale(25, card=story.CARD, paid="PAR7"),
    _sale(26, paid="PAR7"),
    _sale(27, paid="PAR8"),
    _sale(10),
    _sale(20, card="20000020"),
    _sale(11, price="1.00"),
    poslogs.DRAWER,
    poslogs.BROKEN,
    poslogs.RETURN,
    poslogs.SALE,
    _sale(28, card="20000023"),
)
"""Sales that are plain, some told again and one told otherwise, between others that are not."""


def test_sales_taken_in_together_leave_what_each_leaves_alone(
    new_services: Callable[[], tuple[Services, Client]], tmp_path: Path
) -> None:
    """Receipts, whose they are, what came of them and what is to be reconciled: to the last column."""
    found = []
    for files in ([MANY], [[one] for one in MANY]):
        held, client = new_services()
        _stage(held, client)
        counts: Counter[str] = Counter()
        for number, transactions in enumerate(files):
            path = tmp_path / f"{number}.xml"
            path.write_bytes(poslogs.document(*transactions))
            *_, progress = importing.take_in(held, path, source="pos", again=True)
            counts.update(progress.counts)
        found.append((dict(counts), _receipts(held), _reconciled(held), _known(held)))
    together, alone = found
    assert together[0] == {"recorded": 17, "repeated": 2, "passed_over": 1, "refused": 2}
    assert together == alone


def _receipts(held: Services) -> list[Any]:
    """All that is stored of receipts but for what is drawn, or sealed with an installation's own keys."""
    with held.database.transaction() as connection:
        rows = connection.execute(
            text("""
                SELECT t.terminal, t.business_day, t.number, t.kind, t.stated_at, t.occurred_at,
                       t.received_at, t.currency, t.lines, t.tenders, t.applied, t.redemption_no,
                       t.flags, t.digest, CAST(t.answer AS jsonb) - 'id', r.source,
                       split_part(r.key, ':', 1)
                  FROM offers.till_transaction t LEFT JOIN identity.record r USING (record_no)
                 ORDER BY t.number, t.kind
            """)
        )
        return [tuple(bytes(one) if isinstance(one, memoryview) else one for one in row) for row in rows]


def _reconciled(held: Services) -> list[Any]:
    with held.database.transaction() as connection:
        rows = connection.execute(text("SELECT number, reason, digest FROM offers.reconciliation ORDER BY 1"))
        return [(number, reason, bytes(digest)) for number, reason, digest in rows]
