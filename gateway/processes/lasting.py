"""What lives as long as the process, kept out of the collector's way.

A full collection looks through every object there is. Those of modules, policy and application are some
170,000, which took 130 ms in the middle of somebody's answer. What lives as long as one answer goes by
itself: the collector only has to look for the rare circle, and not a hundred times for each record taken in.
"""

import gc
from typing import Final

THRESHOLDS: Final = (20_000, 20, 20)
"""New objects before the young ones are looked through, and how many such looks before the older ones are."""


def hold() -> None:
    """Lets the collector never look again at what is there now, and seldom at what comes."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
