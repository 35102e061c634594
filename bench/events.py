"""Taking in online events through batch calls beside tills that ask at the same time.

What is sent is what a shop's server sends: batches of a hundred messages of returning visitors, now and then
one who signs in. An event counts when background workers have worked on it. Tills ask at a steady pace, with
and without the events: what counts is how long one waits.
"""

import http.client
import itertools
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from random import Random
from statistics import median, quantiles
from typing import Any, Self
from urllib.parse import urlsplit

import orjson

from bench import till
from bench.processes import CpuSeconds, cpu_seconds
from bench.served import Served
from bench.stage import Report, Stage, gateway_of, working
from bench.till import Conditions
from bench.wrk import LoadError, Request
from gateway.demo import lists
from gateway.inbox import store_batches

BATCH = 100
VISITORS = 2_000
ARTICLES = 500
SIGN_INS = 0.01
EVENTS = ("Product Viewed",) * 7 + ("Product Added", "Cart Viewed", "Product Removed")
TILLS_PER_S = 25
CLIENTS = 2
OFFERED_PER_S = 2_200
"""A little more than the target, so that a gateway that keeps up shows it."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one run came to. CPU milliseconds are per event, the tills' share included; `left_s` is how long
    the last events waited after the last call was answered.
    """

    events_per_s: float
    left_s: float
    call_p50_ms: float
    call_p99_ms: float
    server_cpu_ms: float
    database_cpu_ms: float
    till_p50_ms: float
    till_p99_ms: float
    till_alone_p50_ms: float
    till_alone_p99_ms: float
    till_p99_ratio: float


