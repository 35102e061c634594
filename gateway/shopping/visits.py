"""Online events taken in: the history gets the event, offers the interest, identity the sign-in or the
record.

What a browser's public key says is only asserted: it goes to the anonymous record of that browser and to
nobody else. A stranger who claims somebody's e-mail therefore joins nothing, learns nothing and dissolves
nothing.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from gateway.access.identity_tokens import Vouched
from gateway.connectors.segment import traits
from gateway.connectors.segment.messages import Message
from gateway.shopping import interests, store_newest
from gateway.shopping.interests import Said
from identity.answers import Appended
from identity.context import Context as Identity
from identity.errors import ErasedError, UnknownRecordError
from identity.events import history
from identity.model import Assurance
from identity.register import records
from identity.submission import Claim, Happening, Statement, Submission
from offers.service import Context as Offers

ASSERTED_USER = "asserted:"
"""Marks the browser of somebody who gave a user id but no anonymous id: it is nobody's account."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: for which source, and how far it is believed."""

    source: str
    channel: str
    proof: Assurance


@dataclass(frozen=True, slots=True)
class Visit:
    """A message with what a signed token vouches for, if there is one."""

    message: Message
    vouched: Vouched | None = None


def take(
    connection: Connection,
    identity: Identity,
    offers: Offers,
    sender: Sender,
    visits: Sequence[Visit],
    *,
    now: dt.datetime,
) -> int:
    """Stores what happened and returns how much of it was new. A message with an id may come again."""
    named = _skus(connection, offers, visits)
    happenings = [_happening(sender, visit, named) for visit in visits]
    appended = history.append(connection, identity, happenings, now=now)
    interests.note(
        connection,
        [
            Said(one.record_no, happening.kind, happening.occurred_at, happening.body)
            for happening, one in zip(happenings, appended, strict=True)
            if one.new and one.record_no is not None
        ],
        adds_products=sender.proof >= Assurance.AUTHENTICATED,
    )
    _follow_moves(connection, identity, appended)
    return sum(one.new for one in appended)


def _follow_moves(connection: Connection, identity: Identity, appended: Sequence[Appended]) -> None:
    """After a late sign-in moved events, derives anew what the records on both sides want."""
    touched = sorted(
        {number for one in appended for move in one.moved for number in (move.from_no, move.to_no)}
    )
    if touched:
        kept = history.of_records(connection, identity, touched)
        said = [Said(one.record_no, one.kind, one.occurred_at, one.body) for one in kept]
        interests.note_again(connection, touched, said)


def _skus(connection: Connection, offers: Offers, visits: Sequence[Visit]) -> dict[str, str]:
    """Every code the messages name -> the sku of the product that is known under it."""
    codes = {code for visit in visits for mention in visit.message.products for code in mention.codes}
    named = offers.assortment.named(connection, codes) if codes else {}
    return {code: product.sku for code, product in named.items()}


def _named_products(message: Message, named: Mapping[str, str]) -> dict[str, Any]:
    listed = [
        {
            "sku": next((named[code] for code in mention.codes if code in named), mention.codes[0]),
            "quantity": mention.quantity,
        }
        for mention in message.products
    ]
    return {interests.MEMBER: listed} if listed else {}


def takes_record(sender: Sender, visit: Visit) -> bool:
    """Whether the message tells something about a proven account that its record should hold."""
    message = visit.message
    return (message.type == "identify" or message.is_consent_news) and _account(sender, visit) is not None


def take_record(
    connection: Connection, identity: Identity, sender: Sender, visit: Visit, *, now: dt.datetime
) -> None:
    """Writes the account's record. An identify adds to what was said before: traits it leaves out stay."""
    account = _account(sender, visit)
    assert account is not None
    known = _known(connection, identity, sender.source, account)
    message = visit.message
    told = _news(connection, identity, sender, account, visit, known)
    claims = {(claim.type, claim.value): claim for claim in known.identifiers}
    for claim in _claims_of_account(sender, visit, account):
        claims[claim.type, claim.value] = claim
    records.put(
        connection,
        identity,
        Submission(
            source=sender.source,
            key=account,
            attributes={**known.attributes, **told},
            identifiers=tuple(claims.values()),
            consents=_statements(message),
            observed_at=max(message.occurred_at, known.observed_at or message.occurred_at),
            proof=Assurance.AUTHENTICATED,
        ),
        now=now,
    )


