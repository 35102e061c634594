"""Whose browsing a device's events are: stretches of time bounded by account sign-ins.

Invariant: epochs are a pure function of the sign-ins by event time, so a late sign-in gives what an early one
would have given. They are maximal runs of one account; the first reaches back to before all time, the last on
without end, because who signs in next or signed in last is the best guess there is. Without a sign-in there
is no epoch.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from identity.model import SignIn


@dataclass(frozen=True, slots=True)
class Epoch:
    """One account's stretch [start, end) of a device's time; None is open."""

    account: str
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Shift:
    """A stretch [start, end) whose account changed; None is open, or no account."""

    start: datetime | None
    end: datetime | None
    before: str | None
    after: str | None


def epochs(sign_ins: Iterable[SignIn]) -> tuple[Epoch, ...]:
    """The epochs of one device, in order. Of two accounts at one moment the greater name comes later."""
    ordered = sorted(sign_ins, key=lambda each: (each.at, each.account))
    last_at_moment = {each.at: each for each in ordered}
    found = [Epoch(ordered[0].account, None, None)] if ordered else []
    for sign_in in last_at_moment.values():
        if found[-1].account != sign_in.account:
            found[-1] = replace(found[-1], end=sign_in.at)
            found.append(Epoch(sign_in.account, sign_in.at, None))
    return tuple(found)


def account_at(sign_ins: Iterable[SignIn], at: datetime) -> str | None:
    """The account that bounds one device's browsing at a time, None when nobody ever signed in."""
    return _account_in(epochs(sign_ins), at)


def shifts(before: Iterable[SignIn], after: Iterable[SignIn]) -> tuple[Shift, ...]:
    """The stretches of one device whose account changed: their events move, all others stay."""
    old, new = epochs(before), epochs(after)
    bounds = sorted({epoch.start for epoch in (*old, *new) if epoch.start is not None})
    found: list[Shift] = []
    for start, end in pairwise((None, *bounds, None)):
        shift = Shift(start, end, _account_in(old, start), _account_in(new, start))
        if shift.before == shift.after:
            continue
        last = found[-1] if found else None
        if last and (last.end, last.before, last.after) == (start, shift.before, shift.after):
            found[-1] = replace(last, end=end)
        else:
            found.append(shift)
    return tuple(found)


def _account_in(found: tuple[Epoch, ...], at: datetime | None) -> str | None:
    if not found:
        return None
    starts = [epoch.start for epoch in found[1:] if epoch.start is not None]
    return found[bisect_right(starts, at) if at is not None else 0].account