def measure(on: Stage, asked: Conditions, report: Report) -> dict[str, Any]:
    """Events per second beside tills, and what the tills notice of it; medians of the runs."""
    queries = till.prepared(on, asked)
    batches = _batches(Random(int(time.time())))
    with gateway_of(on) as served, working(on) as workers:
        report(f"  {VISITORS:,} visitors come for the first time")
        _send(served, on.key, [next(batches) for _ in range(3 * VISITORS // BATCH)])
        _wait_for_workers(on)
        found = []
        for number in range(1, asked.runs + 1):
            found.append(_run(on, served, workers, asked, queries, batches))
            told = found[-1]
            report(f"  run {number}: {told.events_per_s:,.0f} events/s, till p99 x {told.till_p99_ratio:.2f}")
    figures = [asdict(one) for one in found]
    return {"events": {name: median(each[name] for each in figures) for name in figures[0]}}


def _run(
    on: Stage,
    served: Served,
    workers: Sequence[int],
    asked: Conditions,
    queries: Sequence[Request],
    batches: Iterator[bytes],
) -> Told:
    alone = _ask(served, on.key, queries, asked.seconds)
    count = OFFERED_PER_S * asked.seconds // BATCH // CLIENTS
    shares = [[next(batches) for _ in range(count)] for _ in range(CLIENTS)]
    before, started = _cpu(on, served, workers), time.perf_counter()
    with ThreadPoolExecutor(CLIENTS + 1) as pool:
        asking = pool.submit(_ask, served, on.key, queries, asked.seconds)
        sending = [
            pool.submit(_send, served, on.key, share, every_s=BATCH * CLIENTS / OFFERED_PER_S)
            for share in shares
        ]
        calls = list(itertools.chain.from_iterable(each.result() for each in sending))
        answered_s = time.perf_counter() - started
        _wait_for_workers(on)
        seconds = time.perf_counter() - started
        used = _cpu(on, served, workers).since(before)
        beside = asking.result()
    events = count * CLIENTS * BATCH
    (alone_p50, alone_p99), (p50, p99), (call_p50, call_p99) = map(_cuts, (alone, beside, calls))
    return Told(
        events_per_s=events / seconds,
        left_s=seconds - answered_s,
        call_p50_ms=call_p50,
        call_p99_ms=call_p99,
        server_cpu_ms=used.server / events * 1000,
        database_cpu_ms=used.database / events * 1000,
        till_p50_ms=p50,
        till_p99_ms=p99,
        till_alone_p50_ms=alone_p50,
        till_alone_p99_ms=alone_p99,
        till_p99_ratio=p99 / alone_p99,
    )


def _cpu(on: Stage, served: Served, workers: Sequence[int]) -> CpuSeconds:
    """What those who answer, those who work behind them and the database have used."""
    found = cpu_seconds(server_pid=served.pid, database_pid=on.database_pid)
    behind = sum(cpu_seconds(server_pid=pid, database_pid=None).server for pid in workers)
    return CpuSeconds(found.server + behind, found.database)


def _wait_for_workers(on: Stage) -> None:
    """Until nothing that was sent waits any more. Raises LoadError when something was given up."""
    while True:
        with on.database.transaction() as connection:
            left = store_batches.listing(connection, limit=1)
        if not left:
            return
        if left[0].due_at is None or left[0].trouble:
            raise LoadError(f"events were not taken in: {left[0].trouble}")
        time.sleep(0.05)


def _batches(random: Random) -> Iterator[bytes]:
    """Batch calls without end, each message new."""
    run = f"{random.getrandbits(48):x}"
    for number in itertools.count():
        messages = [_message(random, f"{run}-{number}-{place}") for place in range(BATCH)]
        yield orjson.dumps({"batch": messages, "sentAt": _now()})


def _message(random: Random, message_id: str) -> dict[str, Any]:
    visitor = random.randrange(VISITORS)
    named = {"userId": f"bench-{visitor}"} if visitor % 3 == 0 else {}
    shared = {"messageId": message_id, "anonymousId": f"bench-{visitor}-b", "timestamp": _now(), **named}
    if named and random.random() < SIGN_INS:
        return {"type": "identify", "traits": _traits(visitor), **shared}
    properties = {"sku": f"BENCH-{random.randrange(ARTICLES)}", "quantity": 1, "price": 19.9, "name": "It"}
    context = {"page": {"path": "/things", "title": "Things"}, "library": {"name": "bench", "version": "1"}}
    event = random.choice(EVENTS)
    return {"type": "track", "event": event, "properties": properties, "context": context, **shared}


def _traits(visitor: int) -> dict[str, str]:
    """Who a visitor is: names as people have them, so that some share one and most do not."""
    life, draw = lists.country("AT"), Random(visitor)
    surname = draw.choice(life.surname_roots) + draw.choice(life.surname_endings)
    given = draw.choice(life.female)
    return {"email": f"bench-{visitor}@example.org", "firstName": given, "lastName": surname}


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _send(served: Served, key: str, batches: Sequence[bytes], *, every_s: float = 0.0) -> list[float]:
    """Seconds that each call took; the next one starts when it is due, or at once when it is late."""
    with _Line(served, key) as line:
        started = time.perf_counter()
        taken = []
        for number, body in enumerate(batches):
            time.sleep(max(0.0, started + number * every_s - time.perf_counter()))
            taken.append(line.post("/v1/segment/v1/batch", body))
        return taken


def _ask(served: Served, key: str, queries: Sequence[Request], seconds: float) -> list[float]:
    """Seconds that each of a steady stream of till queries took."""
    with _Line(served, key) as line:
        started = time.perf_counter()
        taken = []
        for number in range(int(seconds * TILLS_PER_S)):
            time.sleep(max(0.0, started + number / TILLS_PER_S - time.perf_counter()))
            asked = queries[number % len(queries)]
            taken.append(line.post(asked.path, asked.body.encode()))
        return taken


class _Line:
    """A kept connection to the gateway."""

    def __init__(self, served: Served, key: str) -> None:
        address = urlsplit(served.url)
        self._connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
        self._headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def post(self, path: str, body: bytes) -> float:
        """Seconds until the answer was there. Raises LoadError when it is a refusal."""
        started = time.perf_counter()
        self._connection.request("POST", path, body, self._headers)
        answer = self._connection.getresponse()
        said = answer.read()
        took_s = time.perf_counter() - started
        if answer.status != 200:
            raise LoadError(f"{path} was refused ({answer.status}): {said[:500]!r}")
        return took_s


def _cuts(seconds: Sequence[float]) -> tuple[float, float]:
    """Median and 99th percentile in milliseconds."""
    cuts = quantiles(seconds, n=100, method="inclusive")
    return cuts[49] * 1000, cuts[98] * 1000
