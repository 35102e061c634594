"""What everybody shows says nothing, however many show it: no giant shopper, one review item a key."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from identity import policy
from identity.bulk import files, mapping, store_output
from identity.bulk.link import Intake, bring_in, find_pairs, join
from identity.bulk.progress import Silent
from identity.bulk.reading import Reading
from identity.bulk.splink_engine import SplinkEngine
from identity.bulk.store_workbench import Resources, workbench
from identity.bulk.workforce import Equipment, Workforce
from identity.scoring import shipped

GIVEN = ("anna", "bernd", "clara", "dora", "emil", "franz")


def lines(mailed: int, named: int, empty: int) -> Iterator[Mapping[str, object]]:
    """One e-mail on many, half of them nameless; one name on many; empty ones; one with 500 identifiers."""
    for n in range(mailed):
        name = {"first": GIVEN[n % 6], "last": f"family{n}"} if n % 2 else {"first": "", "last": ""}
        yield {"mail": "one@example.com"} | name
    yield from ({"first": "Maria", "last": "Huber"} for _ in range(named))
    yield from ({"first": "", "last": "", "mail": ""} for _ in range(empty))
    yield {"first": "Otto", "last": "Moser", "mail": [f"otto{n}@example.com" for n in range(500)]}


def test_a_file_full_of_what_everybody_shows(tmp_path: Path, scale: Callable[[int, int], int]) -> None:
    """Every record stays alone, and each reason is told once."""
    path, reviews = tmp_path / "all.ndjson", tmp_path / "reviews.csv"
    counts = scale(150, 50_000), scale(150, 20_000), scale(150, 929_999)
    total = sum(counts) + 1
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"key": str(n), **line}) + "\n" for n, line in enumerate(lines(*counts)))
    by, model = policy.load(), shipped.default()
    pairs = [("first", "given_name"), ("last", "family_name"), ("mail", "email")]
    intake = Intake(files.sources([path]), mapping.of(pairs, by), "key")
    with workbench(Resources()) as con, Workforce(1, Equipment(Reading(by), model), Silent()) as workforce:
        bring_in(con, intake, workforce, Silent())
        find_pairs(con, workforce, Silent())
        found = join(con, workforce, SplinkEngine(model), Silent())
        store_output.find_reviews(con, by, ["nothing"] * 20)
        store_output.write_reviews(con, reviews)
    assert (found.records, found.persons) == (total, total)
    assert found.pairs < 3 * total, "what everybody shows must not be compared with everybody"
    with reviews.open(encoding="utf-8") as file:
        told = [(row["kind"], row["subject"]) for row in csv.DictReader(file)]
    assert sorted(told) == [("generic", "email:one@example.com"), ("too_many", f"all:{total - 1}")]
