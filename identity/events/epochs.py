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

from identity.model import SignIn


@dataclass(frozen=True, slots=True)
class Epoch:
    """One account's stretch [start, end) of a device's time; None is open."""

    account: str
    start: datetime | None
    end: datetime | None


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
    found = epochs(sign_ins)
    if not found:
        return None
    starts = [epoch.start for epoch in found[1:] if epoch.start is not None]
    return found[bisect_right(starts, at)].account
