"""Anonymous browsing: one record for each browser and account that bounds it, so that a shared tablet joins
nobody.

Invariant: an event without a proven shopper stands on the record of the account whose epoch its instant lies
in.
A sign-in that arrives late cuts anew, and the events whose epoch changed move, each with a journal entry.
What a source says under a browser's key is kept, and belongs to the account in whose epoch it was observed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.engine import Connection

from identity.context import Context
from identity.events import epochs, store_events, store_sign_ins
from identity.events.store_events import StoredEvent
from identity.events.store_sign_ins import NewSignIn
from identity.model import Canonical, Identifier, Key, RecordKey, SignIn
from identity.register import steps, store_records
from identity.register.opening import Pair
from identity.register.steps import Draft
from identity.register.store_records import Stored
from identity.sealing import postings
from identity.sealing.envelope import Content

CAUSE = "sign_in"
"""What the journal says of a move."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one batch shows of a browser: who signed in when, and the instants of events nobody else owns."""

    pair: Pair
    device: Identifier
    sign_ins: tuple[tuple[Identifier, datetime], ...]
    instants: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of one browser.

    `numbers` are the records by account that are there already, `drafts` those that must be written first,
    `beside` versions of others: those whose last event moves away go, since whether a record is there must
    not depend on which sign-in came first, unless a source says something of them. `events` are what stood on
    the browser's records before and has to be looked at again.
    """

    seen: Seen
    sign_ins: tuple[SignIn, ...]
    numbers: Mapping[str | None, int]
    drafts: Mapping[str | None, Draft]
    events: tuple[StoredEvent, ...]
    beside: tuple[Draft, ...]

    def account_at(self, at: datetime) -> str | None:
        """The account that bounds an instant."""
        return epochs.account_at(self.sign_ins, at)


def plan(
    connection: Connection,
    ctx: Context,
    seen: Sequence[Seen],
    opened: Mapping[Pair, Stored],
    *,
    now: datetime,
) -> list[Plan]:
    """Stores the sign-ins and says what becomes of each browser, whose pairs the caller has opened."""
    devices = {each.pair: postings.digest(each.device.key, ctx) for each in seen}
    keys_of = {devices[each.pair]: each.device.key for each in seen}
    earlier = _stored_sign_ins(connection, ctx, keys_of)
    later = earlier
    if signed := [row for each in seen for row in _sign_ins(each, devices[each.pair], ctx)]:
        store_sign_ins.add_sign_ins(connection, signed)
        later = _stored_sign_ins(connection, ctx, keys_of)
    stored = _generations(connection, seen, opened)
    return [
        _plan(
            connection,
            ctx,
            each,
            stored[each.pair],
            (earlier[devices[each.pair]], later[devices[each.pair]]),
            now,
        )
        for each in seen
    ]


def _generations(
    connection: Connection, seen: Sequence[Seen], opened: Mapping[Pair, Stored]
) -> dict[Pair, list[Stored]]:
    """All generations of these browsers' records, oldest first; most have but the one that was opened."""
    newest = {each.pair: opened[each.pair] for each in seen if each.pair in opened}
    stored = {each.pair: [newest[each.pair]] if each.pair in newest else [] for each in seen}
    several = [pair for pair, found in newest.items() if found.ref != RecordKey(*pair)]
    stored |= {pair: [] for pair in several}
    for found in store_records.generations(connection, several) if several else ():
        stored[found.ref.source, found.ref.key].append(found)
    return stored


def moves(made: Plan, numbers: Mapping[str | None, int]) -> list[tuple[StoredEvent, int]]:
    """The events that stand on the wrong record now, each with the right one."""
    found = ((event, numbers[made.account_at(event.place.occurred_at)]) for event in made.events)
    return [(event, right) for event, right in found if event.record_no != right]


def _plan(
    connection: Connection,
    ctx: Context,
    seen: Seen,
    stored: Sequence[Stored],
    sign_ins: tuple[tuple[SignIn, ...], tuple[SignIn, ...]],
    now: datetime,
) -> Plan:
    before, after = sign_ins
    contents = {each.record_no: steps.before(each, ctx) for each in stored}
    own = [(each, content) for each in stored if (content := contents[each.record_no]) is not None]
    bound = [
        content.bound_to if each.stub else epochs.account_at(after, each.observed_at) for each, content in own
    ]
    records = {account: each for account, (each, _) in zip(bound, own, strict=True)}
    rebound = {
        each.record_no: _bound(seen, each, content, account)
        for account, (each, content) in zip(bound, own, strict=True)
        if account != content.bound_to
    }
    events: tuple[StoredEvent, ...] = ()
    if rebound or (own and epochs.epochs(before) != epochs.epochs(after)):
        events = tuple(store_events.of_records(connection, [each.record_no for each, _ in own]))
    instants = (*seen.instants, *(event.place.occurred_at for event in events))
    wanted = dict.fromkeys(epochs.account_at(after, at) for at in instants)
    drafts = {
        account: rebound.pop(each.record_no) for account, each in records.items() if each.record_no in rebound
    }
    generation = max((each.ref.generation for each in stored), default=0)
    for account in wanted:
        if account in records:
            continue
        free = records.pop(None, None) if account is not None else None
        if free is not None:
            content = _content(seen, account)
            drafts[account] = Draft(free, free.ref, free.channel, content, free.observed_at, stub=True)
            continue
        generation += 1
        ref = RecordKey(*seen.pair, generation)
        channel = ctx.policy.source(seen.pair[0]).channel
        drafts[account] = Draft(None, ref, channel, _content(seen, account), now, stub=True)
    emptied = (
        [each for account, each in records.items() if each.stub and account not in wanted] if events else []
    )
    gone = (Draft(each, each.ref, each.channel, None, each.observed_at) for each in emptied)
    return Plan(
        seen=seen,
        sign_ins=after,
        numbers={account: each.record_no for account, each in records.items()},
        drafts=drafts,
        events=events,
        beside=(*rebound.values(), *gone),
    )


def _content(seen: Seen, account: str | None) -> Content:
    return Content(Canonical(), (seen.device,), bound_to=account)


def _bound(seen: Seen, stored: Stored, content: Content, account: str | None) -> Draft:
    """A version in which an account bounds what a source says of the browser, and which shows the browser."""
    is_shown = any(each.key == seen.device.key for each in content.identifiers)
    evidence = content.evidence if is_shown else (*content.evidence, seen.device)
    return Draft.again(stored, replace(content, bound_to=account, evidence=evidence))


def _sign_ins(seen: Seen, device: int, ctx: Context) -> list[NewSignIn]:
    return [
        NewSignIn(
            device=device,
            at=at,
            account=postings.digest(account.key, ctx),
            source=seen.pair[0],
            sealed=ctx.vault.seal(account.value.encode(), place(device)),
        )
        for account, at in seen.sign_ins
    ]


def _stored_sign_ins(
    connection: Connection, ctx: Context, keys_of: Mapping[int, Key]
) -> dict[int, tuple[SignIn, ...]]:
    """The sign-ins on these devices, by digest."""
    found: dict[int, tuple[SignIn, ...]] = dict.fromkeys(sorted(keys_of), ())
    for each in store_sign_ins.sign_ins(connection, list(found)):
        account = ctx.vault.unseal(each.sealed, place(each.device)).decode()
        found[each.device] += (SignIn(keys_of[each.device], account, each.at),)
    return found


def place(device: int) -> str:
    """The place that the account of a device's sign-in is sealed to."""
    return f"sign_in:{device}"
