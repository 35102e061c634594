"""How much one key may ask: different identifiers, and identifiers that nobody has.

Both stop a stolen till key from harvesting the customer file, and neither counts how often a busy till asks.
Buckets are kept in memory by each worker, so with two workers a key may use up to twice the stated rate; a
restart refills them. That is deliberate: a shared counter would cost the till route a write.
"""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from gateway.access.security import Principal
from gateway.wire.problems import Problem

DISTINCT_PER_MINUTE = 120
MISSES_PER_MINUTE = 30
BURST_MINUTES = 5
"""A bucket holds so many minutes' worth: a queue at the till after lunch is no attack."""

REMEMBERED_VALUES = 1_024
REMEMBERED_KEYS = 20_000


@dataclass(slots=True)
class Bucket:
    """Tokens that fill up evenly; starts full."""

    per_minute: int
    filled_at_s: float
    tokens: float = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = float(self.per_minute * BURST_MINUTES)

    def level(self, *, at_s: float) -> float:
        """How many tokens there are now."""
        gained = (at_s - self.filled_at_s) * self.per_minute / 60
        self.tokens = min(float(self.per_minute * BURST_MINUTES), self.tokens + gained)
        self.filled_at_s = at_s
        return self.tokens

    def wait_s(self, wanted: int) -> int:
        """How long until so many tokens are there, in whole seconds from 1."""
        return max(1, math.ceil((wanted - self.tokens) * 60 / self.per_minute))


@dataclass(slots=True)
class _Usage:
    distinct: Bucket | None
    misses: Bucket | None
    seen: OrderedDict[int, None] = field(default_factory=OrderedDict)


class Limits:
    """The buckets of all keys this worker has met."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._usage: OrderedDict[tuple[str, int | None, int | None], _Usage] = OrderedDict()
        self._lock = threading.Lock()

    def ask(self, principal: Principal, digests: Iterable[int]) -> None:
        """Counts identifiers this key did not ask about lately. Raises Problem too_many_requests, also when
        the key asked for too many that nobody has.
        """
        with self._lock:
            now_s = self._clock_s()
            usage = self._of(principal, now_s)
            if usage.misses is not None and usage.misses.level(at_s=now_s) < 1:
                raise _too_many("unknown identifiers", usage.misses.wait_s(1))
            if usage.distinct is None:
                return
            fresh = {digest for digest in digests if not _recalled(usage.seen, digest)}
            if usage.distinct.level(at_s=now_s) < len(fresh):
                raise _too_many("different identifiers", usage.distinct.wait_s(len(fresh)))
            usage.distinct.tokens -= len(fresh)
            for digest in fresh:
                _remember(usage.seen, digest)

    def missed(self, principal: Principal, misses: int = 1) -> None:
        """Counts identifiers that nobody has. Their answer is given; the next question may be refused."""
        with self._lock:
            now_s = self._clock_s()
            bucket = self._of(principal, now_s).misses
            if bucket is not None:
                bucket.tokens = max(0.0, bucket.level(at_s=now_s) - misses)

    def _of(self, principal: Principal, now_s: float) -> _Usage:
        # The rates are part of the name: a key that was given other ones starts with fresh buckets.
        name = (principal.key_id, principal.distinct_per_minute, principal.misses_per_minute)
        usage = self._usage.get(name)
        if usage is not None:
            self._usage.move_to_end(name)
            return usage
        usage = _Usage(
            distinct=_bucket(principal.distinct_per_minute, DISTINCT_PER_MINUTE, now_s),
            misses=_bucket(principal.misses_per_minute, MISSES_PER_MINUTE, now_s),
        )
        self._usage[name] = usage
        if len(self._usage) > REMEMBERED_KEYS:
            self._usage.popitem(last=False)
        return usage


def _bucket(own_rate: int | None, default_rate: int, now_s: float) -> Bucket | None:
    rate = default_rate if own_rate is None else own_rate
    return Bucket(per_minute=rate, filled_at_s=now_s) if rate else None


def _recalled(seen: OrderedDict[int, None], digest: int) -> bool:
    if digest not in seen:
        return False
    seen.move_to_end(digest)
    return True


def _remember(seen: OrderedDict[int, None], digest: int) -> None:
    seen[digest] = None
    if len(seen) > REMEMBERED_VALUES:
        seen.popitem(last=False)


def _too_many(what: str, wait_s: int) -> Problem:
    return Problem(
        "too_many_requests", f"This key asked about too many {what}; wait {wait_s} s.", retry_after_s=wait_s
    )
