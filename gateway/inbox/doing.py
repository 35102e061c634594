"""Doing one part of a delivery, in a transaction that is already open."""

import datetime as dt
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import Connection

from gateway.connectors.parts import EventPart, GonePart, Part, PrivacyPart, ProductPart, RecordPart
from gateway.forgetting import forget
from gateway.inbox import store_requests
from gateway.inbox.store import Delivery
from gateway.shopping import interests, store_newest
from gateway.shopping.interests import Said
from gateway.wiring import Services
from identity.errors import ErasedError, InvalidRecordError, SuppressedError, UnknownRecordError
from identity.events import history
from identity.model import Assurance
from identity.register import records
from identity.rights import erasure
from identity.submission import Happening, Submission
from offers.retailer import products


class NotYetError(Exception):
    """The part belongs to something that has not come yet: `what`."""

    def __init__(self, what: str) -> None:
        super().__init__(f"waits for {what}")
        self.what = what


def do(connection: Connection, services: Services, came: Delivery, part: Part, *, now: dt.datetime) -> bool:
    """Does a part, or a piece of it; True when the part is done. Raises NotYetError."""
    doings: dict[type[Part], Callable[..., bool]] = {
        RecordPart: _tell,
        GonePart: _take_away,
        EventPart: _append,
        ProductPart: _sell,
        PrivacyPart: _forget,
    }
    return doings[type(part)](connection, services, came, part, now)


def _tell(
    connection: Connection, services: Services, came: Delivery, part: RecordPart, now: dt.datetime
) -> bool:
    """A shopper who was erased stays so, whatever the shop still tells of her."""
    told = Submission(
        source=came.source,
        key=part.key,
        attributes=part.attributes,
        identifiers=part.claims,
        consents=part.statements,
        observed_at=part.observed_at,
        proof=Assurance.AUTHENTICATED,
    )
    with suppress(SuppressedError, InvalidRecordError):
        records.put(connection, services.identity, told, now=now)
    return True


def _take_away(
    connection: Connection, services: Services, came: Delivery, part: GonePart, now: dt.datetime
) -> bool:
    with suppress(UnknownRecordError):
        records.delete(connection, services.identity, came.source, part.key, now=now)
    return True


def _append(
    connection: Connection, services: Services, came: Delivery, part: EventPart, now: dt.datetime
) -> bool:
    if part.beside is not None and not history.knows(connection, came.source, part.beside):
        raise NotYetError(part.beside)
    happening = Happening(
        kind=part.kind,
        channel=services.identity.policy.source(came.source).channel,
        source=came.source,
        occurred_at=min(part.occurred_at, now),
        identifiers=part.claims,
        message_id=part.message_id,
        body=part.body,
        proof=part.proof,
        known_as=part.known_as,
        beside=part.beside,
    )
    [appended] = history.append(connection, services.identity, [happening], now=now)
    if appended.new and appended.record_no is not None:
        said = Said(appended.record_no, happening.kind, happening.occurred_at, happening.body)
        interests.note(connection, [said], adds_products=True)
    return True


def _sell(
    connection: Connection, services: Services, came: Delivery, part: ProductPart, now: dt.datetime
) -> bool:
    del services, now
    subject = f"product:{part.article.sku}"
    if store_newest.not_older(connection, came.source, [subject], at=part.observed_at):
        products.put(connection, [part.article])
    return True


def _forget(
    connection: Connection, services: Services, came: Delivery, part: PrivacyPart, now: dt.datetime
) -> bool:
    if part.key is None:
        return _take_one_away(connection, services, came.source, now)
    if part.kind == "export":
        store_requests.ask(connection, part.kind, came.source, part.key, part.reference, now=now)
    else:
        _erase(connection, services, came.source, part.key, part.reference, now)
    return True


def _take_one_away(connection: Connection, services: Services, source: str, now: dt.datetime) -> bool:
    """One record of a source that is to go as a whole; True when none is left."""
    key = erasure.next_of_source(connection, source)
    if key is not None:
        records.delete(connection, services.identity, source, key, now=now)
    return key is None


def _erase(
    connection: Connection, services: Services, source: str, key: str, reason: str, now: dt.datetime
) -> None:
    """A shopper who asks one of our shops to be forgotten is forgotten as a person, also once deleted."""
    for record in erasure.under_key(connection, source, key):
        with suppress(ErasedError):
            gone = erasure.erase(connection, services.identity, record, reason=reason, now=now)
            forget(connection, gone, now=now)
