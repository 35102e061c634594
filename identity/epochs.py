"""Whose browsing it was: a device's time, cut into epochs at each change of account.

Invariant: epochs are a pure function of the set of sign-ins, so late, repeated and unordered ones cut the same.
The first epoch reaches back to the beginning of time, because who browsed before she signed in is she who
signed in; the last one has no end.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from identity.model import SignIn


@dataclass(frozen=True, slots=True)
class Epoch:
    """A stretch of time in which one account bounds a device, from `start` (None: always) to the next epoch."""

    start: datetime | None
    account: str


def epochs(sign_ins: Iterable[SignIn]) -> tuple[Epoch, ...]:
    """The epochs of one device, in order. Of two accounts at the same instant the lesser comes first."""
    found: list[Epoch] = []
    for sign_in in sorted(sign_ins, key=lambda each: (each.at, each.account)):
        if not found:
            found.append(Epoch(None, sign_in.account))
        elif found[-1].account != sign_in.account:
            found.append(Epoch(sign_in.at, sign_in.account))
    return tuple(found)


def account_at(cut: Iterable[Epoch], at: datetime) -> str | None:
    """The account whose epoch an instant lies in; None when nobody ever signed in."""
    account = None
    for epoch in cut:
        if epoch.start is not None and epoch.start > at:
            break
        account = epoch.account
    return account
