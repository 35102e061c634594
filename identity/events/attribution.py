"""Finds or makes the record that each event of a batch belongs to.

Invariant: all records are opened in one step and written in one step, so the order of locks is kept however
long
the batch is.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.engine import Connection

from identity.context import Context
from identity.events import browsers, mentions, owners, store_owners
from identity.events.browsers import Plan, Seen
from identity.events.owners import Shown, Target
from identity.events.store_events import StoredEvent
from identity.model import Canonical, Identifier, Key, RecordKey
from identity.register import opening, store_suppression, suppression, writing
from identity.register.opening import Pair
from identity.register.steps import Draft
from identity.register.store_records import Stored
from identity.sealing import postings
from identity.sealing.envelope import Content


@dataclass(frozen=True, slots=True)
class Attribution:
    """The record of each event (None: the shopper was erased, or nobody was named), and events that change
    hands.
    """

    record_nos: tuple[int | None, ...]
    moves: tuple[tuple[StoredEvent, int], ...]


def attribute(connection: Connection, ctx: Context, shown: Sequence[Shown], *, now: datetime) -> Attribution:
    """The owners of these events; makes stubs, stores sign-ins and mentions, settles what that changes."""
    work = _Work(connection, ctx, tuple(shown), tuple(owners.targets(connection, ctx, shown)), now)
    return work.done()


@dataclass(slots=True)
class _Work:
    connection: Connection
    ctx: Context
    shown: tuple[Shown, ...]
    targets: tuple[Target, ...]
    now: datetime
    drafts: list[Draft] = field(default_factory=list)
    places: dict[object, int] = field(default_factory=dict)
    """Where in `drafts` the record of a stub's pair, or of a (browser's pair, account), is written."""
    stubs: dict[Pair, int | None] = field(default_factory=dict)

    def done(self) -> Attribution:
        seen = self._browsers()
        noted = self._noted()
        pairs = {target.pair for target in self.targets if target.pair is not None}
        pairs |= {each.pair for each in seen}
        self.ctx, opened, _, spare = opening.open_many(
            self.connection, self.ctx, sorted(pairs | noted.keys())
        )
        plans = browsers.plan(self.connection, self.ctx, seen, opened, now=self.now) if seen else []
        for made in plans:
            for account, draft in made.drafts.items():
                self._add((made.seen.pair, account), draft)
            for draft in made.beside:
                self._add(draft.ref, draft)
        self._open_stubs(opened, {each.pair for each in seen})
        self._note(opened, noted)
        numbers: list[int] = []
        if self.drafts:
            done = writing.write(self.connection, self.ctx, self.drafts, now=self.now, spare=spare)
            numbers = [change.record_no for change in done.changes]
        by_pair = {made.seen.pair: self._numbers(made, numbers) for made in plans}
        plan_of = {made.seen.pair: made for made in plans}
        moves = [move for made in plans for move in browsers.moves(made, by_pair[made.seen.pair])]
        owned = tuple(
            self._owner(target, each, numbers, plan_of, by_pair)
            for target, each in zip(self.targets, self.shown, strict=True)
        )
        return Attribution(owned, tuple(moves))

    def _browsers(self) -> list[Seen]:
        """What the batch shows of each browser whose records matter: sign-ins, and events nobody else
        owns.
        """
        devices: dict[Pair, Identifier] = {}
        signed: dict[Pair, list[tuple[Identifier, datetime]]] = {}
        instants: dict[Pair, list[datetime]] = {}
        for target, shown in zip(self.targets, self.shown, strict=True):
            at = shown.happening.occurred_at
            if target.browser and target.pair is not None and target.shows is not None:
                devices[target.pair] = target.shows
                instants.setdefault(target.pair, []).append(at)
            device, account = owners.device_of(shown, self.ctx), owners.account_of(shown)
            if device is not None and account is not None and shown.happening.kind in _SIGNING_IN:
                pair = owners.browser_pair(shown.happening.source, device)
                devices[pair] = device
                signed.setdefault(pair, []).append((account, at))
        erased = self._erased({account.value for found in signed.values() for account, _ in found})
        return [
            Seen(
                pair,
                device,
                tuple(
                    (replace(account, value=erased.get(account.value, account.value)), at)
                    for account, at in signed.get(pair, ())
                ),
                tuple(instants.get(pair, ())),
            )
            for pair, device in sorted(devices.items())
        ]

    def _erased(self, accounts: Collection[str]) -> dict[str, str]:
        """What stands in place of those accounts whose shopper was erased, unless somebody shows them."""
        hashes = {account: suppression.of_value(owners.ACCOUNT, account, self.ctx) for account in accounts}
        if not hashes or store_suppression.suppressed_since(self.connection, hashes.values()) is None:
            return {}
        digests = {account: postings.digest(Key(owners.ACCOUNT, account), self.ctx) for account in accounts}
        shown = store_owners.shown_among(self.connection, digests.values())
        return {
            account: suppression.pseudonym(account, self.ctx)
            for account in sorted(accounts)
            if digests[account] not in shown
            and store_suppression.suppressed_since(self.connection, [hashes[account]]) is not None
        }

    def _noted(self) -> dict[Pair, list[Shown]]:
        """The known records beside whose own identifiers others were seen, by (source, key)."""
        rich = [
            (target.record_no, shown)
            for target, shown in zip(self.targets, self.shown, strict=True)
            if target.record_no is not None and len(mentions.worth_noting(shown, self.ctx)) > 1
        ]
        refs = store_owners.refs(self.connection, sorted({number for number, _ in rich}))
        found: dict[Pair, list[Shown]] = {}
        for number, shown in rich:
            if number in refs:
                found.setdefault((refs[number].source, refs[number].key), []).append(shown)
        return found

    def _open_stubs(self, opened: Mapping[Pair, Stored], browsing: set[Pair]) -> None:
        for target in self.targets:
            pair = target.pair
            if pair is None or pair in self.stubs or target.shows is None or pair in browsing:
                continue
            stored = opened.get(pair)
            if stored is None:
                self.stubs[pair] = None
                self._make_stub(pair, target.shows)
            elif stored.erased_at is not None:
                self.stubs[pair] = None
            else:
                self.stubs[pair] = stored.record_no  # also a deleted one's: it waits there for its return

    def _make_stub(self, pair: Pair, shows: Identifier) -> None:
        channel = self.ctx.policy.source(pair[0]).channel
        draft = Draft(
            stored=None,
            ref=RecordKey(*pair),
            channel=channel,
            content=Content(Canonical(), (shows,)),
            observed_at=self.now,
            stub=True,
        )
        assert draft.content is not None
        record = draft.content.record(draft.ref, channel, stub=True)
        hashes = suppression.of_record(record, self.ctx)
        if store_suppression.suppressed_since(self.connection, hashes) is None:
            self._add(pair, draft)

    def _note(self, opened: Mapping[Pair, Stored], noted: Mapping[Pair, Sequence[Shown]]) -> None:
        beside = [
            (opened[pair], shown)
            for pair, those in noted.items()
            if pair in opened and opened[pair].sealed is not None
            for shown in those
        ]
        for draft in mentions.note(self.connection, self.ctx, beside):
            self._add(draft.ref, draft)

    def _add(self, place: object, draft: Draft) -> None:
        self.places[place] = len(self.drafts)
        self.drafts.append(draft)

    def _numbers(self, made: Plan, numbers: Sequence[int]) -> dict[str | None, int]:
        written = {account: numbers[self.places[made.seen.pair, account]] for account in made.drafts}
        return {**made.numbers, **written}

    def _owner(
        self,
        target: Target,
        shown: Shown,
        numbers: Sequence[int],
        plan_of: Mapping[Pair, Plan],
        by_pair: Mapping[Pair, Mapping[str | None, int]],
    ) -> int | None:
        if target.record_no is not None:
            return target.record_no
        pair = target.pair
        if pair is None:
            return None
        if pair in plan_of:
            return by_pair[pair][plan_of[pair].account_at(shown.happening.occurred_at)]
        if pair in self.places:
            return numbers[self.places[pair]]
        return self.stubs.get(pair)


_SIGNING_IN = frozenset({"sign_in", "identify"})
