"""What happened, and whose it is.

Invariant: an event is stored once, whoever sends it how often, and belongs to one record; a profile's history
is
what its records hold, so joins and splits never touch it.
"""

import base64
import binascii
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy.engine import Connection

from identity.answers import Appended, EventView, Kept, Moved, Page
from identity.canonical import cards
from identity.context import Context
from identity.events import attribution, browsers, owners, store_events
from identity.events.store_events import Filter, NewEvent, Place, StoredEvent
from identity.reading import readers
from identity.sealing.vault import message_digest
from identity.submission import Claim, Happening

LIMIT_MAX: Final = 500
FIRST_MONTH: Final = date(2000, 1, 1)
"""What is older stands in one partition of its own."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def append(
    connection: Connection, ctx: Context, events: Sequence[Happening], *, now: datetime
) -> tuple[Appended, ...]:
    """Stores what happened, each event with the record it belongs to, and says what became of each, in order.

    Raises UnknownSourceError.
    """
    if not events:
        return ()
    receipts = [_receipt(event) for event in events]
    known = store_events.receipts(connection, [receipt for receipt in receipts if receipt is not None])
    fresh = [number for number, receipt in enumerate(receipts) if receipt is None or receipt not in known]
    owned = _beside(connection, events, fresh)
    asking = [number for number in fresh if events[number].beside is None]
    shown = owners.read([events[number] for number in asking], ctx)
    found = attribution.attribute(connection, ctx, shown, now=now)
    owned |= {
        number: owner for number, owner in zip(asking, found.record_nos, strict=True) if owner is not None
    }
    places = _places(connection, events, owned)
    ours, others = _claim(connection, receipts, places)
    known.update(others)
    written = {number: place for number, place in places.items() if number in ours}
    _write(connection, ctx, events, {number: (owned[number], written[number]) for number in written}, now)
    _name_again(connection, events, written)
    stood = {place: owned[number] for number, place in written.items()}
    stood |= store_events.owners(connection, [place for place in known.values() if place not in stood])
    moved = _move(connection, ctx, found.moves, now)
    answers: list[Appended] = []
    for number, receipt in enumerate(receipts):
        if number in written:
            answers.append(Appended(owned[number], True, written[number].event_no))
            continue
        place = known.get(receipt) if receipt is not None else None
        answers.append(
            Appended(stood.get(place) if place else None, False, place.event_no if place else None)
        )
    return (replace(answers[0], moved=moved), *answers[1:])


def knows(connection: Connection, source: str, message_id: str) -> bool:
    """Whether an event of a source is known under this message id, or was."""
    return bool(store_events.receipts(connection, [message_digest(source, message_id)]))


def owned(
    connection: Connection,
    ctx: Context,
    source: str,
    asked: Sequence[tuple[Sequence[Claim], datetime]],
    *,
    now: datetime,
) -> tuple[int | None, ...]:
    """The records that things with these identifiers, at these times, belong to; a stub is made when nobody
    is known.

    None when no identifier can own anything, or when the shopper was erased. Raises UnknownSourceError.
    """
    channel = ctx.policy.source(source).channel
    shown = owners.read([Happening("owner", channel, source, at, claims) for claims, at in asked], ctx)
    return attribution.attribute(connection, ctx, shown, now=now).record_nos


def of_records(connection: Connection, ctx: Context, record_nos: Sequence[int]) -> tuple[Kept, ...]:
    """All events of these records, oldest first: for deriving anew what moved events had said."""
    return tuple(
        Kept(event.record_no, event.kind, event.place.occurred_at, _unseal(event, ctx))
        for event in store_events.of_records(connection, record_nos)
    )


def page(
    connection: Connection,
    ctx: Context,
    profile: UUID,
    *,
    cursor: str | None = None,
    limit: int = 50,
    kinds: Sequence[str] = (),
    channel: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Page:
    """Events of all of a profile's records, newest first.

    Raises UnknownProfileError, ErasedError, ValueError (cursor).
    """
    wanted = min(max(limit, 1), LIMIT_MAX)
    before = _place_of(cursor) if cursor is not None else None
    members = readers.head(connection, profile).members
    filtered = Filter(tuple(kinds), channel, since, until, before)
    found = store_events.page(connection, members, filtered, wanted + 1)
    shown = found[:wanted]
    is_more = len(found) > wanted
    return Page(tuple(view(event, ctx) for event in shown), _cursor_of(shown[-1].place) if is_more else None)


def _receipt(event: Happening) -> UUID | None:
    return None if event.message_id is None else message_digest(event.source, event.message_id)


def _beside(connection: Connection, events: Sequence[Happening], fresh: Iterable[int]) -> dict[int, int]:
    """The records of those events that belong to whoever another event belongs to, unless she was erased."""
    named = {
        number: message_digest(events[number].source, beside)
        for number in fresh
        if (beside := events[number].beside) is not None
    }
    if not named:
        return {}
    places = store_events.receipts(connection, list(named.values()))
    records = store_events.live_owners(connection, list(places.values()))
    return {
        number: records[places[digest]]
        for number, digest in named.items()
        if digest in places and places[digest] in records
    }


def _name_again(connection: Connection, events: Sequence[Happening], written: Mapping[int, Place]) -> None:
    """Gives events their second message ids; who has one first keeps it."""
    second: dict[UUID, Place] = {}
    for number, place in written.items():
        known_as = events[number].known_as
        if known_as is not None:
            second.setdefault(message_digest(events[number].source, known_as), place)
    store_events.claim(connection, list(second.items()))


def _places(connection: Connection, events: Sequence[Happening], owned: Iterable[int]) -> dict[int, Place]:
    """Where each event that has an owner will stand."""
    wanted = sorted(owned)
    numbers = store_events.numbers(connection, len(wanted)) if wanted else []
    return {
        number: Place(events[number].occurred_at, event_no)
        for number, event_no in zip(wanted, numbers, strict=True)
    }


def _claim(
    connection: Connection, receipts: Sequence[UUID | None], places: Mapping[int, Place]
) -> tuple[set[int], dict[UUID, Place]]:
    """The events that are ours to write, and where those stand that somebody wrote just now."""
    first: dict[UUID, int] = {}
    ours: set[int] = set()
    for number in places:
        receipt = receipts[number]
        if receipt is None:
            ours.add(number)
        else:
            first.setdefault(receipt, number)
    taken, others = store_events.claim(
        connection, [(receipt, places[number]) for receipt, number in first.items()]
    )
    ours |= {first[receipt] for receipt in taken}
    return ours, {**others, **{receipt: places[first[receipt]] for receipt in taken}}


def _write(
    connection: Connection,
    ctx: Context,
    events: Sequence[Happening],
    owned: Mapping[int, tuple[int, Place]],
    now: datetime,
) -> None:
    if not owned:
        return
    months = {place.occurred_at.astimezone(UTC).date().replace(day=1) for _, place in owned.values()}
    store_events.make_months(connection, (month for month in months if month >= FIRST_MONTH))
    rows = [
        NewEvent(
            place=place,
            record_no=record_no,
            kind=events[number].kind,
            channel=events[number].channel,
            source=events[number].source,
            proof=int(events[number].proof),
            sealed=_seal(events[number].body, place, ctx),
        )
        for number, (record_no, place) in sorted(owned.items())
    ]
    store_events.insert(connection, rows, now=now)


def _move(
    connection: Connection, ctx: Context, moves: Sequence[tuple[StoredEvent, int]], now: datetime
) -> tuple[Moved, ...]:
    if not moves:
        return ()
    rows = [(event.place, event.record_no, to_no) for event, to_no in moves]
    store_events.move(connection, rows, cause=browsers.CAUSE, now=now)
    return tuple(
        Moved(
            event_no=event.place.event_no,
            kind=event.kind,
            occurred_at=event.place.occurred_at,
            body=_unseal(event, ctx),
            from_no=event.record_no,
            to_no=to_no,
        )
        for event, to_no in moves
    )


def view(event: StoredEvent, ctx: Context) -> EventView:
    """An event as it may be read by whoever may read it all."""
    return EventView(
        event_no=event.place.event_no,
        record=event.record,
        kind=event.kind,
        channel=event.channel,
        source=event.source,
        occurred_at=event.place.occurred_at,
        received_at=event.received_at,
        body=_unseal(event, ctx),
    )


def _seal(body: Mapping[str, Any], place: Place, ctx: Context) -> bytes:
    """The body, card numbers masked: what a free text holds nobody chose to store."""
    content = orjson.dumps(dict(body), option=orjson.OPT_NON_STR_KEYS, default=str)
    if cards.contains_card_number(content.decode()):
        content = orjson.dumps(cards.mask_all(orjson.loads(content)))
    return ctx.vault.seal(content, f"event:{place.event_no}")


def _unseal(event: StoredEvent, ctx: Context) -> dict[str, Any]:
    """The body; empty once it was erased."""
    if event.sealed is None:
        return {}
    body: dict[str, Any] = orjson.loads(ctx.vault.unseal(event.sealed, f"event:{event.place.event_no}"))
    return body


def _cursor_of(place: Place) -> str:
    micros = (place.occurred_at - _EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(struct.pack(">qq", micros, place.event_no)).rstrip(b"=").decode("ascii")


def _place_of(cursor: str) -> Place:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        micros, event_no = struct.unpack(">qq", base64.urlsafe_b64decode(padded))
        return Place(_EPOCH + timedelta(microseconds=micros), event_no)
    except (UnicodeEncodeError, binascii.Error, struct.error, OverflowError) as error:
        raise ValueError("The cursor is not one that this gateway gave out.") from error
