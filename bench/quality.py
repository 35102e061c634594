"""Who is found to be the same shopper, against a truth, beside what Splink finds in the same run.

Our side runs what `o2o link --train` runs, with its defaults. Splink's side gets the comparisons that its
documentation gives for such columns, and the best of many thresholds, chosen with the truth: a bound on
what a careful user of it reaches.
"""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import duckdb

from bench import quality_splink
from bench.quality_score import exact, score
from bench.quality_sets import SETS, Labelled
from identity import policy as policies
from identity.bulk import files, mapping, store_rows
from identity.bulk.link import Intake, bring_in, find_pairs, join, train
from identity.bulk.progress import Progress
from identity.bulk.reading import Reading
from identity.bulk.rows import member
from identity.bulk.splink_engine import SplinkEngine
from identity.bulk.store_workbench import Resources, workbench
from identity.bulk.workforce import Equipment, Workforce
from identity.partition.judgements import bench
from identity.partition.veto import veto
from identity.policy import Policy
from identity.scoring import shipped

MEMORY_MIB: Final = 4096


def run(folder: Path, progress: Progress) -> Iterator[dict[str, Any]]:
    """The figures of each set that the folder holds."""
    for each in SETS:
        paths = [folder / f"{name}.csv.gz" for name in each.files or (each.name,)]
        if not all(path.exists() for path in paths):
            continue
        with TemporaryDirectory() as scratch:
            path = paths[0] if len(paths) == 1 else _together(paths, Path(scratch) / f"{each.name}.csv.gz")
            truth = _truth(folder / f"{each.truth}.csv.gz" if each.truth else path, each)
            found, forbidden = _linked(path, each, progress)
            yield {
                "set": each.name,
                "records": len(truth),
                "persons": len(set(truth.values())),
                "exact": exact(found, truth),
                "forbidden_pairs": forbidden,
                "ours": asdict(score(found, truth)),
                "splink": quality_splink.best(path, each, truth),
            }


def _together(paths: list[Path], into: Path) -> Path:
    """The files in one, with all their columns."""
    whole = duckdb.read_csv(list(map(str, paths)), header=True, all_varchar=True, union_by_name=True)
    whole.write_csv(str(into), compression="gzip")
    return into


def _truth(path: Path, labelled: Labelled) -> dict[str, str]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return {row[labelled.key]: row[labelled.person] for row in csv.DictReader(lines)}


def _linked(path: Path, labelled: Labelled, progress: Progress) -> tuple[dict[str, int], int]:
    """The cluster of each record, and how many pairs of one cluster the rules forbid."""
    policy = policies.load()
    intake = Intake(files.sources([path]), mapping.parse(labelled.mapped, policy), labelled.key)
    reading = Reading(policy, country=labelled.country, date_order=labelled.date_order)
    with workbench(Resources(processes=1, memory_mib=MEMORY_MIB)) as con:
        with Workforce(1, Equipment(reading, shipped.default()), progress) as workforce:
            bring_in(con, intake, workforce, progress)
            find_pairs(con, workforce, progress, is_to_fit=True)
            reading, model = train(con, workforce, progress)
        with Workforce(1, Equipment(reading, model), progress) as workforce:
            join(con, workforce, SplinkEngine(model), progress)
        found = con.execute("SELECT r.record_key, p.root FROM record r JOIN person p USING (no)").fetchall()
        forbidden = _forbidden(con, reading.policy)
    return {str(key): int(root) for key, root in found}, forbidden


def _forbidden(con: duckdb.DuckDBPyConnection, policy: Policy) -> int:
    """How many pairs of records of one person would not be joined if nothing but the two were known: none but
    those for which a third record vouches.
    """
    con.execute(
        "CREATE TABLE together AS SELECT no, root FROM person"
        " WHERE root IN (SELECT root FROM person GROUP BY root HAVING count(*) > 1)"
    )
    pools = {row.no: member(row, policy).pool for row in store_rows.rows(con, "together", shown="live")}
    pairs = con.execute(
        "SELECT a.no, b.no FROM together a JOIN together b ON a.root = b.root AND a.no < b.no"
    )
    nobody = bench(())
    return sum(veto(pools[one], pools[other], nobody, policy) is not None for one, other in pairs.fetchall())
