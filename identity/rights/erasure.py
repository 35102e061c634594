"""Forgetting a shopper, and handing her everything first.

What stays of an erased shopper: record numbers and ids (they answer that she was erased), that something
happened when, that consent was given or withdrawn when, and keyed hashes by which a feed that still knows her
is refused.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.answers import EventView, IdentifierView
from identity.batches import store_batches
from identity.canonical import keys
from identity.context import Context
from identity.errors import BusyError
from identity.events import browsers, history, store_events, store_owners
from identity.model import Assurance, Identifier, Key, Record
from identity.partition.store_places import Spot
from identity.reading import readers, store_profiles
from identity.reading.readers import Opened
from identity.register import opening, records, steps, store_records, store_suppression, suppression
from identity.register.store_records import Stored
from identity.rights import consent, store_consents, store_erasure
from identity.sealing import postings
from identity.sealing.envelope import Content


class Gone(NamedTuple):
    """Records that were erased: their numbers, and what their sources called them (source, key), unless they
    call somebody else so by now.
    """

    numbers: tuple[int, ...]
    keys: tuple[tuple[str, str], ...]


def erase(connection: Connection, ctx: Context, profile: UUID, *, reason: str, now: datetime) -> Gone:
    """Erases the person behind a profile.

    Of a shopper whose last record was deleted, all that stood together then goes: what happened still stands
    on it. Their data elsewhere must go as well. Raises UnknownProfileError, ErasedError, BusyError (a record
    came to her meanwhile: try again).
    """
    _, numbers = _whose(connection, profile)
    opened = opening.open_many(connection, ctx, store_erasure.pairs(connection, numbers))
    found = numbers
    current, numbers = _whose(connection, profile)
    if set(numbers) - set(found):
        raise BusyError
    gone, stood = _take_out(connection, opened, numbers, now)
    _check_nobody_stays(stood, numbers)
    store_erasure.note(connection, current, len(numbers), reason=reason, now=now)
    return gone


def erase_records(connection: Connection, ctx: Context, numbers: Sequence[int], *, now: datetime) -> Gone:
    """Erases these records and nobody else's, whomever they belong to by now.

    Whoever calls has written down why.
    """
    opened = opening.open_many(connection, ctx, store_erasure.pairs(connection, numbers))
    gone, _ = _take_out(connection, opened, numbers, now)
    return gone


def forget_again(connection: Connection, numbers: Sequence[int]) -> None:
    """Empties the events of erased records once more, a little later: whoever was storing one when she was
    erased had found her before.
    """
    if numbers:
        store_erasure.erase_events(connection, numbers)


def under_key(connection: Connection, source: str, key: str) -> list[UUID]:
    """The records to erase for a shopper whom a source knows by a key: the newest generation, also a deleted
    one, and earlier ones that were deleted and forward to nobody.
    """
    stored = store_records.generations(connection, [(source, key)])
    forwarding = store_erasure.forwarding_among(connection, [each.record_no for each in stored])
    return [
        each.id
        for each in stored
        if each is stored[-1] or (each.deleted_at is not None and each.record_no not in forwarding)
    ]


def next_of_source(connection: Connection, source: str) -> str | None:
    """The key of a record that a source still tells of: for taking a whole source away, one by one."""
    return store_erasure.a_key(connection, source)


def export(connection: Connection, ctx: Context, profile: UUID, *, now: datetime) -> dict[str, Any]:
    """Everything identity holds about the person behind a profile, ready for JSON. Raises as `erase`."""
    head = readers.head(connection, profile)
    numbers = readers.person_of(head)
    opened = readers.opened(connection, ctx, numbers)
    return {
        "profile": str(head.id),
        "exported_at": now.isoformat(),
        "records": [_record(each) for each in opened],
        "consents": [
            {
                "record": str(each.record),
                "purpose": each.purpose,
                "granted": each.granted,
                "at": each.at.isoformat(),
                "proof": each.proof.name.lower(),
                "evidence": each.evidence,
                "received_at": each.received_at.isoformat(),
            }
            for each in consent.statements(connection, ctx, profile)
        ],
        "events": [
            _event(history.view(event, ctx)) for event in store_events.of_records(connection, numbers)
        ],
        "memberships": [
            {"record": str(record), "since": since.isoformat(), "profile": str(owner) if owner else None}
            for record, since, owner in store_erasure.memberships(connection, numbers)
        ],
    }


def _whose(connection: Connection, profile: UUID) -> tuple[UUID, tuple[int, ...]]:
    """The present id of the person behind a profile, and the numbers of her records."""
    asked = store_profiles.asked(connection, profile)
    if asked is not None and not (asked.is_live or asked.is_erased) and asked.forward_no is None:
        return profile, store_erasure.last_with(connection, asked.record_no)
    head = readers.head(connection, profile)
    return head.id, readers.person_of(head)


def _take_out(
    connection: Connection, opened: opening.Opened, numbers: Collection[int], now: datetime
) -> tuple[Gone, Mapping[int, Spot]]:
    """Takes opened records out, with all that they brought; where they and who stood with them belonged."""
    ctx, pairs = opened.ctx, list(opened.found)
    stored = [each for each in store_records.generations(connection, pairs) if each.record_no in set(numbers)]
    contents = {
        each.record_no: content for each in stored if (content := steps.before(each, ctx)) is not None
    }
    live = [each for each in stored if each.record_no in contents]
    known = [contents[each.record_no].record(each.ref, each.channel, stub=each.stub) for each in live]
    hashes = suppression.of_records(known, ctx) | {suppression.of_key(*pair, ctx) for pair in pairs}
    store_suppression.suppress(connection, hashes, now=now)
    earlier: Mapping[int, Spot] = {}
    if live:
        earlier = records.take_away(connection, ctx, live, now=now, is_forwarding=False).placement.earlier
    _forget(connection, ctx, stored, known, now)
    keys = tuple(pair for pair, newest in opened.found.items() if newest.record_no in numbers)
    return Gone(tuple(numbers), keys), earlier


def _check_nobody_stays(earlier: Mapping[int, Spot], numbers: Collection[int]) -> None:
    """Raises BusyError when a record came to her while we waited for her keys, so that it would stay."""
    persons = {earlier[number].person_no for number in numbers if number in earlier}
    if any(spot.person_no in persons for number, spot in earlier.items() if number not in numbers):
        raise BusyError


def _forget(
    connection: Connection, ctx: Context, stored: Sequence[Stored], known: Iterable[Record], now: datetime
) -> None:
    numbers = [each.record_no for each in stored]
    hidden = {each.record_no: opening.erased_key(each.ref.source, each.ref.key, ctx) for each in stored}
    store_erasure.erase_records(connection, hidden, now=now)
    store_erasure.erase_events(connection, numbers)
    store_erasure.erase_mentions(connection, numbers)
    store_batches.forget(connection, numbers)
    store_erasure.forget_reasons(connection, numbers)
    store_erasure.close_reviews(connection, numbers, now=now)
    store_consents.forget(connection, numbers)
    _hide_accounts(connection, ctx, known)


def _hide_accounts(connection: Connection, ctx: Context, known: Iterable[Record]) -> None:
    """Lets a pseudonym bound what her accounts bounded on the devices that she used."""
    accounts = {record.bound_to for record in known if record.bound_to is not None}
    own = {
        postings.digest(identifier.key, ctx): identifier.value
        for record in known
        for identifier in record.identifiers
        if identifier.type == keys.ACCOUNT and identifier.assurance > Assurance.ASSERTED
    }
    # Whoever else shows an account still signs in with it.
    accounts |= {own[digest] for digest in own.keys() - store_owners.shown_among(connection, own)}
    for account in sorted(accounts):
        pseudonym = suppression.pseudonym(account, ctx)
        old, new = (postings.digest(Key(keys.ACCOUNT, value), ctx) for value in (account, pseudonym))
        signed = store_erasure.devices_of(connection, old)
        sealed = {device: ctx.vault.seal(pseudonym.encode(), browsers.place(device)) for device in signed}
        store_erasure.hide_account(connection, old, new, sealed)


def _record(each: Opened) -> dict[str, Any]:
    content: Content = each.content
    return {
        "record": str(each.row.id),
        "source": each.row.source,
        "key": each.row.key,
        "generation": each.row.generation,
        "channel": each.row.channel,
        "profile": str(each.row.profile),
        "attributes": {name: _plain(value) for name, value in readers.shown(content.attributes).items()},
        "identifiers": [_identifier(shown) for shown in readers.identifiers(each.record)],
        "former_identifiers": [_identifier(former) for former in content.former],
        "account": content.bound_to,
        "observed_at": each.row.observed_at.isoformat(),
        "created_at": each.row.created_at.isoformat(),
        "changed_at": each.row.changed_at.isoformat(),
    }


def _identifier(shown: Identifier | IdentifierView) -> dict[str, Any]:
    return {
        "type": shown.type,
        "value": shown.value,
        "assurance": shown.assurance.name.lower(),
        "valid_from": shown.valid_from.isoformat() if shown.valid_from else None,
        "valid_to": shown.valid_to.isoformat() if shown.valid_to else None,
    }


def _event(event: EventView) -> dict[str, Any]:
    return {
        "event": event.event_no,
        "record": str(event.record),
        "kind": event.kind,
        "channel": event.channel,
        "source": event.source,
        "occurred_at": event.occurred_at.isoformat(),
        "received_at": event.received_at.isoformat(),
        "body": event.body,
    }


def _plain(value: str | date) -> str:
    return value if isinstance(value, str) else value.isoformat()
