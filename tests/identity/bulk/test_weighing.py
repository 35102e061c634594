"""What no record of a file speaks of is not compared, and says what silence says."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from identity import policy
from identity.bulk import files, mapping
from identity.bulk.engine import Engine, OneByOne
from identity.bulk.link import Intake, bring_in, find_pairs
from identity.bulk.progress import Silent
from identity.bulk.reading import Reading
from identity.bulk.splink_engine import SplinkEngine
from identity.bulk.store_workbench import Resources, workbench
from identity.bulk.workforce import Equipment, Workforce
from identity.scoring import shipped
from identity.scoring.document import Odds
from identity.scoring.model import ScoredModel

SHIPPED = shipped.default().document
OF_A_CLUB = ScoredModel(
    replace(
        SHIPPED,
        odds={**SHIPPED.odds, "x_club": (Odds(0.9, 0.2), Odds(0.1, 0.8))},
        silence={"x_club": -0.7, "email": -1 / 3},
        review_bits=-1000.0,  # reached by every pair, so none is left out
    )
)


def weights(path: Path, columns: tuple[str, ...], engine: Engine) -> list[tuple[int, int, int]]:
    """What this engine makes the pairs of the file weigh."""
    by = policy.load()
    intake = Intake(files.sources([path]), mapping.of([(name, name) for name in columns], by), "key")
    equipment = Equipment(Reading(by), OF_A_CLUB)
    with workbench(Resources()) as con, Workforce(1, equipment, Silent()) as workforce:
        bring_in(con, intake, workforce, Silent())
        find_pairs(con, workforce, Silent())
        engine.weigh(con, workforce)
        return con.execute("FROM weight ORDER BY l, r").fetchall()


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        (("given_name", "family_name", "postcode"), [("anna", "huber", "1010"), ("ana", "huber", "1010")]),
        (("loyalty_card",), [("12345678",), ("12345678",)]),
    ],
    ids=["neither a club nor an e-mail address", "nothing that is weighed"],
)
def test_a_model_may_know_more_than_a_file_holds(
    tmp_path: Path, columns: tuple[str, ...], rows: list[tuple[str, ...]]
) -> None:
    """Weights are those of the model asked pair by pair."""
    path = tmp_path / "people.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [("key", *columns), *((number, *row) for number, row in enumerate(rows, start=1))]
        )
    found = weights(path, columns, SplinkEngine(OF_A_CLUB))
    assert found == weights(path, columns, OneByOne())
    assert len(found) == 1
