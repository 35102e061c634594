"""A redemption as it stands, put together for an answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from offers.errors import UnknownRedemptionError
from offers.model import TransactionKey
from offers.redemptions import store_redemptions
from offers.redemptions.redemption import Item, Redemption, State
from offers.redemptions.store_redemptions import Booked, Granted, Wish

_STATES: Final[Mapping[str, State]] = {
    "reserved": "reserved",
    "committed": "committed",
    "voided": "voided",
    "reversed": "reversed",
}


def find(connection: Connection, redemption_id: UUID, *, now: datetime) -> Redemption:
    """The redemption as it stands; raises UnknownRedemptionError."""
    held, key = _read(connection, redemption_id)
    return show(connection, held, key, now=now)


def transaction_of(connection: Connection, redemption_id: UUID) -> TransactionKey:
    """The transaction a redemption belongs to; raises UnknownRedemptionError."""
    return _read(connection, redemption_id)[1]


def _read(connection: Connection, redemption_id: UUID) -> tuple[Booked, TransactionKey]:
    found = store_redemptions.read(connection, redemption_id)
    if found is None:
        raise UnknownRedemptionError
    return found


def show(connection: Connection, held: Booked, key: TransactionKey, *, now: datetime) -> Redemption:
    """A redemption with its items. Expired and returned are not stored: they follow from time and items."""
    rows = store_redemptions.items(connection, held.redemption_no)
    states = {row.state for row in rows}
    returned = held.state == "committed" and "returned" in states and "committed" not in states
    return Redemption(
        id=held.id,
        transaction=key,
        state="expired" if is_expired(held, now) else "returned" if returned else _STATES[held.state],
        revision=held.revision,
        items=tuple(
            Item(
                offer=row.offer,
                campaign=row.campaign,
                line=row.line,
                quantity_milli=row.quantity_milli,
                desired_minor=row.desired_minor,
                granted_minor=row.granted_minor,
                returned_minor=row.returned_minor,
                unit=row.unit,
                over_limit=row.over_limit,
                reason=row.reason,
            )
            for row in rows
        ),
        expires_at=held.expires_at if held.state == "reserved" else None,
        decision=held.decision,
        flags=held.flags,
    )


def is_expired(held: Booked, now: datetime) -> bool:
    """Whether a reserved redemption's time is over."""
    return held.state == "reserved" and held.expires_at is not None and held.expires_at <= now


def granted_items(
    wishes: Sequence[Wish], granted: Mapping[int, Granted], campaigns: Mapping[int, str]
) -> tuple[Item, ...]:
    """What was asked with what was given, in order."""
    return tuple(
        Item(
            offer=wish.offer,
            campaign=campaigns[wish.campaign_no],
            line=wish.line,
            quantity_milli=wish.quantity_milli,
            desired_minor=wish.desired_minor,
            granted_minor=granted[wish.item].granted_minor,
            unit=wish.unit,
            over_limit=granted[wish.item].over_limit,
            reason=granted[wish.item].reason,
        )
        for wish in wishes
    )
