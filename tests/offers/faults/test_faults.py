"""Seeded faults: whoever slips in money, limits, codes, returns or points is told so by a test."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.offers.faults.seeded import FAULTS

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[3]
MONEY = (
    "evaluation/test_examples",
    "evaluation/test_eligibility",
    "test_money",
    "evaluation/test_groups",
    "evaluation/test_bound",
    "evaluation/test_combination",
    "evaluation/test_monotone",
    "evaluation/test_promises",
)
WITNESSES = {
    "": MONEY,
    "codes": ("codes/test_codes",),
    "evaluation.case": (*MONEY, "evaluation/test_showcase"),
    "evaluation.showcase": ("test_overrides", "evaluation/test_showcase"),
    "marketing": ("redemptions/test_ledger",),
    "overrides": ("test_overrides",),
    "points.account": ("points/test_account",),
    "points.lots": ("points/test_lots",),
    "points.store": ("points/test_account",),
    "redemptions": (
        "redemptions/test_ledger",
        "redemptions/test_person_limits",
        "redemptions/test_ledger_races",
    ),
    "returns": ("returns/test_case", "returns/test_kept", "returns/test_returning", "returns/test_waiting"),
    "returns.refund": ("returns/test_refund",),
    "returns.returning": ("returns/test_case", "returns/test_returning", "points/test_account"),
    "sql": ("redemptions/test_ledger", "queries/test_headroom", "redemptions/test_ledger_races"),
    "sql.book": ("../gateway/shopping/test_redeeming",),
    "sql.opened": ("codes/test_codes",),
    "sql.put_back": ("returns/test_case", "returns/test_returning"),
}
"""Who tells, by the beginning of the module's name: the longest that fits."""

PROVING = os.environ.get("O2O_PROVE") == "1"
SAMPLE = 50
"""Every so many are seeded by default; all of them under O2O_PROVE."""


@pytest.mark.parametrize("number", range(len(FAULTS)))
def test_a_fault_can_be_seeded(number: int) -> None:
    """What it replaces is still in the source, once, so that no fault is a fault no longer."""
    fault = FAULTS[number]
    faulty = fault.seeded(fault.path.read_text(encoding="utf-8"))
    if not fault.is_sql:
        compile(faulty, fault.module, "exec")


@pytest.mark.parametrize("number", range(0, len(FAULTS), 1 if PROVING else SAMPLE))
def test_a_seeded_fault_is_caught(number: int, server_url: str) -> None:
    """With the fault in place a test fails: an example first, because those are quick and easy to read."""
    module = FAULTS[number].module
    named = WITNESSES[max((start for start in WITNESSES if module.startswith(start)), key=len)]
    witnesses = [str(ROOT / "tests" / "offers" / f"{name}.py") for name in named]
    command = [sys.executable, "-m", "pytest", "-p", "tests.offers.faults.plugin", "-x", "-q", "-n0"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", "-p", "no:randomly", *witnesses],
        cwd=ROOT,
        env={**os.environ, "SEEDED_FAULT": str(number), "O2O_PROVE": "0", "DATABASE_URL": server_url},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 1, f"{FAULTS[number]} is not caught:\n{done.stdout[-2000:]}"
