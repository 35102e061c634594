"""Who buys, where a till reports what it has done: whose limits count.

A till that asked has its decision, which knows; one that could not ask says who stood there.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection

from gateway.shopping import shoppers
from gateway.shopping.introductions import introduce
from gateway.wire import decoded
from identity.answers import FoundStatus
from identity.context import Context as Identity
from identity.reading import lookup, profiles, shopper
from identity.submission import Claim
from offers.model import Proof, Shopper

CHANNEL: Final = "store"
"""Whatever the source's own channel is: a till stands in a store."""


class Buyer(NamedTuple):
    """The person whose limits count, and the record of one who was picked from a list."""

    shopper: Shopper | None
    record_no: int | None


NOBODY: Final = Buyer(None, None)


def claims(sent: Sequence[decoded.Shopper], identity: Identity) -> list[Claim]:
    """What the buyer among these shoppers showed."""
    return [claim for one in sent if one.role == "buyer" for claim in shoppers.claims(one, identity.policy)]


def find(
    connection: Connection,
    identity: Identity,
    sent: Sequence[decoded.Shopper],
    shown: list[Claim],
    *,
    now: dt.datetime,
) -> Buyer:
    """The buyer: picked from a list, else known by what was shown; nobody when that is not certain."""
    choice = next((one.choice for one in sent if one.role == "buyer" and one.choice), None)
    if choice is not None:
        found = lookup.chosen(connection, identity, choice, now=now)
        if found.profile is None:
            return NOBODY
        view = profiles.view(connection, identity, found.profile)
        return Buyer(introduce(view, Proof.TYPED), view.profile_no)
    if not shown:
        return NOBODY
    reading = shopper.read(connection, shopper.probes(identity, shown), now=now, channel=CHANNEL)
    if reading.status is not FoundStatus.KNOWN:
        return NOBODY
    return Buyer(introduce(reading.heads[0], Proof.SCANNED), None)
