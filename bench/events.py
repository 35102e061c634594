"""Taking in online events through batch calls beside tills that ask at the same time.

What is sent is what a shop's server sends (`bench.clicks`). An event counts when background workers have
worked on it. Tills ask at a steady pace without events, beside a steady stream of them, and beside as many as
the gateway takes: the first two say how much longer a till waits, the last how much there is room for.
"""

import http.client
import itertools
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from random import Random
from statistics import median, quantiles
from typing import Any, Self
from urllib.parse import urlsplit

from bench import clicks, till
from bench.clicks import BATCH, VISITORS
from bench.processes import CpuSeconds, cpu_seconds
from bench.served import Served
from bench.stage import Report, Stage, gateway_of, working
from bench.till import Conditions
from bench.wrk import LoadError, Request
from gateway.inbox import store_batches

TILLS = 2
QUERIES_PER_S = 25
"""Of each till: it waits for one answer before it asks again, so few enough to be asked when they are due."""

CLIENTS = 2
OFFERED_PER_S = 2_000
TRIES = 3
"""Workers that wait for each other for too long give way, and try again a little later."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one run came to: `events_per_s` as fast as calls are answered, everything else beside a steady
    stream of `OFFERED_PER_S`.

    CPU milliseconds are per event, the tills' share included; `left_s` is how long the last events waited
    after the last call was answered: a gateway that does not keep up has more of it the longer a run lasts.
    """

    events_per_s: float
    till_p99_flat_out_ms: float
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


@dataclass(frozen=True, slots=True)
class _Taken:
    """Events taken in: how long each call and each till's query took, and the whole until the last event
    was worked on.
    """

    events: int
    seconds: float
    left_s: float
    calls: Sequence[float]
    tills: Sequence[float]
    used: CpuSeconds


def measure(on: Stage, asked: Conditions, report: Report) -> dict[str, Any]:
    """Events per second beside tills, and what the tills notice of it; medians of the runs."""
    queries = till.prepared(on, asked)
    batches = clicks.batches(Random(int(time.time())))
    with gateway_of(on) as served, working(on) as workers:
        report(f"  {VISITORS:,} visitors come for the first time")
        _send(served, on.key, [next(batches) for _ in range(3 * VISITORS // BATCH)])
        _wait_for_workers(on)
        found = []
        for number in range(1, asked.runs + 1):
            found.append(_run(_Bench(on, served, workers, asked, queries), batches))
            told = found[-1]
            report(
                f"  run {number}: {told.events_per_s:,.0f} events/s at most; beside {OFFERED_PER_S:,}/s"
                f" till p99 {told.till_p99_ms:.1f} ms, x {told.till_p99_ratio:.2f}, {told.left_s:.2f} s left"
            )
    figures = [asdict(one) for one in found]
    return {"events": {name: median(each[name] for each in figures) for name in figures[0]}}


@dataclass(frozen=True, slots=True)
class _Bench:
    """What every run needs."""

    on: Stage
    served: Served
    workers: Sequence[int]
    asked: Conditions
    queries: Sequence[Request]


def _run(bench: _Bench, batches: Iterator[bytes]) -> Told:
    alone = _ask(bench)
    steady = _take(bench, batches, every_s=BATCH * CLIENTS / OFFERED_PER_S)
    flat_out = _take(bench, batches, every_s=0)
    (alone_p50, alone_p99), (p50, p99), (call_p50, call_p99) = map(_cuts, (alone, steady.tills, steady.calls))
    return Told(
        events_per_s=flat_out.events / flat_out.seconds,
        till_p99_flat_out_ms=_cuts(flat_out.tills)[1],
        left_s=steady.left_s,
        call_p50_ms=call_p50,
        call_p99_ms=call_p99,
        server_cpu_ms=steady.used.server / steady.events * 1000,
        database_cpu_ms=steady.used.database / steady.events * 1000,
        till_p50_ms=p50,
        till_p99_ms=p99,
        till_alone_p50_ms=alone_p50,
        till_alone_p99_ms=alone_p99,
        till_p99_ratio=p99 / alone_p99,
    )


def _take(bench: _Bench, batches: Iterator[bytes], *, every_s: float) -> _Taken:
    """Sends as many events as a steady stream has in the time that tills ask."""
    count = OFFERED_PER_S * bench.asked.seconds // BATCH // CLIENTS
    shares = [[next(batches) for _ in range(count)] for _ in range(CLIENTS)]
    before, started = _cpu(bench), time.perf_counter()
    with ThreadPoolExecutor(CLIENTS + 1) as pool:
        asking = pool.submit(_ask, bench)
        sending = [pool.submit(_send, bench.served, bench.on.key, share, every_s=every_s) for share in shares]
        calls = list(itertools.chain.from_iterable(each.result() for each in sending))
        answered_s = time.perf_counter() - started
        _wait_for_workers(bench.on)
        seconds = time.perf_counter() - started
        tills = asking.result()
    used = _cpu(bench).since(before)
    return _Taken(count * CLIENTS * BATCH, seconds, seconds - answered_s, calls, tills, used)


def _cpu(bench: _Bench) -> CpuSeconds:
    """What those who answer, those who work behind them and the database have used."""
    found = cpu_seconds(server_pid=bench.served.pid, database_pid=bench.on.database_pid)
    behind = sum(cpu_seconds(server_pid=pid, database_pid=None).server for pid in bench.workers)
    return CpuSeconds(found.server + behind, found.database)


def _wait_for_workers(on: Stage) -> None:
    """Until nothing that was sent waits any more. Raises LoadError when something fails again and again."""
    while True:
        with on.database.transaction() as connection:
            left = store_batches.listing(connection, limit=1)
        if not left:
            return
        if left[0].due_at is None or left[0].attempts > TRIES:
            raise LoadError(f"events were not taken in: {left[0].trouble}")
        time.sleep(0.05)


def _send(served: Served, key: str, batches: Sequence[bytes], *, every_s: float = 0.0) -> list[float]:
    """Seconds that each call took; the next one starts when it is due, or at once when it is late."""
    with _Line(served, key) as line:
        started = time.perf_counter()
        taken = []
        for number, body in enumerate(batches):
            time.sleep(max(0.0, started + number * every_s - time.perf_counter()))
            taken.append(line.post("/v1/segment/v1/batch", body))
        return taken


def _ask(bench: _Bench) -> list[float]:
    """Seconds that each query of the tills took, which ask in turn at a steady pace."""
    with ThreadPoolExecutor(TILLS) as pool:
        asked = pool.map(lambda till: _ask_at_one(bench, till), range(TILLS))
        return list(itertools.chain.from_iterable(asked))


def _ask_at_one(bench: _Bench, number: int) -> list[float]:
    with _Line(bench.served, bench.on.key) as line:
        started = time.perf_counter() + number / TILLS / QUERIES_PER_S
        taken = []
        for turn in range(bench.asked.seconds * QUERIES_PER_S):
            time.sleep(max(0.0, started + turn / QUERIES_PER_S - time.perf_counter()))
            asked = bench.queries[(turn * TILLS + number) % len(bench.queries)]
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
