"""The process dies between any two statements of a step, is started again, and the till says it once more:
afterwards the ledger is as if nothing had happened.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.database import Database
from offers.marketing.limits import Kind
from offers.money import Money
from tests.gateway.running import until
from tests.offers.dying import STEPS, visit
from tests.offers.floor import capacities, furnish, limited, unbalanced

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[3]
BEFORE: dict[str, tuple[str, ...]] = {
    "reserve": (),
    "commit": ("reserve",),
    "void": ("reserve",),
    "reverse": ("reserve", "commit"),
    "return": ("reserve", "commit"),
    "sell": ("reserve",),
    "exchange": ("reserve", "sell"),
    "return early": (),
    "book early": ("return early", "reserve", "sell"),
}
USED = {
    "reserve": 1,
    "commit": 1,
    "void": 0,
    "reverse": 0,
    "return": 0,
    "sell": 1,
    "exchange": 1,
    "return early": 0,
    "book early": 0,
}
"""Uses of the transaction that stand after the step."""


@pytest.fixture(scope="module")
def mortal() -> Iterator[subprocess.Popen[str]]:
    """The program whose children die."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "tests.offers.dying"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=30) == 0
    assert process.stdout is not None
    process.stdout.close()


@pytest.mark.parametrize("step", sorted(STEPS))
def test_a_process_that_dies_anywhere_in_a_step_changes_nothing_twice(
    database: Database, mortal: subprocess.Popen[str], step: str
) -> None:
    """For every statement of the step, and for the moment between commit and answer."""
    with database.transaction() as connection:
        furnish(connection)
        limited(connection, total=1_000, budget=(Money(1_000_000, "EUR"),))
    standing = 0
    for dies_at in range(100):
        number = f"{dies_at:03d}"
        for earlier in BEFORE[step]:
            visit(database.engine, STEPS[earlier], number)
        outcome = _run(mortal, database, step, number, dies_at)
        until(lambda: _nobody_is_at_work(database))  # what the dead held is free when its server notices
        visit(database.engine, STEPS[step], number)  # the till asks again, and again
        visit(database.engine, STEPS[step], number)
        standing += USED[step]
        with database.transaction() as connection:
            assert unbalanced(connection) == []
            taken = capacities(connection)
            assert taken["tenth", Kind.USES, ""] == (1_000, standing, 0)
            assert taken["tenth", Kind.BUDGET, "EUR"] == (1_000_000, 300 * standing, 0)
        if outcome == "done":
            break
    else:
        pytest.fail("it never came through")
    assert dies_at > 5, "the step has more statements than that"


def _nobody_is_at_work(database: Database) -> bool:
    with database.transaction() as connection:
        return not connection.scalar(
            text("""
                SELECT count(*) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
            """)
        )


def _run(mortal: subprocess.Popen[str], database: Database, step: str, number: str, dies_at: int) -> str:
    assert mortal.stdin is not None
    assert mortal.stdout is not None
    job = {"url": database.url, "step": step, "number": number, "dies_at": dies_at}
    mortal.stdin.write(json.dumps(job) + "\n")
    mortal.stdin.flush()
    outcome = mortal.stdout.readline().strip()
    assert outcome in {"died", "done"}, outcome
    return outcome
