"""Files are joined into the persons that the partition of the same records has."""

import csv
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from identity.bulk import files, mapping, store_output
from identity.bulk.engine import OneByOne
from identity.bulk.link import Intake, Linked, bring_in, find_pairs, join
from identity.bulk.progress import Silent
from identity.bulk.reading import Reading
from identity.bulk.store_workbench import Resources, workbench
from identity.bulk.workforce import Equipment, Workforce
from identity.model import ATTRIBUTES, Identifier, Record
from identity.partition import cluster
from identity.policy import Policy
from identity.scoring.pool import Pool
from identity.scoring.weigh import UNITS_PER_BIT, Model
from tests.identity.shoppers import POLICY
from tests.identity.told import ANNAS, BERTAS, MIXING, called_alike, one_that_mixes
from tests.identity.worlds import ToyModel, random_world, tight_policy

TYPES = ("email", "phone", "account_id", "loyalty_card", "payment_reference", "national_id")
TWO = ("email", "phone")


def written(records: Iterable[Record], folder: Path) -> list[Path]:
    """The records as one CSV file a source, with two columns for types of which a record may show two."""
    by_source: dict[str, list[Record]] = {}
    for record in records:
        by_source.setdefault(record.ref.source, []).append(record)
    paths = []
    for source, found in by_source.items():
        path = folder / f"{source}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(["key", *ATTRIBUTES, *TYPES, *(f"{kind}_2" for kind in TWO)])
            for record in found:
                said = {name: str(value) for name, value in record.attributes.present()}
                shown = {
                    kind: [i.value for i in record.identifiers if i.type == kind] + ["", ""] for kind in TYPES
                }
                ones, twos = [shown[kind][0] for kind in TYPES], [shown[kind][1] for kind in TWO]
                table.writerow([record.ref.key, *(said.get(name, "") for name in ATTRIBUTES), *ones, *twos])
        paths.append(path)
    return paths


def linked(
    paths: list[Path], model: Model, by: Policy, out: Path, *, with_reasons: bool = False
) -> tuple[set[frozenset[str]], Linked]:
    """The clusters found in the files."""
    pairs = [(name, name) for name in (*ATTRIBUTES, *TYPES)] + [(f"{kind}_2", kind) for kind in TWO]
    intake = Intake(files.sources(paths), mapping.of(pairs, by), "key")
    equipment = Equipment(Reading(by, date_order="ymd"), model)
    with workbench(Resources()) as con, Workforce(1, equipment, Silent()) as workforce:
        bring_in(con, intake, workforce, Silent())
        find_pairs(con, workforce, Silent())
        found = join(con, workforce, OneByOne(), Silent(), with_reasons=with_reasons)
        store_output.write_clusters(con, out)
    clusters: dict[str, set[str]] = {}
    with out.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            clusters.setdefault(row["profile_id"], set()).add(f"{row['source']}:{row['record_key']}")
    assert all(min(members) == name for name, members in clusters.items())
    return {frozenset(members) for members in clusters.values()}, found


def as_files_say(record: Record) -> Record:
    """The record without what a file cannot say: validity, assurance, anonymous browsing."""
    from identity.model import Assurance, Identifier

    kept = [Identifier(i.type, i.value, Assurance.TYPED) for i in record.identifiers if i.type in TYPES]
    first = {kind: [i for i in kept if i.type == kind][: 2 if kind in TWO else 1] for kind in TYPES}
    return replace(
        record,
        identifiers=tuple(i for found in first.values() for i in found),
        proof=Assurance.TYPED,
        stub=False,
        bound_to=None,
    )


@pytest.mark.parametrize("with_reasons", [False, True])
@pytest.mark.parametrize("size", [4, 12, 40])
def test_files_come_to_the_partition_of_their_records(
    tmp_path: Path, size: int, with_reasons: bool, scale: Callable[[int, int], int]
) -> None:
    """Groups are the same, whatever path they took, under limits that a dozen records reach."""
    for seed in range(scale(4, 60)):
        by = replace(
            tight_policy(),
            one_to_a_home=seed % 4 == 3,
            one_to_a_birth=seed % 3 == 1,
            slips_name_nobody=seed % 4 == 1,
        )
        model = Stern(is_wary=seed % 4 == 1) if seed % 2 else ToyModel()
        folder = tmp_path / str(seed)
        folder.mkdir()
        world = random_world(random.Random(f"{size}-{seed}"), size=size)
        records = [replace(as_files_say(each), ref=each.ref) for each in world.records]
        records = [replace(each, identifiers=real(each)) for each in records]
        found, _ = linked(
            written(records, folder), model, by, folder / "clusters.csv", with_reasons=with_reasons
        )
        expected = cluster.partition(records, (), model, by)
        assert found == {frozenset(f"{r.source}:{r.key}" for r in group) for group in expected.groups}, seed


def test_files_ask_those_whom_two_records_bring_along(tmp_path: Path) -> None:
    """Nothing else keeps these apart, and links alone would chain them."""
    records = called_alike(*ANNAS, *BERTAS, MIXING)
    found, _ = linked(written(records, tmp_path), one_that_mixes(), POLICY, tmp_path / "clusters.csv")
    assert found == {
        frozenset({"app:9", "web:1", "web:2", "web:3"}),
        frozenset({"pos:1", "pos:2", "pos:3"}),
    }


class Stern(ToyModel):
    """What differs speaks so loudly against a pair that a shared identifier may be doubted."""

    def weight(self, left: Pool, right: Pool) -> int:
        """Six times off for what does not agree."""
        bits = sum(each.bits if each.bits > 0 else 6 * each.bits for each in self.evidence(left, right))
        return int(bits * UNITS_PER_BIT)


def real(record: Record) -> tuple[Identifier, ...]:
    """The identifiers with values that normalising leaves as they are."""
    made: dict[str, Callable[[str], str]] = {
        "email": lambda text: f"{text}@x.example.com",
        "phone": lambda text: "+43660" + str(1_000_000 + sum(map(ord, text)) * 7919 % 8_999_999),
        "loyalty_card": lambda text: text.replace("-", "").upper().replace("_", ""),
    }
    return tuple(Identifier(i.type, made.get(i.type, str)(i.value), i.assurance) for i in record.identifiers)
