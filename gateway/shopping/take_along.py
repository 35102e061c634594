"""An offer's QR code in place of a card: whoever holds it may have that one offer, and is told no name.

The offer is the profile's, so consent, limits and stock are judged as they are now, not as they were when the
code was given out.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from gateway.shopping.introductions import introduce
from identity.context import Context
from identity.errors import ErasedError, UnknownProfileError
from identity.reading import profiles
from offers.model import Proof, Shopper, TransactionKey
from offers.take_along import tokens
from offers.take_along.tokens import Dead


@dataclass(frozen=True, slots=True)
class Holder:
    """Whoever showed a live code, as offers need to know them."""

    shopper: Shopper
    profile_no: int


@dataclass(frozen=True, slots=True)
class Till:
    """The transaction that shows a code; it alone may use it."""

    transaction: TransactionKey
    store_no: int


def holder(
    connection: Connection, identity: Context, token: bytes, *, till: Till | None, now: dt.datetime
) -> Holder | Literal["unknown", "used", "expired"]:
    """Return for whom a code speaks, or why for nobody. Outside a transaction nothing is claimed."""
    if till is None:
        found = tokens.look_at(connection, token, now=now)
    else:
        found = tokens.claim(connection, token, till.transaction, store_no=till.store_no, now=now)
    if isinstance(found, Dead):
        return found.reason
    try:
        view = profiles.view(connection, identity, found.profile_id)
    except (ErasedError, UnknownProfileError):
        return "unknown"
    return Holder(introduce(view, Proof.SCANNED, only=found.only), view.profile_no)
