"""Blocking keys said in columns are those of the model, record by record."""

import random
from pathlib import Path

from identity import policy
from identity.bulk import files, mapping, store_blocks, store_rows
from identity.bulk.link import Intake, bring_in
from identity.bulk.progress import Silent
from identity.bulk.reading import Reading
from identity.bulk.rows import record
from identity.bulk.store_workbench import Resources, workbench
from identity.bulk.workforce import Equipment, Workforce
from identity.scoring import blocking, shipped
from tests.identity.bulk.people import written

NAMES = (
    "given_name",
    "family_name",
    "full_name",
    "organisation_name",
    "date_of_birth",
    "street",
    "street_number",
)
PLACES = ("city", "postcode")
CONTACTS = ("email", "phone", "phone")
OWN = ("x_road",)
"""Those of the retailer's own attributes by which records are found."""


def test_keys_in_columns_are_those_of_each_record(tmp_path: Path) -> None:
    """Whatever is missing, foreign, long or alike."""
    by = policy.load()
    path = written(random.Random(7), tmp_path / "people.csv", count=300)
    pairs = (
        [(name, name) for name in (*NAMES, *PLACES, "email", "phone")]
        + [("phone_2", "phone")]
        + [("street", "x_road"), ("city", "x_region")]
    )
    intake = Intake(files.sources([path]), mapping.of(pairs, by), "key")
    equipment = Equipment(Reading(by), shipped.default())
    with workbench(Resources()) as con, Workforce(1, equipment, Silent()) as workforce:
        bring_in(con, intake, workforce, Silent())
        store_blocks.find(con, workforce, OWN)
        rows = list(store_rows.rows(con, "record", shown="shown"))
        con.execute("CREATE TABLE expected (no BIGINT, key VARCHAR)")
        con.executemany(
            "INSERT INTO expected VALUES (?, ?)",
            [(row.no, key) for row in rows for key in blocking.keys(record(row), OWN)],
        )
        said = "SELECT hash('block', key) AS digest, no FROM expected"
        missing = con.execute(f"SELECT count(*) FROM ({said} EXCEPT FROM blocked)").fetchall()
        surplus = con.execute(f"SELECT count(*) FROM (FROM blocked EXCEPT {said})").fetchall()
    assert (missing, surplus) == ([(0,)], [(0,)])
