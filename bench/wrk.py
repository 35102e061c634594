"""Load by wrk: a Python load generator saturates first and would hide the difference that a bench is looking
for.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("wrk.lua")


class LoadError(Exception):
    """The load could not be made or was not answered as it should be."""


@dataclass(frozen=True, slots=True)
class Request:
    """One prepared request; `body` has no newline."""

    method: str
    path: str
    body: str


@dataclass(frozen=True, slots=True)
class Load:
    """What one run of wrk saw."""

    requests: int
    requests_per_s: float
    p50_us: int
    p95_us: int
    p99_us: int
    max_us: int
    status_errors: int
    socket_errors: int


def run(
    url: str, requests: Sequence[Request], *, connections: int, seconds: int, headers: Mapping[str, str]
) -> Load:
    """Sends the requests in turn over so many connections for so long. Raises LoadError when wrk is missing
    or fails.
    """
    program = shutil.which("wrk")
    if program is None:
        raise LoadError("wrk is not installed: install your system's package `wrk`, then run the bench again")
    with tempfile.NamedTemporaryFile("w", suffix=".requests", encoding="utf-8") as file:
        file.writelines(f"{request.method}\t{request.path}\t{request.body}\n" for request in requests)
        file.flush()
        command = [
            program,
            "-t",
            str(min(2, connections)),
            "-c",
            str(connections),
            "-d",
            f"{seconds}s",
            "--timeout",
            "10s",
        ]
        for name, value in headers.items():
            command += ["-H", f"{name}: {value}"]
        finished = subprocess.run(
            [*command, "-s", str(SCRIPT), url],
            env={**os.environ, "O2O_BENCH_REQUESTS": file.name},
            capture_output=True,
            text=True,
            timeout=seconds + 60,
            check=False,
        )
    return _read(finished.stdout, finished.stderr)


def _read(output: str, complaint: str) -> Load:
    for line in output.splitlines():
        if line.startswith("wrk-json "):
            seen = json.loads(line.removeprefix("wrk-json "))
            duration_us = seen.pop("duration_us")
            return Load(requests_per_s=seen["requests"] / (duration_us / 1e6), **seen)
    raise LoadError(f"wrk said nothing usable: {complaint.strip() or output.strip()}")
