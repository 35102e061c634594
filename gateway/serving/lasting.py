"""What lives as long as the process, kept out of the collector's way.

A full collection looks through every object there is. Those of modules, policy and application are some
170,000, which took 130 ms in the middle of somebody's answer.
"""

import gc


def hold() -> None:
    """Lets the collector never look again at what is there now."""
    gc.collect()
    gc.freeze()
