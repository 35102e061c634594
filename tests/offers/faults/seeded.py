"""All faults that are seeded: each must be caught by a test of what it is in."""

from tests.offers.faults import of_evaluation, of_ledger, of_rules
from tests.offers.faults.fault import Fault

FAULTS: tuple[Fault, ...] = (*of_evaluation.FAULTS, *of_rules.FAULTS, *of_ledger.FAULTS)
