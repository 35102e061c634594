"""The processes over which joining files is spread."""

from pathlib import Path

import pyarrow as pa
import pytest

from identity import policy
from identity.bulk.progress import Silent
from identity.bulk.reading import Reading
from identity.bulk.workforce import Equipment, Workforce
from identity.scoring.weigh import DeterministicModel
from tests.owners import leaves_nobody_behind

EQUIPMENT = Equipment(Reading(policy.load(), country="AT", date_order="ymd"), DeterministicModel())

WORKFORCE = """
import time
from identity import policy
from identity.bulk.progress import Silent
from identity.bulk.reading import Reading
from identity.bulk.workforce import Equipment, Workforce
from identity.scoring.weigh import DeterministicModel

def work(items, equipment):
    print("at work", flush=True)
    time.sleep(600)

if __name__ == "__main__":
    equipment = Equipment(Reading(policy.load(), country="AT", date_order="ymd"), DeterministicModel())
    with Workforce(2, equipment, Silent()) as workforce:
        workforce.spread(work, [1, 2], chunk=1, few=1)
"""


@pytest.mark.process
def test_a_workforce_ends_with_its_owner(tmp_path: Path) -> None:
    """`o2o link` killed amid its work leaves nobody behind."""
    program = tmp_path / "workforce.py"
    program.write_text(WORKFORCE, encoding="utf-8")
    leaves_nobody_behind(program, at_work=2)


def at_home(said: pa.Table, equipment: Equipment) -> pa.Table:
    """Each word twice over, with the country of the equipment."""
    words = [word for word in said["word"].to_pylist() for _ in range(2)]
    return pa.table({"word": pa.array(words, pa.string()), "home": [equipment.reading.country] * len(words)})


@pytest.mark.process
def test_tables_come_back_whole_and_in_order() -> None:
    """In however many parts they went, one of them a remainder."""
    table = pa.table({"word": pa.array(["anna", None, "", "李", "z" * 9000, "bob", "carl"], pa.string())})
    with Workforce(2, EQUIPMENT, Silent()) as workforce:
        found = workforce.spread_table(at_home, table, chunk=3, few=1)
        assert found.equals(workforce.spread_table(at_home, table, few=100))
    assert found["word"].to_pylist()[::2] == table["word"].to_pylist()
    assert set(found["home"].to_pylist()) == {"AT"}
