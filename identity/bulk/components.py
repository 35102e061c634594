"""Connected components of millions of records, on arrays."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


def labels(count: int, left: Numbers, right: Numbers) -> Numbers:
    """For each of `count` nodes the least node that it is connected with by the edges left-right."""
    found: Numbers = np.arange(count, dtype=np.int64)
    while True:
        least = np.minimum(found[left], found[right])
        before = found.copy()
        # Hook both ends and the roots they hang on, then halve the paths until they are flat.
        for ends in (left, right, before[left], before[right]):
            np.minimum.at(found, ends, least)
        found = _flat(found)
        if np.array_equal(found, before):
            return found


def _flat(found: Any) -> Numbers:
    while True:
        further = found[found]
        if np.array_equal(further, found):
            flat: Numbers = further
            return flat
        found = further
