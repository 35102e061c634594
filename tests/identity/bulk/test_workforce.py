"""The processes over which joining files is spread."""

from pathlib import Path

import pytest

from tests.owners import leaves_nobody_behind

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
