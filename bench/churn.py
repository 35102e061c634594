"""Whether tables stay as large as what they hold: records that are sent again and again, a little different.

Most updates change an attribute of the retailer's own, one in ten an e-mail address (keys, digests and
perhaps persons change with it); new addresses resemble nobody's. What only ever grows by design (history, the
change feed) is not counted.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b
from itertools import cycle, islice
from random import Random
from typing import Any

from sqlalchemy import Connection
from sqlalchemy import text as sql

from bench import load
from bench.stage import Report, Stage, world
from gateway import together, wiring
from gateway.demo import households, rows, sent
from identity.breaker import watching
from identity.submission import Claim, Submission

COUNTED = ("record", "identifier", "block_key", "member", "profile", "review", "tally", "redo")
"""Tables of identity that hold what is, not what was."""

EVERY = 10
"""One update in so many changes an address."""

LOOK_EVERY = 500
SETTLES_S = 10.0
"""How long autovacuum is given at the end."""


def measure(on: Stage, report: Report, *, updates: int) -> dict[str, Any]:
    """Growth of each table, and of all, over so many updates; and how fast they were taken."""
    services = wiring.services_over(on.settings, on.database)
    before = _sizes(on)
    started, used = time.perf_counter(), time.process_time()
    sent_again = islice(_updates(on), updates)
    for done, _ in enumerate(together.put_all(services, sent_again, clock=services.clock), start=1):
        if done % LOOK_EVERY == 0:
            with on.database.transaction() as connection:
                watching.watch(connection, services.identity, now=services.clock())
        if done % max(1, updates // 10) == 0:
            report(f"  {done:,} updates")
    seconds, cpu = time.perf_counter() - started, time.process_time() - used
    time.sleep(SETTLES_S)
    after = _sizes(on)
    services.quick.dispose()
    return {
        "updates": updates,
        "updates_per_s": updates / seconds,
        "client_cpu_ms": cpu / updates * 1000,
        "grown": {
            "all": sum(after.values()) / sum(before.values()),
            **{name: after[name] / before[name] for name in COUNTED if before[name] > 1 << 20},
        },
    }


def _updates(on: Stage) -> Iterator[Submission]:
    """Records that are stored, each different from the last time, in an order of their own."""
    whole = world()
    homes = households.stream(whole, 0, load.households_of(whole, on.people))
    known = [row for home in islice(homes, 5_000) for row in rows.rows(whole, home, Random())]
    Random(1).shuffle(known)
    for number, row in enumerate(cycle(known)):
        submission = sent.submission(row)
        said = {**submission.attributes, "x_visit": str(number)}
        shown = submission.identifiers
        if number % EVERY == 0:
            changed = [claim for claim in shown if claim.type != "email"]
            shown = (*changed, Claim("email", f"{_unlike_any(number)}@example.at"))
        yield replace(submission, attributes=said, identifiers=shown, observed_at=None)


def _unlike_any(number: int) -> str:
    return blake2b(str(number).encode(), digest_size=6).hexdigest()


def _sizes(on: Stage) -> dict[str, int]:
    with on.database.transaction() as connection:
        return {name: _size(connection, name) for name in COUNTED}


def _size(connection: Connection, table: str) -> int:
    found: int = connection.execute(
        sql("select pg_total_relation_size(cast(:name as regclass))"), {"name": f"identity.{table}"}
    ).scalar_one()
    return found
