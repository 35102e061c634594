"""Commits on one hot campaign beside what the machine can do: the floor, and pgbench with one row.

Every commit takes a use and money from the same two rows, so the rows' locks and the disk's flushes are what
is measured. The yardstick is the harmonic mean's half: 1 / (1/floor + 1/pgbench), a server that spends the
floor's time and then pgbench's on each request, of which at least half is wanted. All are run in turn, in the
same minutes.
"""

import json
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import text as sql

from bench import wrk
from bench.sample import Run, Sample, run, summarise
from bench.served import Served
from bench.stage import Report, Stage, applications
from bench.till import Conditions, floor_requests, prepared
from bench.wrk import LoadError, Request
from gateway.postgres import binaries
from offers.catalogue.offer_ids import compose
from offers.marketing import campaigns
from offers.marketing.campaign import Campaign
from offers.marketing.campaign_format import parse
from offers.marketing.campaigns import Author

MOST_A_SECOND = 4_000
"""No run sends more commits than this; each is of a transaction of its own."""

CAMPAIGN = """
campaign: bench-hot
name: Everybody wants it
trigger: always
reward: {percent: 10%}
limits: {total: 1000000000, budget: 9000000000.00 EUR}
messages: {all: {en: {title: Less}}}
"""

PGBENCH = """
BEGIN;
UPDATE bench_hot SET taken = taken + 1 WHERE row_no = 1;
INSERT INTO bench_use (row_no, note) VALUES (1, 'use');
COMMIT;
"""


def measure(on: Stage, asked: Conditions, report: Report) -> dict[str, Any]:
    """Commits and reserves with the floor, pgbench and the till query. Raises LoadError."""
    program = _pgbench()
    with on.database.transaction() as connection:
        version = _hot_campaign(connection)
        store: str = connection.execute(sql("SELECT min(code) FROM offers.store")).scalar_one()
        _pgbench_tables(connection)
    queries = prepared(on, asked)
    batches = Batches(store, compose("bench-hot", version), asked.seconds * MOST_A_SECOND)
    rates: list[float] = []
    found: dict[str, list[Run]] = {name: [] for name in ("floor", "till", "commit", "reserve")}
    with applications(on) as (floor, gateway):
        _check(gateway, on.key, batches)
        for number in range(asked.runs):
            subjects: dict[str, tuple[Served, list[Request]]] = {
                "floor": (floor, floor_requests()),
                "till": (gateway, queries),
                "commit": (gateway, list(batches.commits())),
                "reserve": (gateway, list(batches.reserves(queries))),
            }
            for name, (subject, requests) in subjects.items():
                done = run(subject, on.database_pid, partial(_load, on, asked, subject, requests))
                found[name].append(done)
                report(
                    f"  {name} {number + 1}: {done.load.requests_per_s:,.0f}/s, "
                    f"p99 {done.load.p99_us / 1000:.2f} ms"
                )
            rates.append(_pgbench_rate(program, on, asked))
            report(f"  pgbench {number + 1}: {rates[-1]:,.0f}/s")
    samples = {name: summarise(runs) for name, runs in found.items()}
    return {
        **{name: asdict(sample) for name, sample in samples.items()},
        "pgbench": {"transactions_per_s": median(rates)},
        "ratios": _ratios(samples, median(rates)),
    }


def _ratios(samples: dict[str, Sample], pgbench: float) -> dict[str, float]:
    floor = samples["floor"].requests_per_s
    yardstick = 1 / (1 / floor + 1 / pgbench)
    return {
        "yardstick": yardstick,
        "commit": samples["commit"].requests_per_s / yardstick,
        "reserve_p99": samples["reserve"].p99_us / samples["till"].p99_us,
    }


class Batches:
    """Requests that are never repeated: a replayed answer would be quick and worth nothing."""

    def __init__(self, store: str, offer: str, most: int) -> None:
        self._store, self._offer, self._most = store, offer, most
        self._number = int(datetime.now(UTC).timestamp()) * 1_000_000

    def commits(self) -> Iterator[Request]:
        """Sales that use the hot campaign."""
        for _ in range(self._most):
            body = {
                "transaction": self._key(),
                "state": "committed",
                "occurred_at": "2026-11-21T10:00:00Z",
                "applied": [{"offer": self._offer, "line": "1", "quantity": "1", "amount": 100}],
            }
            yield Request("POST", "/v1/redemptions", json.dumps(body))

    def reserves(self, queries: list[Request]) -> Iterator[Request]:
        """The till's own questions, each holding what it is answered."""
        for place in range(self._most // 4):
            body = json.loads(queries[place % len(queries)].body)
            store = body["transaction"]["store"]
            body |= {"mode": "reserve", "transaction": {**self._key(), "store": store}}
            yield Request("POST", "/v1/offers/query", json.dumps(body))

    def _key(self) -> dict[str, str]:
        self._number += 1
        return {
            "store": self._store,
            "terminal": "01",
            "business_day": "2026-11-21",
            "number": str(self._number),
        }


def _hot_campaign(connection: Any) -> int:
    campaign = parse(CAMPAIGN)
    assert isinstance(campaign, Campaign)
    author = Author(name="bench", at=datetime.now(UTC))
    campaigns.apply(connection, campaign, author)
    return campaigns.activate(connection, campaign.id, author).live_version or 1


def _pgbench_tables(connection: Any) -> None:
    connection.execute(sql("DROP TABLE IF EXISTS bench_hot, bench_use"))
    connection.execute(
        sql("CREATE TABLE bench_hot (row_no bigint PRIMARY KEY, taken bigint) WITH (fillfactor = 50)")
    )
    connection.execute(sql("CREATE TABLE bench_use (use_no bigserial PRIMARY KEY, row_no bigint, note text)"))
    connection.execute(sql("INSERT INTO bench_hot VALUES (1, 0)"))


def _pgbench() -> str:
    beside = binaries.find().program("pgbench")
    program = beside if Path(beside).exists() else shutil.which("pgbench")
    if program is None:
        raise LoadError("pgbench is not installed: install your system's PostgreSQL contrib package")
    return program


def _pgbench_rate(program: str, on: Stage, asked: Conditions) -> float:
    """Transactions a second of an update of one row and an insert, over as many connections."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(PGBENCH)
        script.flush()
        url = on.database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        clients = str(asked.connections)
        command = [program, "-n", "-M", "prepared", "-c", clients, "-j", "2", "-T", str(asked.seconds)]
        finished = subprocess.run(
            [*command, "-f", script.name, url], capture_output=True, text=True, check=False
        )
    for line in finished.stdout.splitlines():
        if line.startswith("tps = "):
            return float(line.split()[2])
    raise LoadError(f"pgbench said nothing usable: {finished.stderr.strip() or finished.stdout.strip()}")


def _load(on: Stage, asked: Conditions, subject: Served, requests: list[Request]) -> wrk.Load:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {on.key}"}
    return wrk.run(
        subject.url, requests, connections=asked.connections, seconds=asked.seconds, headers=headers
    )


def _check(gateway: Served, key: str, batches: Batches) -> None:
    """A bench of refusals would be quick and worthless: the hot campaign must grant."""
    first = next(iter(batches.commits()))
    asked = urllib.request.Request(  # noqa: S310 - loopback
        gateway.url + first.path,
        data=first.body.encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {key}"},
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310 - loopback
        said = json.load(answer)
    if [item["granted"] for item in said["items"]] != [100]:
        raise LoadError(f"a commit was not granted: {json.dumps(said)[:1000]}")
