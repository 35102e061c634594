"""What operators watch, on a port of its own: nothing here names a shopper, a key or a path as it was called.

With several workers every process writes its numbers to files in PROMETHEUS_MULTIPROC_DIR, which must be set
before this module is imported; whoever serves the port adds them up.
"""

import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    start_http_server,
    values,  # noqa: F401  (decides at import whether the process writes files)
)
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

MULTIPROCESS_DIR = "PROMETHEUS_MULTIPROC_DIR"

SECONDS = (0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.05, 0.1, 0.15, 0.3, 1.0, 5.0)
"""Fine where a till's patience is decided, coarse above: it gives up at 0.3."""

requests = Counter("o2o_requests", "Requests answered.", ("route", "method", "status"))
seconds = Histogram(
    "o2o_request_seconds", "Time from the request's first byte to the answer.", ("route",), buckets=SECONDS
)
degraded = Counter("o2o_degraded", "Offer queries answered without something.", ("without",))
lost = Counter("o2o_log_lost", "Decisions and exposures that could not be logged.", ("what",))
records = Counter("o2o_records", "Records put, by what became of them.", ("source", "outcome"))
events = Counter("o2o_events", "Online events taken in.", ("outcome",))
deliveries = Counter("o2o_deliveries", "Webhooks of shops.", ("connector", "outcome"))


def answered(route: str, method: str, status: int, *, took_s: float) -> None:
    """Count a request and the time it took."""
    count, time = _of_requests(route, method, status)
    count.inc()
    time.observe(took_s)


@lru_cache(maxsize=4096)  # finding a series by its labels costs more than counting
def _of_requests(route: str, method: str, status: int) -> tuple[Counter, Histogram]:
    return requests.labels(route, method, status), seconds.labels(route)


def registry(more: Iterable[Collector] = ()) -> CollectorRegistry:
    """All numbers of all workers of this machine, and what `more` asks the database when it is scraped."""
    if not os.environ.get(MULTIPROCESS_DIR):
        found = REGISTRY
    else:
        found = CollectorRegistry()
        MultiProcessCollector(found)  # type: ignore[no-untyped-call]
    for collector in more:
        found.register(collector)
    return found


def serve(*, host: str, port: int, more: Iterable[Collector] = ()) -> None:
    """Answer `/metrics` on a port of its own, in a thread of this process."""
    start_http_server(port, addr=host, registry=registry(more))


def prepare_directory(path: Path) -> None:
    """Make an empty folder for the workers' numbers and name it to them; call before starting workers."""
    path.mkdir(parents=True, exist_ok=True)
    for file in path.glob("*.db"):
        file.unlink()
    os.environ[MULTIPROCESS_DIR] = str(path)
