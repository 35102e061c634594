"""What joining a file costs, phase by phase, beside Splink alone on the same file in the same run; and how
well it fits the truth, for each kind of mess.

The file is of generated people. Splink's side only compares and clusters, by settings of its documentation;
it neither reads values nor knows vetoes, so the ratio says what those cost.
"""

import csv
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from bench import linking_splink
from bench.processes import cpu_seconds
from bench.quality_score import score, score_by_label
from bench.stage import Report, world
from gateway.demo import files as generated
from gateway.demo.world import World
from identity import policy as policies
from identity.bulk import files, mapping, store_output
from identity.bulk.link import Intake, bring_in, find_pairs, join
from identity.bulk.progress import Progress
from identity.bulk.reading import Reading
from identity.bulk.splink_engine import SplinkEngine
from identity.bulk.store_workbench import Resources, workbench
from identity.bulk.workforce import Equipment, Workforce
from identity.scoring import shipped

COLUMNS: Final = (*generated.TEXTS, *(name for name in generated.IDENTIFIERS if name != "device"))
"""What is mapped, each to the attribute of its name. A device finds nobody without its sign-ins."""


@dataclass(slots=True)
class Cost:
    """What a phase took, of this process and those it started. `peak_mib` is of this one, so far."""

    seconds: float = 0.0
    cpu_s: float = 0.0
    peak_mib: float = 0.0


@dataclass(slots=True)
class _Meter:
    """Listens to a run and writes down what each of its phases cost."""

    costs: dict[str, Cost] = field(default_factory=dict)
    _name: str = ""
    _seconds: float = 0.0
    _cpu_s: float = 0.0

    def phase(self, name: str) -> None:
        """Another phase begins; the one before is over."""
        seconds, cpu_s = time.perf_counter(), _cpu_s()
        if self._name:
            cost = self.costs.setdefault(self._name, Cost())
            cost.seconds += seconds - self._seconds
            cost.cpu_s += cpu_s - self._cpu_s
            cost.peak_mib = _peak_mib()
        self._name, self._seconds, self._cpu_s = name, seconds, cpu_s

    def done(self, count: int, total: int) -> None:
        """Does nothing."""


def measure(report: Report, *, records: int) -> dict[str, Any]:
    """Seconds, CPU seconds and memory of each phase, of all, and of Splink alone."""
    with TemporaryDirectory(prefix="o2o-bench-") as folder:
        path = Path(folder) / "people.csv"
        truth = write(path, world(), records)
        report(f"joining {records:,} records")
        meter = _Meter()
        found = join_file(path, meter)
        ours = _sum(meter.costs)
        report(f"joined in {ours.cpu_s:,.0f} s of CPU; now Splink alone")
        with _metered() as splink:
            clusters = linking_splink.clusters(path)
    return {
        "records": records,
        "load_average": os.getloadavg()[0],
        "people": len(set(truth.person.values())),
        "ours": {"persons": len(set(found.values())), **asdict(ours)},
        **{f"phase {name}": asdict(cost) for name, cost in meter.costs.items()},
        "splink": {"clusters": clusters, **asdict(splink)},
        "ratio": {"seconds": ours.seconds / splink.seconds, "cpu": ours.cpu_s / splink.cpu_s},
        "cpu_us_a_record": ours.cpu_s / records * 1e6,
        "quality": asdict(score(found, truth.person)),
        **{
            f"quality {label}": asdict(each)
            for label, each in score_by_label(found, truth.person, truth.mess).items()
        },
    }


@dataclass(frozen=True, slots=True)
class Truth:
    """Whom each record is about, and what went wrong with it, by its key."""

    person: dict[str, str]
    mess: dict[str, tuple[str, ...]]


def write(path: Path, of: World, records: int) -> Truth:
    """Writes so many records of a world into a CSV file and returns the truth about them."""
    truth = Truth({}, {})
    with path.open("w", newline="", encoding="utf-8") as file:
        for row in generated.write_csv(file, generated.of_records(of, records)):
            _, key, person, *_ = generated.truth(row)
            truth.person[key] = person
            truth.mess[key] = row.mess
    return truth


def join_file(path: Path, meter: Progress) -> dict[str, str]:
    """Joins the file as `o2o link` does; the cluster of each record, by its key."""
    policy, model, resources = policies.load(), shipped.default(), Resources()
    entries = [f"{name}={name}" for name in COLUMNS]
    intake = Intake(files.sources([path]), mapping.parse(entries, policy), "record_key")
    equipment = Equipment(Reading(policy, country="AT", date_order="ymd"), model)
    with workbench(resources) as con, Workforce(resources.processes, equipment, meter) as workforce:
        bring_in(con, intake, workforce, meter)
        find_pairs(con, workforce, meter)
        join(con, workforce, SplinkEngine(model), meter)
        meter.phase("write")
        store_output.write_clusters(con, path.with_name("clusters.csv"))
        meter.phase("")
    with path.with_name("clusters.csv").open(encoding="utf-8", newline="") as lines:
        return {line["record_key"]: line["profile_id"] for line in csv.DictReader(lines)}


@contextmanager
def _metered() -> Iterator[Cost]:
    """What the body costs, once it is over."""
    cost, seconds, cpu_s = Cost(), time.perf_counter(), _cpu_s()
    yield cost
    cost.seconds, cost.cpu_s = time.perf_counter() - seconds, _cpu_s() - cpu_s
    cost.peak_mib = _peak_mib()


def _sum(costs: dict[str, Cost]) -> Cost:
    return Cost(
        sum(cost.seconds for cost in costs.values()),
        sum(cost.cpu_s for cost in costs.values()),
        max(cost.peak_mib for cost in costs.values()),
    )


def _cpu_s() -> float:
    return cpu_seconds(server_pid=os.getpid(), database_pid=None).server


def _peak_mib() -> float:
    """The most that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
