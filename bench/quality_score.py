"""How well clusters fit a truth, counted in pairs of records."""

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Score:
    """Of the pairs that were joined the right share, of the true pairs the joined share, and both in one."""

    precision: float
    recall: float
    f1: float


def score(found: Mapping[str, Hashable], truth: Mapping[str, Hashable]) -> Score:
    """The score of clusters; both say of each record to which cluster it belongs."""
    joined = _pairs(Counter(found.values()))
    true = _pairs(Counter(truth.values()))
    right = _pairs(Counter((cluster, truth[record]) for record, cluster in found.items()))
    precision = right / joined if joined else 1.0
    recall = right / true if true else 1.0
    both = precision + recall
    return Score(precision, recall, 2 * precision * recall / both if both else 0.0)


def exact(found: Mapping[str, Hashable], truth: Mapping[str, Hashable]) -> int:
    """How many of the truth's persons were found with all their records and no other."""
    clusters = _clusters({record: found[record] for record in truth})
    return len(clusters & _clusters(truth))


def _clusters(said: Mapping[str, Hashable]) -> set[frozenset[str]]:
    members: dict[Hashable, set[str]] = {}
    for record, cluster in said.items():
        members.setdefault(cluster, set()).add(record)
    return set(map(frozenset, members.values()))


def _pairs(sizes: Counter[Hashable]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes.values())