def _news(
    connection: Connection, identity: Identity, sender: Sender, account: str, visit: Visit, known: "_Known"
) -> dict[str, str]:
    """The traits about which no later message spoke: messages overtake each other, and each tells only some.

    What the record holds from elsewhere, said later, stays too.
    """
    message = visit.message
    told = traits.attributes(message.traits)
    subjects = {name: f"trait:{identity.vault.fingerprint('trait', account, name)}" for name in told}
    if known.observed_at is not None and message.occurred_at < known.observed_at:
        spoken = store_newest.spoken_of(connection, sender.source, subjects.values())
        told = {n: v for n, v in told.items() if n not in known.attributes or subjects[n] in spoken}
    newest = store_newest.not_older(
        connection, sender.source, [subjects[name] for name in told], at=message.occurred_at
    )
    return {name: value for name, value in told.items() if subjects[name] in newest}


def _statements(message: Message) -> tuple[Statement, ...]:
    """What the visitor allowed, as a statement about the account she is signed in to."""
    return tuple(
        Statement(purpose, granted, message.occurred_at, evidence=message.type)
        for purpose, granted in message.consents.items()
    )


@dataclass(frozen=True, slots=True)
class _Known:
    attributes: Mapping[str, Any]
    identifiers: Sequence[Claim]
    observed_at: dt.datetime | None = None


def _known(connection: Connection, identity: Identity, source: str, account: str) -> _Known:
    try:
        view = records.get(connection, identity, source, account)
    except (UnknownRecordError, ErasedError):
        return _Known({}, ())
    return _Known(
        view.attributes,
        tuple(
            Claim(found.type, found.value, found.assurance, found.valid_from, found.valid_to)
            for found in view.identifiers
        ),
        None if view.stub else view.observed_at,
    )


def _account(sender: Sender, visit: Visit) -> str | None:
    """The account that is proven: by a token, or because a server says so."""
    if visit.vouched is not None:
        return visit.vouched.account
    return visit.message.user_id if sender.proof >= Assurance.AUTHENTICATED else None


def _claims_of_account(sender: Sender, visit: Visit, account: str) -> list[Claim]:
    claims = [Claim("account_id", account, Assurance.AUTHENTICATED)]
    if visit.vouched is not None:
        told = [("email", visit.vouched.email), ("phone", visit.vouched.phone)]
        return claims + [Claim(kind, value, Assurance.AUTHENTICATED) for kind, value in told if value]
    return claims + [
        Claim(kind, value, sender.proof) for kind, value in traits.contacts(visit.message.traits)
    ]


def _happening(sender: Sender, visit: Visit, named: Mapping[str, str]) -> Happening:
    message = visit.message
    account = _account(sender, visit)
    claims = [] if account is None else [Claim("account_id", account, Assurance.AUTHENTICATED)]
    browser = message.previous_id if message.type == "alias" else message.anonymous_id
    if browser is None and account is None:
        browser = f"{ASSERTED_USER}{message.user_id}"
    if browser is not None:
        claims.append(Claim("anonymous_id", browser, sender.proof))
    return Happening(
        kind=message.kind,
        channel=sender.channel,
        source=sender.source,
        occurred_at=message.occurred_at,
        identifiers=tuple(claims),
        message_id=_message_id(message, is_proven=account is not None),
        body={**message.body, **_named_products(message, named)},
        proof=Assurance.AUTHENTICATED if account is not None else sender.proof,
    )


def _message_id(message: Message, *, is_proven: bool) -> str | None:
    """What recognises a repetition. An order that page and server both report is one order, told by its own
    number; not so where anybody may say it, who could then take a shopper's order away before it comes.
    """
    if is_proven and message.order_id is not None:
        return f"order:{message.order_id}"
    return message.message_id
