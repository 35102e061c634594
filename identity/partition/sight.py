"""What has been read of records, lists of keys and judgements, each at most once.

Invariant: nothing is read twice under one set of locks, and a record is only opened when somebody asks what
it says.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.canonical import keys
from identity.canonical.keys import Force
from identity.context import Context
from identity.driver import Statement
from identity.model import Judgement, Key, Record, RecordKey, Verdict
from identity.partition import memory, store_graph
from identity.partition.judgements import Bench, bench
from identity.partition.memory import Kept
from identity.partition.store_graph import Asked, Decision, Lists, Posters, Row, Saying
from identity.policy import BLOCK
from identity.scoring import pool
from identity.scoring.pool import Pool
from identity.sealing import envelope, postings
from identity.sealing.postings import Posting


@dataclass(slots=True)
class Known:
    """What was made of sealed bytes, once each."""

    records: dict[bytes, Record] = field(default_factory=dict)
    pools: dict[bytes, Pool] = field(default_factory=dict)
    posted: dict[bytes, tuple[Key, ...]] = field(default_factory=dict)
    digests: dict[Key, int] = field(default_factory=dict)


class Opened(Mapping[RecordKey, Record]):
    """What records say, opened when asked.

    Known by their sealed bytes, so that reading a row again after waiting for a lock costs nothing.
    """

    def __init__(self, rows: Mapping[RecordKey, Row], ctx: Context, known: Known) -> None:
        self._rows = rows
        self._ctx = ctx
        self._known = known

    def __getitem__(self, ref: RecordKey) -> Record:
        return self._opened(self._rows[ref])

    def pool(self, ref: RecordKey) -> Pool:
        """What a record says if all its keys are posted and live."""
        return self.said(self._rows[ref])

    def said(self, stored: Row | Saying) -> Pool:
        """What a stored row says if all its keys are posted and live."""
        found = self._known.pools.get(stored.sealed)
        if found is None:
            found = pool.whole(self._opened(stored), self._ctx.policy)
            self._known.pools[stored.sealed] = found
        return found

    def _opened(self, stored: Row | Saying) -> Record:
        record = self._known.records.get(stored.sealed)
        if record is None:
            content = envelope.unseal(stored.sealed, stored.id, self._ctx.vault)
            record = content.record(stored.ref, stored.channel, stub=stored.stub)
            self._known.records[stored.sealed] = record
        return record

    def __iter__(self) -> Iterator[RecordKey]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class Sight:
    """What has been read under one set of locks.

    `slack` is how many records are changing under a key: its list may be so much longer than its cap and
    still have been live before, or be live afterwards.
    """

    def __init__(self, connection: Connection, ctx: Context, slack: Mapping[Key, int] | None = None) -> None:
        self.ctx = ctx
        self.rows: dict[RecordKey, Row] = {}
        self.ref_of: dict[int, RecordKey] = {}
        self.refs_in: dict[int, list[RecordKey]] = defaultdict(list)
        self.hopeless: dict[tuple[bool, int], set[int]] = {}
        """With whom a changed record cannot be linked, whatever keys say: as it was (True), and as it is."""
        self._connection = connection
        self._slack = slack or {}
        self._known = Known()
        self._pieces: set[int] = set()
        self._lists: dict[Key, Posters | None] = {}
        self._forces: dict[Key, Force] = {}
        self._kept: dict[RecordKey, Kept | None] = {}
        self._decisions: dict[int, Decision] = {}
        self._asked_for_decisions: set[RecordKey] = set()
        self.records = Opened(self.rows, ctx, self._known)

    def renewed(self) -> "Sight":
        """A sight that knows the lists read so far, whose keys the caller has locked, and no record."""
        fresh = Sight(self._connection, self.ctx, self._slack)
        fresh._lists = dict(self._lists)
        fresh.hopeless = self.hopeless
        fresh._known = self._known
        fresh.records = Opened(fresh.rows, self.ctx, self._known)
        return fresh

    def keep_version(self, sealed: bytes, record: Record, posted: Iterable[Posting]) -> None:
        """Takes what a sealed record says and posts, which the caller knows, having just written it."""
        listed = tuple(posted)
        self._known.records[sealed] = record
        self._known.posted[sealed] = tuple(posting.key for posting in listed)
        self._known.digests.update((posting.key, posting.digest) for posting in listed)

    def keys_of(self, ref: RecordKey) -> tuple[Key, ...]:
        """All keys that a record posts, live or not."""
        sealed = self.rows[ref].sealed
        posted = self._known.posted.get(sealed)
        if posted is None:
            posted = self._known.posted[sealed] = self._keys_in(self.rows[ref])
        return posted

    def _keys_in(self, row: Row) -> tuple[Key, ...]:
        """The keys of a stored record: of its digests those that its identifiers explain, the rest as they
        are.
        """
        shown = keys.posted(self.records[row.ref], (), self.ctx.policy)
        said = {self.digest(key): key for key in shown}
        return tuple(said.get(digest) or postings.block_key(digest) for digest in row.posted)

    def asked(self, key: Key) -> Asked:
        """The question who posts a key."""
        return self._question(key, self._slack.get(key, 0))

    def digest(self, key: Key) -> int:
        """Under which number a key is stored."""
        found = self._known.digests.get(key)
        if found is None:
            found = self._known.digests[key] = postings.digest(key, self.ctx)
        return found

    def _question(self, key: Key, slack: int) -> Asked:
        policy = self.ctx.policy
        cap, generic = policy.cap(key.type) + slack, policy.generic(key.type) + slack
        return Asked(self.digest(key), cap, generic, key.type == BLOCK)

    def read_lists(self, wanted: Iterable[Key]) -> None:
        """Reads who posts these keys, by number."""
        unknown = {key: self.asked(key) for key in wanted if key not in self._lists}
        self._keep_lists(unknown, store_graph.lists(self._connection, list(unknown.values())))

    def enter(
        self,
        taken: Mapping[Key, bool],
        written: Sequence[Statement],
        wanted: Iterable[Key],
        hashes: Collection[UUID],
    ) -> datetime | None:
        """Locks keys (true: something leaves them), writes records, and reads who posts the keys wanted.

        Returns when the shopper was erased whom one of the hashes remembers.
        """
        asked = {key: self.asked(key) for key in wanted}
        locks = [(asked.get(key) or self.asked(key), is_left) for key, is_left in taken.items()]
        entered = store_graph.enter(self._connection, locks, written, list(asked.values()), hashes)
        self._keep_lists(asked, entered.lists)
        return entered.erased_at

    def _keep_lists(self, asked: Mapping[Key, Asked], lists: Lists) -> None:
        self._lists.update((key, lists[each.digest]) for key, each in asked.items())

    def read_forces(self, wanted: Iterable[Key]) -> None:
        """Reads how far these keys make records meet, where it does not matter whom."""
        unread = (key for key in wanted if not (key in self._lists or key in self._forces))
        unknown = {key: self._question(key, 0) for key in unread}
        asked, alone = list(unknown.values()), self.ctx.policy.block_alone
        found = store_graph.forces(self._connection, asked, alone=alone)
        self._forces.update((key, found[each.digest]) for key, each in unknown.items())

    def share(self, wanted: Iterable[Key]) -> set[Key]:
        """Keeps others from changing these keys, of which none was asked about yet; returns those that
        somebody is just changing.
        """
        free = {self.digest(key): key for key in wanted if key not in self._lists}
        return {free[digest] for digest in store_graph.share(self._connection, free)}

    def force(self, key: Key) -> Force | None:
        """How far a key that nobody changes makes records meet, None when its list is what tells."""
        return None if key in self._lists else self._forces[key]

    def note_dead(self, found: Mapping[Key, bool]) -> None:
        """Takes note which identifiers say nothing, as records keep it."""
        for key, is_dead in found.items():
            self._forces.setdefault(key, Force.NONE if is_dead else Force.WHOLE)

    def kept(self, ref: RecordKey) -> Kept | None:
        """The links that a record keeps, None when they are to be found."""
        if ref not in self._kept:
            self._kept[ref] = memory.read(self.rows[ref].links, self.ctx)
        return self._kept[ref]

    def read_records(self, numbers: Iterable[int]) -> None:
        """Reads these records, as far as they are live."""
        unknown = [number for number in numbers if number not in self.ref_of]
        self.keep(store_graph.standing(self._connection, unknown))

    def read_weighed(self, lists: Iterable[Posters]) -> None:
        """Reads of each list those who keep a link by weight to another one of it; where somebody has
        forgotten his links, everybody.
        """
        posters = list(lists)
        kept = store_graph.kept(self._connection, {number for listed in posters for number in listed})
        wanted: set[int] = set()
        for listed in posters:
            found = {n: memory.read(kept[n], self.ctx) for n in listed if n in kept}
            if None in found.values():
                wanted.update(listed)
            ends = {n: each.weighed & listed.keys() for n, each in found.items() if each is not None}
            wanted.update(number for one, others in ends.items() if others for number in (one, *others))
        self.read_records(wanted)

    def pools(self, numbers: Collection[int]) -> dict[int, Pool]:
        """What these records say if all their keys are live, read without where they belong."""
        found = store_graph.saying(self._connection, numbers)
        return {number: self.records.said(saying) for number, saying in found.items()}

    def read_pieces(self, labels: Iterable[int]) -> None:
        """Reads all records of these pieces."""
        unknown = frozenset(labels) - self._pieces
        self._pieces |= unknown
        self.keep(store_graph.in_pieces(self._connection, unknown))

    def keep_pieces(self, labels: Iterable[int]) -> None:
        """Takes note that all records of these pieces were read."""
        self._pieces |= frozenset(labels)

    def keep(self, rows: Iterable[Row]) -> None:
        """Takes rows that were read elsewhere; those known already stay as they were first read."""
        for row in rows:
            if row.record_no in self.ref_of:
                continue
            self.rows[row.ref] = row
            self.ref_of[row.record_no] = row.ref
            if row.piece_no is not None:
                self.refs_in[row.piece_no].append(row.ref)

    def read_judgements(self, refs: Iterable[RecordKey]) -> None:
        """Reads the judgements that name these records, and the other records that they name."""
        unknown = {
            ref
            for ref in refs
            if ref not in self._asked_for_decisions and ref in self.rows and self.rows[ref].judged
        }
        if not unknown:
            return
        self._asked_for_decisions |= unknown
        found = store_graph.decisions(self._connection, [self.rows[ref].record_no for ref in unknown])
        self._decisions.update((each.judgement_no, each) for each in found)
        self.read_records({number for each in found for number in each.left_nos + each.right_nos})

    def bench(self) -> Bench:
        """All judgements read so far. Records that are gone have no side in them."""
        return bench(found for each in self._decisions.values() if (found := self._judgement(each)))

    def list_of(self, key: Key) -> Posters | None:
        """Who posts a key, None when they are too many."""
        return self._lists[key]

    def is_listed(self, key: Key) -> bool:
        """Whether it was read who posts a key."""
        return key in self._lists

    def _judgement(self, decision: Decision) -> Judgement | None:
        left = frozenset(self.ref_of[number] for number in decision.left_nos if number in self.ref_of)
        right = frozenset(self.ref_of[number] for number in decision.right_nos if number in self.ref_of)
        if not left or not right:
            return None
        return Judgement(left, right, Verdict(decision.verdict), decision.at, decision.reason)
