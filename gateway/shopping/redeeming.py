"""A till that reports what it gave: at once where that can be, else step by step in a transaction."""

import datetime as dt

from sqlalchemy import Connection

from gateway.database import again
from gateway.shopping import buyers, offline_offers, shoppers, store_booking, till
from gateway.wire import decoded
from gateway.wiring import Services
from offers import clock
from offers.redemptions import at_once
from offers.redemptions.redemption import Clocks, Redemption, Use


def clocks(sent: decoded.Redemption, *, now: dt.datetime) -> Clocks:
    """The times of the call."""
    return Clocks(received_at=now, occurred_at=sent.occurred_at, sent_at=sent.sent_at)


def use(connection: Connection, held: Services, sent: decoded.Redemption, *, now: dt.datetime) -> Use:
    """What the till asks, with whoever bought."""
    cards = [card for one in sent.shoppers for card in shoppers.shown(one)] if sent.tokens else []
    moment = clock.settle(clocks(sent, now=now), offline=True, business_day=sent.transaction.business_day)
    checked = offline_offers.check(held.secrets, sent.tokens, cards, sent.transaction.store, moment)
    shown = buyers.claims(sent.shoppers, held.identity)
    buyer = buyers.find(connection, held.identity, sent.shoppers, shown, now=now)
    return Use(
        transaction=till.transaction_key(sent.transaction),
        decision=till.uuid_at("/decision", sent.decision),
        state=sent.state,
        applied=till.applied(sent.applied),
        revision=sent.revision,
        offline=sent.offline,
        shopper=buyer.shopper,
        record_no=buyer.record_no,
        promises=checked.promises,
        flags=checked.flags,
    )


def commit(
    held: Services, sent: decoded.Redemption, *, key_version: int, now: dt.datetime
) -> Redemption | None:
    """The committed redemption, on disk; None when the till has to be served step by step."""
    if sent.state != "committed" or sent.offline:
        return None
    with held.quick.connect() as connection:
        asked = use(connection, held, sent, now=now)
        plan = at_once.plan(connection, held.offers, asked, clocks(sent, now=now))
    if plan is None:
        return None
    return plan.answer if again(lambda: _book(held, plan, key_version)) else None


def _book(held: Services, plan: at_once.Plan, key_version: int) -> bool:
    with held.quick.connect() as connection:
        return store_booking.book(connection, plan, key_version=key_version)
