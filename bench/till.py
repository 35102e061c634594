"""The till query beside the floor: runs in turn, so that both see the same moods of the machine."""

import json
import urllib.request
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from sqlalchemy import text as sql

from bench import questions, wrk
from bench.sample import Run, Sample, run, summarise
from bench.served import Served
from bench.stage import FLOOR_ROWS, Report, Stage, applications
from bench.wrk import LoadError, Request

SHOPPERS = 2_000
WARM_UP_S = 3


@dataclass(frozen=True, slots=True)
class Conditions:
    """How the load is made."""

    connections: int
    seconds: int
    runs: int
    campaigns: int
    lines: int = 10
    """Of each basket."""
    matching: int | None = None
    """How many of the campaigns match each basket, among them those that cover all of it; None: as it comes,
    and none that covers all.
    """


def floor_only(on: Stage, asked: Conditions, report: Report) -> dict[str, Any]:
    """The floor alone."""
    with applications(on) as (floor, _):
        sample = summarise(_in_turn(on, asked, report, {"floor": (floor, floor_requests())})["floor"])
    return {"floor": asdict(sample)}


def measure(on: Stage, asked: Conditions, report: Report) -> dict[str, Any]:
    """The till query and the floor, with their ratios. Raises LoadError when an answer is not what it should
    be.
    """
    queries = prepared(on, asked)
    with applications(on) as (floor, gateway):
        _check(gateway, queries[:20], on.key)
        found = _in_turn(on, asked, report, {"floor": (floor, floor_requests()), "till": (gateway, queries)})
    base, till = summarise(found["floor"]), summarise(found["till"])
    return {"floor": asdict(base), "till": asdict(till), "ratios": _ratios(base, till)}


def prepared(on: Stage, asked: Conditions) -> list[Request]:
    """The queries of known shoppers, over so many live campaigns."""
    with on.database.transaction() as connection:
        if not _has_campaigns(connection, asked.campaigns):
            questions.put_campaigns(connection, asked.campaigns)
        known = questions.shoppers(connection, SHOPPERS, seed=1)
        if asked.matching is None:
            questions.pause_wide_campaigns(connection)
            return questions.queries(connection, known, lines=asked.lines, seed=1)
        questions.put_wide_campaigns(connection)
        own = asked.matching - len(questions.WIDE) - 1  # one more is for what was wanted
        return questions.matching_queries(
            connection, known, lines=asked.lines, live=asked.campaigns, matching=own, seed=1
        )


def floor_requests() -> list[Request]:
    """Selects all over the floor's table."""
    return [Request("POST", f"/floor/{row}", "{}") for row in range(1, FLOOR_ROWS + 1, 7)]


def _ratios(base: Sample, till: Sample) -> dict[str, float]:
    return {
        "throughput": till.requests_per_s / base.requests_per_s,
        "p50": till.p50_us / base.p50_us,
        "p99": till.p99_us / base.p99_us,
        "cpu": (till.server_cpu_us + till.database_cpu_us) / (base.server_cpu_us + base.database_cpu_us),
    }


def _in_turn(
    on: Stage, asked: Conditions, report: Report, subjects: dict[str, tuple[Served, list[Request]]]
) -> dict[str, list[Run]]:
    """So many runs of each subject, one after the other in turn, after a warm-up."""
    found: dict[str, list[Run]] = {name: [] for name in subjects}
    for number in range(asked.runs + 1):
        for name, (subject, requests) in subjects.items():
            seconds = asked.seconds if number else WARM_UP_S
            load = partial(_load, on, asked, subject, requests, seconds)
            done = run(subject, on.database_pid, load)
            if number:
                found[name].append(done)
                p99_ms = done.load.p99_us / 1000
                report(f"  {name} {number}: {done.load.requests_per_s:,.0f}/s, p99 {p99_ms:.2f} ms")
    return found


def _load(on: Stage, asked: Conditions, subject: Served, requests: list[Request], seconds: int) -> wrk.Load:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {on.key}"}
    return wrk.run(subject.url, requests, connections=asked.connections, seconds=seconds, headers=headers)


def _check(gateway: Served, queries: list[Request], key: str) -> None:
    """A bench of refusals would be quick and worthless: the shopper must be known and the wanted line
    cheaper.
    """
    for query in queries:
        asked = urllib.request.Request(  # noqa: S310 - loopback
            gateway.url + query.path,
            data=query.body.encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {key}"},
        )
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310 - loopback
            said = json.load(answer)
        if said["shoppers"][0]["status"] != "known" or not any(e["line"] == "1" for e in said["effects"]):
            raise LoadError(f"a query was answered without its offer: {json.dumps(said)[:1000]}")


def _has_campaigns(connection: Any, count: int) -> bool:
    found: int = connection.execute(
        sql("select count(*) from offers.campaign where state = 'live'")
    ).scalar_one()
    return found >= count
