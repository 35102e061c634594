"""When a source joins more than it should: pure.

Invariant: a source is measured against itself, by joins and by values that became generic, each per record it
sent. A source that is new has no baseline, and nothing is held against it until it has one.
"""

from dataclasses import dataclass
from typing import Final

FADES_AFTER: Final = 20_000.0
"""Records after which a baseline has forgotten half of what it knew."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many records a source sent, how many joins they caused, how many values they made generic."""

    records: float
    joins: float
    generics: float


@dataclass(frozen=True, slots=True)
class Rule:
    """`multiple`: how much above its baseline a source may be, in windows of `window_records`.

    A baseline counts from `baseline_records` on; below `joins_floor_bp` and `generics_floor_bp`, in joins per
    10,000 records, no source is paused however quiet it used to be.
    """

    window_records: int
    baseline_records: int
    multiple: int
    joins_floor_bp: int
    generics_floor_bp: int


def verdict(window: Counts, baseline: Counts, rule: Rule) -> str | None:
    """Why a source is to be paused after a window, None when it is not."""
    if baseline.records < rule.baseline_records:
        return None
    for what, now, used, floor_bp in (
        ("joins", window.joins, baseline.joins, rule.joins_floor_bp),
        ("values that became generic", window.generics, baseline.generics, rule.generics_floor_bp),
    ):
        rate, usual = now / window.records, used / baseline.records
        if rate > max(usual * rule.multiple, floor_bp / 10_000):
            return (
                f"{now:.0f} {what} in {window.records:.0f} records, where"
                f" {usual * window.records:.1f} used to be."
            )
    return None


def learnt(baseline: Counts, window: Counts) -> Counts:
    """The baseline after a window that was in order."""
    kept = 0.5 ** (window.records / FADES_AFTER)
    return Counts(
        baseline.records * kept + window.records,
        baseline.joins * kept + window.joins,
        baseline.generics * kept + window.generics,
    )
