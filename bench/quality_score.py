"""How well clusters fit a truth, counted in pairs of records."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Score:
    """Of the pairs that were joined the right share, of the true pairs the joined share, and both in one."""

    precision: float
    recall: float
    f1: float


def score(found: Mapping[str, Hashable], truth: Mapping[str, Hashable]) -> Score:
    """The score of clusters; both say of each record to which cluster it belongs."""
    right = {record: (cluster, truth[record]) for record, cluster in found.items()}
    return _score(_pairs(found), _pairs(truth), _pairs(right))


def score_by_label(
    found: Mapping[str, Hashable], truth: Mapping[str, Hashable], labels: Mapping[str, Iterable[str]]
) -> dict[str, Score]:
    """The score of the pairs of which one record at least has the label, for each label that occurs."""
    right = {record: (cluster, truth[record]) for record, cluster in found.items()}
    joined, true, both = (_pairs_by_label(said, labels) for said in (found, truth, right))
    return {label: _score(joined[label], true[label], both[label]) for label in sorted(joined)}


def exact(found: Mapping[str, Hashable], truth: Mapping[str, Hashable]) -> int:
    """How many of the truth's persons were found with all their records and no other."""
    clusters = _clusters({record: found[record] for record in truth})
    return len(clusters & _clusters(truth))


def _clusters(said: Mapping[str, Hashable]) -> set[frozenset[str]]:
    members: dict[Hashable, set[str]] = {}
    for record, cluster in said.items():
        members.setdefault(cluster, set()).add(record)
    return set(map(frozenset, members.values()))


def _score(joined: int, true: int, right: int) -> Score:
    precision = right / joined if joined else 1.0
    recall = right / true if true else 1.0
    both = precision + recall
    return Score(precision, recall, 2 * precision * recall / both if both else 0.0)


def _pairs(said: Mapping[str, Hashable]) -> int:
    return sum(map(_pairs_of, Counter(said.values()).values()))


def _pairs_by_label(said: Mapping[str, Hashable], labels: Mapping[str, Iterable[str]]) -> Counter[str]:
    """How many pairs of one cluster have the label on one side at least: all but those without it."""
    sizes = Counter(said.values())
    labelled = Counter((label, said[record]) for record, all_of in labels.items() for label in set(all_of))
    pairs: Counter[str] = Counter()
    for (label, cluster), count in labelled.items():
        pairs[label] += _pairs_of(sizes[cluster]) - _pairs_of(sizes[cluster] - count)
    return pairs


def _pairs_of(size: int) -> int:
    return size * (size - 1) // 2
