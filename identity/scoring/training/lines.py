"""From which weight two records are joined, told from what was learned and nothing else.

A wrong link costs as many wrong pairs as the two groups it joins have in product, while a right link that
is left out of a large group is made good by the others. So the line rises with the number of links that a
record has: at one half for pairs, and a factor of the links a record has where groups are large.

Where silence tells there are fragments of somebody else's records. Once it has spoken against them they weigh
less than whatever else is likely, and often nothing weighs as much as the heaviest of them or a little more:
then the line lies in that gap.
"""

from math import log2
from typing import Final

import numpy as np

from identity.scoring.training.estimate import Estimate, Floats

REVIEW_BITS: Final = 3.0  # how far below the joining line a person should look
FRAGMENTS_MAX: Final = 0.05  # of the likely pairs
GAP_BITS_MIN: Final = 6.0


def join_bits(learned: Estimate, count: int) -> float:
    """The weight from which two records are joined."""
    linked = int(np.count_nonzero(learned.bits >= 0))
    line = log2(max(1.0, 2 * linked / max(count, 1)))
    return _beyond_fragments(learned.bits, line) if learned.silence else line


def _beyond_fragments(bits: Floats, line: float) -> float:
    """The middle of the widest gap above few of the likely pairs; the line itself where there is none."""
    likely = np.sort(bits[bits >= line])
    lightest = likely[: int(FRAGMENTS_MAX * len(likely)) + 1]
    gaps = np.diff(lightest)
    widest = int(np.argmax(gaps)) if len(gaps) else 0
    if not len(gaps) or gaps[widest] < GAP_BITS_MIN:
        return line
    return float(lightest[widest] + lightest[widest + 1]) / 2
