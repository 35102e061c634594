"""What people decided, as the partition reads it.

Invariant: about any two records, or any two groups, the newest judgement that touches both sides speaks; of
two from the same moment the one that keeps apart. Judgements are only ever added, so an unmerge is one
judgement on two sets.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from identity.model import Judgement, RecordKey, Verdict

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Bench:
    """All judgements that may matter, newest first."""

    newest_first: tuple[Judgement, ...]

    def within(self, records: AbstractSet[RecordKey]) -> "Bench":
        """The judgements that have somebody on both sides among `records`."""
        fit = (j for j in self.newest_first if _touches(j.left, records, j.right, records))
        return Bench(tuple(fit)) if self.newest_first else self

    def between(self, left: AbstractSet[RecordKey], right: AbstractSet[RecordKey]) -> Judgement | None:
        """The judgement that speaks about two groups, None when nobody decided."""
        for judgement in self.newest_first:
            if _touches(judgement.left, left, judgement.right, right):
                return judgement
            if _touches(judgement.left, right, judgement.right, left):
                return judgement
        return None

    def same_pairs(self, records: AbstractSet[RecordKey]) -> Iterator[tuple[RecordKey, RecordKey, datetime]]:
        """The pairs among `records` whose newest judgement says same, each once, lesser record first."""
        seen: set[tuple[RecordKey, RecordKey]] = set()
        for judgement in self.newest_first:
            for one in judgement.left & records:
                for other in judgement.right & records:
                    pair = (one, other) if one <= other else (other, one)
                    if pair in seen or one == other:
                        continue
                    seen.add(pair)
                    if judgement.verdict is Verdict.SAME:
                        yield *pair, judgement.at


def bench(judgements: Iterable[Judgement]) -> Bench:
    """The judgements in the order in which they are asked."""
    return Bench(tuple(sorted(judgements, key=_order)))


def recency(at: datetime) -> int:
    """A whole number that is less the newer the time is."""
    return -((at - _EPOCH) // timedelta(microseconds=1))


def _order(judgement: Judgement) -> tuple[int, bool, list[RecordKey], list[RecordKey]]:
    is_same = judgement.verdict is Verdict.SAME
    return recency(judgement.at), is_same, sorted(judgement.left), sorted(judgement.right)


def _touches(
    first: AbstractSet[RecordKey],
    group: AbstractSet[RecordKey],
    second: AbstractSet[RecordKey],
    other: AbstractSet[RecordKey],
) -> bool:
    return not first.isdisjoint(group) and not second.isdisjoint(other)
