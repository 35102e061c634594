"""How often one address may type a pairing code. Beside the five guesses each code allows, this keeps a
stranger from using up the codes of others.

Kept in memory by each worker process, like the limits of keys: a restart refills it, and that is enough.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from gateway.access.limits import Bucket
from gateway.wire.problems import Problem

PER_MINUTE = 4
REMEMBERED = 10_000


class Tries:
    """The buckets of the addresses that typed a code lately."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, address: str) -> None:
        """Count a try. Raises Problem too_many_requests."""
        with self._lock:
            now_s = self._clock_s()
            bucket = self._buckets.setdefault(address, Bucket(per_minute=PER_MINUTE, filled_at_s=now_s))
            self._buckets.move_to_end(address)
            if len(self._buckets) > REMEMBERED:
                self._buckets.popitem(last=False)
            if bucket.level(at_s=now_s) < 1:
                wait_s = bucket.wait_s(1)
                raise Problem(
                    "too_many_requests", f"Too many codes were tried; wait {wait_s} s.", retry_after_s=wait_s
                )
            bucket.tokens -= 1
