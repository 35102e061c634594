"""From which weight two records are joined, told from what was learned and nothing else.

A wrong link costs as many wrong pairs as the two groups it joins have in product, while a right link that
is left out of a large group is made good by the others. So the line rises with the number of links that a
record has: at one half for pairs, and a factor of the links a record has where groups are large.
"""

from math import log2
from typing import Final

import numpy as np

from identity.scoring.training.estimate import Estimate

REVIEW_BITS: Final = 3.0  # how far below the joining line a person should look


def join_bits(learned: Estimate, count: int) -> float:
    """The weight from which two records are joined."""
    linked = int(np.count_nonzero(learned.bits >= 0))
    return log2(max(1.0, 2 * linked / max(count, 1)))
