"""Taking records in beside so many people: one by one as an online source does, in batches as a feed does.

The load is a few threads of ours: resolving a record takes milliseconds, so a Python client is far from its
limits.
"""

import http.client
import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from random import Random
from statistics import median, quantiles
from typing import Any
from urllib.parse import quote, urlsplit

import orjson
from sqlalchemy import text as sql

from bench import ingest_splink, load
from bench.processes import cpu_seconds
from bench.served import Served
from bench.stage import Report, Stage, gateway_of, world
from bench.wrk import LoadError
from gateway.demo import files, households, rows
from gateway.demo.rows import Row

BATCH = 500
WARM_UP = 200
SPLINK_RECORDS = 100


@dataclass(frozen=True, slots=True)
class Taken:
    """What taking records in came to. Latencies are those of one call with one record."""

    records: int
    records_per_s: float
    p50_ms: float
    p99_ms: float
    server_cpu_ms: float
    """CPU milliseconds of the server's processes per record."""
    database_cpu_ms: float


def measure(on: Stage, report: Report, *, records: int, clients: int, runs: int) -> dict[str, Any]:
    """Records per second and latency, new people one by one from one and from several clients, and in
    batches; and how long Splink takes to find what one record matches in the same store.
    """
    source = _fresh(on)
    with gateway_of(on) as served:
        _one_by_one(on, served, list(itertools.islice(source, WARM_UP)), 1)
        found: dict[str, list[Taken]] = {"alone": [], "together": [], "batch": []}
        for number in range(1, runs + 1):
            found["alone"].append(_one_by_one(on, served, list(itertools.islice(source, records)), 1))
            found["together"].append(
                _one_by_one(on, served, list(itertools.islice(source, records)), clients)
            )
            found["batch"].append(_in_batches(on, served, list(itertools.islice(source, records * 2)), 2))
            report(
                f"  run {number}: " + ", ".join(f"{k} {v[-1].records_per_s:,.0f}/s" for k, v in found.items())
            )
    report("  Splink, one record at a time")
    splink = ingest_splink.measure(on, list(itertools.islice(source, SPLINK_RECORDS)))
    return {name: asdict(_median(taken)) for name, taken in found.items()} | {"splink": splink}


def _fresh(on: Stage) -> Iterator[Row]:
    """The records of people who are not there yet, each run of the bench others.

    Their households come close behind those that are stored: far beyond, telephone numbers run out and come
    round again, and strangers would share them. Nobody has used a household for less than one record.
    """
    whole = world()
    with on.database.transaction() as connection:
        used = connection.execute(sql("select coalesce(max(record_no), 0) from identity.record")).scalar_one()
    start = load.households_of(whole, on.people) * 2 + used // 2 * 2
    random = Random()
    for home in households.stream(whole, start, start + 1_000_000):
        yield from rows.rows(whole, home, random)


def _one_by_one(on: Stage, served: Served, taken: Sequence[Row], clients: int) -> Taken:
    calls = [
        ("PUT", f"/v1/records/{row.source}/{quote(row.key, safe='')}", orjson.dumps(files.body(row)), 1)
        for row in taken
    ]
    return _take(on, served, calls, clients, "application/json")


def _in_batches(on: Stage, served: Served, taken: Sequence[Row], clients: int) -> Taken:
    calls = []
    for start in range(0, len(taken), BATCH):
        some = taken[start : start + BATCH]
        lines = (orjson.dumps({"source": row.source, "key": row.key, **files.body(row)}) for row in some)
        calls.append(("POST", "/v1/records/batch", b"\n".join(lines), len(some)))
    return _take(on, served, calls, clients, "application/x-ndjson")


Request = tuple[str, str, bytes, int]


def _take(on: Stage, served: Served, calls: Sequence[Request], clients: int, mimetype: str) -> Taken:
    before = cpu_seconds(server_pid=served.pid, database_pid=on.database_pid)
    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        shares = [pool.submit(_send, served, on.key, calls[n::clients], mimetype) for n in range(clients)]
        latencies = list(itertools.chain.from_iterable(share.result() for share in shares))
    seconds = time.perf_counter() - started
    used = cpu_seconds(server_pid=served.pid, database_pid=on.database_pid).since(before)
    records = sum(count for *_, count in calls)
    cuts = quantiles(latencies, n=100) if len(latencies) > 1 else latencies * 99
    return Taken(
        records=records,
        records_per_s=records / seconds,
        p50_ms=cuts[49] * 1000,
        p99_ms=cuts[98] * 1000,
        server_cpu_ms=used.server / records * 1000,
        database_cpu_ms=used.database / records * 1000,
    )


def _send(served: Served, key: str, calls: Iterable[Request], mimetype: str) -> list[float]:
    """Seconds that each call took. Raises LoadError when one is refused."""
    address = urlsplit(served.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    headers = {"Content-Type": mimetype, "Authorization": f"Bearer {key}"}
    latencies = []
    for number, (method, path, body, _) in enumerate(calls):
        started = time.perf_counter()
        named = headers | {"Idempotency-Key": f"bench-{time.time_ns()}-{number}"}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        said = answer.read()
        latencies.append(time.perf_counter() - started)
        if answer.status >= 300:
            raise LoadError(f"{method} {path} was refused ({answer.status}): {said[:500]!r}")
    connection.close()
    return latencies


def _median(taken: Sequence[Taken]) -> Taken:
    return Taken(
        records=sum(each.records for each in taken),
        records_per_s=median(each.records_per_s for each in taken),
        p50_ms=median(each.p50_ms for each in taken),
        p99_ms=median(each.p99_ms for each in taken),
        server_cpu_ms=median(each.server_cpu_ms for each in taken),
        database_cpu_ms=median(each.database_cpu_ms for each in taken),
    )
