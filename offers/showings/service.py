"""How often something was shown on a screen, and whether it rests.

Invariant: resting is about screens alone. Whatever rests is as much off at the till as before, and wanting it
anew ends the rest.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection

from offers.decisions.decision_record import Gist
from offers.model import Policy, Shopper
from offers.showings import store
from offers.showings.store import Shown


def note(connection: Connection, read: Iterable[Gist], policy: Policy) -> None:
    """Count what these decisions showed; what was shown often enough rests from then on."""
    store.count(
        connection,
        _apart(read, policy.shown_apart_s),
        most=policy.shown_most,
        apart_s=policy.shown_apart_s,
    )


def resting(
    connection: Connection, shopper: Shopper | None, policy: Policy, *, at: datetime
) -> dict[str, int]:
    """The skus that rest, each with the instant (seconds) from which it does."""
    if shopper is None or not shopper.personal:
        return {}
    since_s = int(at.timestamp()) - policy.shown_rest_s
    return store.resting(connection, shopper.limit_members, since_s=since_s)


def forget(connection: Connection, record_nos: Collection[int]) -> None:
    """Delete what was shown to erased persons."""
    store.forget(connection, record_nos)


def _apart(read: Iterable[Gist], apart_s: int) -> list[Shown]:
    """One for each person and sku within `apart_s`: a screen that asks again is one showing."""
    last_s: dict[tuple[int, str], int] = {}
    found = []
    for one in read:
        at_s = int(one.at.timestamp())
        for sku in one.shown:
            before_s = last_s.get((one.shopper.person_no, sku))
            if before_s is None or at_s - before_s >= apart_s:
                last_s[one.shopper.person_no, sku] = at_s
                found.append(Shown(one.shopper.person_no, sku, at_s))
    return found
