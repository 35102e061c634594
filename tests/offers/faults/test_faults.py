"""Seeded faults: whoever slips in the sources of money, returns or points is told so by a test."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.offers.faults.seeded import FAULTS

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[3]
WITNESSES = {
    "money": (
        "evaluation/test_examples",
        "test_money",
        "evaluation/test_groups",
        "evaluation/test_bound",
        "evaluation/test_combination",
        "evaluation/test_monotone",
        "evaluation/test_promises",
    ),
    "returns": ("returns/test_refund",),
    "points": ("points/test_lots",),
}
"""By the room a fault is in; what is not listed is told by the tests of money."""

PROVING = os.environ.get("O2O_PROVE") == "1"
SAMPLE = 50
"""Every so many are seeded by default; all of them under O2O_PROVE."""


@pytest.mark.parametrize("number", range(len(FAULTS)))
def test_a_fault_can_be_seeded(number: int) -> None:
    """What it replaces is still in the source, once, so that no fault is a fault no longer."""
    fault = FAULTS[number]
    source = ROOT.joinpath("offers", *fault.module.split(".")).with_suffix(".py").read_text(encoding="utf-8")
    assert source.count(fault.right) == 1
    compile(source.replace(fault.right, fault.wrong), fault.module, "exec")


@pytest.mark.parametrize("number", range(0, len(FAULTS), 1 if PROVING else SAMPLE))
def test_a_seeded_fault_is_caught(number: int) -> None:
    """With the fault in place a test fails: an example first, because those are quick and easy to read."""
    room = FAULTS[number].module.partition(".")[0]
    named = WITNESSES.get(room, WITNESSES["money"])
    witnesses = [str(ROOT / "tests" / "offers" / f"{name}.py") for name in named]
    command = [sys.executable, "-m", "pytest", "-p", "tests.offers.faults.plugin", "-x", "-q", "-n0"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", "-p", "no:randomly", *witnesses],
        cwd=ROOT,
        env={**os.environ, "SEEDED_FAULT": str(number), "O2O_PROVE": "0"},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 1, f"{FAULTS[number]} is not caught:\n{done.stdout[-2000:]}"
