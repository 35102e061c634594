"""Several runs of one load, told by their medians: machines are noisy, so no single run is believed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from bench.processes import CpuSeconds, cpu_seconds
from bench.served import Served
from bench.wrk import Load, LoadError


@dataclass(frozen=True, slots=True)
class Run:
    """One run: what wrk saw and what it cost."""

    load: Load
    cpu: CpuSeconds


@dataclass(frozen=True, slots=True)
class Sample:
    """Medians over the runs, each figure on its own; `spread` is the highest throughput over the lowest."""

    runs: int
    requests_per_s: float
    p50_us: float
    p95_us: float
    p99_us: float
    server_cpu_us: float
    """CPU microseconds of the server's processes per request."""
    database_cpu_us: float
    spread: float


def run(subject: Served, database_pid: int | None, load: Callable[[], Load]) -> Run:
    """One run with the CPU time it took. Raises LoadError when an answer was an error: a fast refusal is no
    throughput.
    """
    before = cpu_seconds(server_pid=subject.pid, database_pid=database_pid)
    seen = load()
    after = cpu_seconds(server_pid=subject.pid, database_pid=database_pid)
    if seen.requests == 0 or seen.status_errors or seen.socket_errors:
        what = f"{seen.status_errors} were errors, and {seen.socket_errors} connections failed"
        raise LoadError(f"of {seen.requests} answers {what}")
    return Run(load=seen, cpu=after.since(before))


def summarise(runs: Sequence[Run]) -> Sample:
    """The medians."""
    rates = [run.load.requests_per_s for run in runs]
    return Sample(
        runs=len(runs),
        requests_per_s=median(rates),
        p50_us=median(run.load.p50_us for run in runs),
        p95_us=median(run.load.p95_us for run in runs),
        p99_us=median(run.load.p99_us for run in runs),
        server_cpu_us=median(run.cpu.server / run.load.requests * 1e6 for run in runs),
        database_cpu_us=median(run.cpu.database / run.load.requests * 1e6 for run in runs),
        spread=max(rates) / min(rates),
    )
