"""`identity.pieces.split` on arrays: which records are resolved together, for millions of them.

Invariant: the same pieces at the same levels. What one level keeps the level before keeps too, so components
are looked for among the records that did not fit yet, one level after the other.
"""

from dataclasses import dataclass

import numpy as np

from identity.bulk.components import Numbers, labels
from identity.partition.links import Strength
from identity.partition.pieces import Ladder


@dataclass(frozen=True, slots=True)
class Edges:
    """Links as arrays: ends as positions among the records, and what decides how long a link is kept."""

    left: Numbers
    right: Numbers
    strength: Numbers
    rank: Numbers
    weight: Numbers


@dataclass(frozen=True, slots=True)
class Split:
    """For each record its piece and, within it, what its links of the first classes connect, and what those
    that prove something do; by least record.

    `level` is the piece's; `keeps` is for each edge the last level that keeps it.
    """

    piece: Numbers
    level: Numbers
    strong: Numbers
    proven: Numbers
    keeps: Numbers


def split(count: int, edges: Edges, ladder: Ladder) -> Split:
    """The pieces of `count` records."""
    keeps = _keeps_until(edges, ladder)
    piece = np.arange(count, dtype=np.int64)
    level = np.full(count, ladder.last + 1, dtype=np.int64)
    is_waiting = np.ones(count, dtype=np.bool_)
    for current in range(ladder.last + 1):
        kept = (keeps >= current) & is_waiting[edges.left]
        found = labels(count, edges.left[kept], edges.right[kept])
        fits = is_waiting & (np.bincount(found, minlength=count)[found] <= ladder.bound)
        piece[fits], level[fits] = found[fits], current
        is_waiting &= ~fits
        if not is_waiting.any():
            break
    is_held = keeps >= level[edges.left]
    is_strong = is_held & (edges.strength <= Strength.PROBABLE)
    is_proof = is_held & (edges.strength <= Strength.DETERMINISTIC)
    strong, proven = (labels(count, edges.left[each], edges.right[each]) for each in (is_strong, is_proof))
    return Split(piece, level, strong, proven, keeps)


def _keeps_until(edges: Edges, ladder: Ladder) -> Numbers:
    """`Ladder.keeps_until` of every edge; no file holds judgements."""
    place = np.zeros(max(ladder.priorities) + 1, dtype=np.int64)
    place[list(ladder.priorities)] = np.arange(len(ladder.priorities))
    is_deterministic = edges.strength == Strength.DETERMINISTIC
    is_probable = edges.strength == Strength.PROBABLE
    above = np.searchsorted(np.array(ladder.lines, dtype=np.int64), edges.weight, side="right")
    keeps = np.where(is_probable, 1 + above, 0)
    ranks = place[np.where(is_deterministic, edges.rank, 0)]
    return np.where(is_deterministic, 2 + len(ladder.lines) + ranks, keeps).astype(np.int64)
