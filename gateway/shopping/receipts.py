"""A finished transaction taken in: whose it was, what was bought, and the redemption that goes with it, all
at once.

The shopper is whoever showed something at the till, else whoever's means of payment is known; a sale that
nobody can be named for is stored all the same.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import Connection

from gateway.shopping import buyers, interests, till
from gateway.shopping.interests import Said
from gateway.shopping.offline_offers import NO_TOKENS, Checked
from gateway.webhooks import telling
from gateway.wire import decoded
from gateway.wire.problems import Place, invalid
from identity.canonical import cards
from identity.context import Context as Identity
from identity.events import history
from identity.model import Assurance
from identity.submission import Claim, Happening
from offers import service
from offers.model import Product, Shopper
from offers.redemptions.redemption import Clocks, Happened, Recorded, Refused, Sale
from offers.service import Context as Offers

DEFAULT_SOURCE = "pos"


def check(sent: decoded.Transaction) -> None:
    """Raise Problem invalid for what the schema cannot say."""
    till.check(sent.shoppers, sent.basket)
    if sent.kind != "void" and sent.basket is None:
        raise invalid(Place("/basket", "is required for a sale and a return"))
    for number, tender in enumerate(sent.tenders):
        if tender.token is not None and cards.contains_card_number(tender.token):
            raise invalid(
                Place(
                    f"/tenders/{number}/token",
                    "looks like a card number; send the payment account reference or the processor's token",
                )
            )


def claims(sent: decoded.Transaction, identity: Identity) -> list[Claim]:
    """What the buyer showed, and what was paid with."""
    paid = [
        Claim("payment_reference", tender.token, Assurance.SCANNED)
        for tender in sent.tenders
        if tender.token is not None
    ]
    return buyers.claims(sent.shoppers, identity) + paid


def record(
    connection: Connection,
    identity: Identity,
    offers: Offers,
    sent: decoded.Transaction,
    *,
    source: str,
    now: dt.datetime,
    tokens: Checked = NO_TOKENS,
) -> Recorded | Refused:
    """Stores a checked transaction and all that follows from it; the same again gives the first answer.

    `tokens` are what its signed offers were worth.
    """
    shown = claims(sent, identity)
    clocks = Clocks(received_at=now, occurred_at=sent.occurred_at, sent_at=sent.sent_at)
    asked = [(shown, sent.occurred_at)] if shown else []
    (owner_no,) = history.owned(connection, identity, source, asked, now=now) or (None,)
    buyer = buyers.find(connection, identity, sent.shoppers, shown, now=now)
    record_no = owner_no if owner_no is not None else buyer.record_no
    sale = _sale(sent, _named(connection, offers, [sent]), buyer.shopper, record_no)
    sale = replace(sale, promises=tokens.promises, flags=tokens.flags)
    outcome = service.record_transaction(connection, offers, sale, clocks)
    if isinstance(outcome, Recorded) and outcome.happened:
        telling.redeemed(connection, outcome.redemption, now=now)
    if isinstance(outcome, Recorded) and outcome.happened and shown:
        _remember(connection, identity, source, [(shown, outcome.happened)], now=now)
    return outcome


def is_plain(sent: decoded.Transaction) -> bool:
    """Whether it is a sale of which there is only a receipt to keep, and what its buyer showed."""
    return not any(one.choice for one in sent.shoppers) and service.is_plain(_sale(sent, {}, None, None))


def record_plain(
    connection: Connection,
    identity: Identity,
    offers: Offers,
    sent: Sequence[decoded.Transaction],
    *,
    source: str,
    now: dt.datetime,
) -> list[Recorded | None]:
    """Stores checked sales that are plain, all together; None for one that is there already, which `record`
    takes.
    """
    shown = [claims(one, identity) for one in sent]
    asked = [(own, one.occurred_at) for own, one in zip(shown, sent, strict=True) if own]
    owners = iter(history.owned(connection, identity, source, asked, now=now) if asked else ())
    named = _named(connection, offers, sent)
    sales = [
        (
            _sale(one, named, None, next(owners) if own else None),
            Clocks(received_at=now, occurred_at=one.occurred_at, sent_at=one.sent_at),
        )
        for own, one in zip(shown, sent, strict=True)
    ]
    outcomes = service.record_plain_sales(connection, offers, sales)
    told = [
        (own, outcome.happened)
        for own, outcome in zip(shown, outcomes, strict=True)
        if own and outcome is not None
    ]
    if told:
        _remember(connection, identity, source, told, now=now)
    return outcomes


def _remember(
    connection: Connection,
    identity: Identity,
    source: str,
    told: Sequence[tuple[list[Claim], tuple[Happened, ...]]],
    *,
    now: dt.datetime,
) -> None:
    """The history, and the interests that end with what was bought."""
    happenings = [
        Happening(
            kind=one.kind,
            channel=buyers.CHANNEL,
            source=source,
            occurred_at=one.occurred_at,
            identifiers=tuple(shown),
            message_id=one.message_id,
            body=one.body,
        )
        for shown, happened in told
        for one in happened
    ]
    appended = history.append(connection, identity, happenings, now=now)
    interests.note(
        connection,
        [
            Said(one.record_no, happening.kind, happening.occurred_at, happening.body)
            for happening, one in zip(happenings, appended, strict=True)
            if one.new and one.record_no is not None
        ],
        adds_products=True,
    )


def _named(
    connection: Connection, offers: Offers, sent: Sequence[decoded.Transaction]
) -> Mapping[str, Product]:
    """The products that the baskets name, by the codes they are named by."""
    codes = {code for one in sent for code in till.product_codes(one.basket)}
    return offers.assortment.named(connection, codes) if codes else {}


def _sale(
    sent: decoded.Transaction,
    named: Mapping[str, Product],
    buyer: Shopper | None,
    record_no: int | None,
) -> Sale:
    lines = sent.basket.lines if sent.basket is not None else []
    return Sale(
        transaction=till.transaction_key(sent.transaction),
        kind=sent.kind,
        currency=sent.basket.currency if sent.basket is not None else "",
        lines=tuple(_line(line, named) for line in lines),
        tenders=tuple(_without_none(tender) for tender in sent.tenders),
        redemption=till.uuid_at("/redemption", sent.redemption),
        applied=till.applied(sent.applied),
        offline=sent.offline,
        shopper=buyer,
        record_no=record_no,
    )


def _line(line: decoded.Line, named: Mapping[str, Product]) -> dict[str, Any]:
    stored = _without_none(line)
    code = till.product_code(line)
    if code is not None:
        stored["sku"] = named[code].sku if code in named else code
    return stored


def _without_none(shape: decoded.Shape) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(shape)
    return {name: value for name, value in plain.items() if value is not None and value != []}
