"""The part of the graph of links that has been looked at, as it is and as it was before a change.

A `Sight` reads rows, lists of keys and judgements at most once each. A `View` of it tells members and links;
the view of the past puts earlier versions of the changed records in place of what is stored.

Invariant: a view never guesses. Whether a key is live is only said after its list, or its liveness, was read.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy.engine import Connection

from identity import cluster, envelope, keys, links, postings, store_graph
from identity.cluster import Resolution
from identity.context import Context
from identity.judgements import Bench, bench
from identity.links import Link, Member
from identity.model import Judgement, Key, Record, RecordKey, Verdict
from identity.pieces import Piece
from identity.policy import BOUND
from identity.store_graph import Asked, Decision, Posters, Row

Cache = dict[bytes, Record]
"""Records by their sealed bytes, so that reading a row again after waiting for a lock costs nothing."""


class Sight:
    """What has been read under one set of locks.

    `slack` is how many records are changing: a list may be so much longer than its cap and still have been
    live before, or be live afterwards.
    """

    def __init__(self, connection: Connection, ctx: Context, *, slack: int, cache: Cache) -> None:
        self.ctx = ctx
        self.rows: dict[RecordKey, Row] = {}
        self.ref_of: dict[int, RecordKey] = {}
        self.records: dict[RecordKey, Record] = {}
        self._connection = connection
        self._slack = slack
        self._cache = cache
        self._pieces: set[int] = set()
        self._lists: dict[Key, Posters | None] = {}
        self._decisions: dict[int, Decision] = {}
        self._asked_for_decisions: set[RecordKey] = set()

    def renewed(self) -> "Sight":
        """A sight that knows the lists read so far, whose keys the caller has locked, and no record."""
        fresh = Sight(self._connection, self.ctx, slack=self._slack, cache=self._cache)
        fresh._lists = dict(self._lists)
        return fresh

    def read_lists(self, wanted: Iterable[Key]) -> None:
        """Reads who posts these keys, by number."""
        unknown = {postings.digest(key, self.ctx): key for key in wanted if key not in self._lists}
        policy = self.ctx.policy
        asked = [
            Asked(digest, policy.cap(key.type) + self._slack, policy.generic(key.type) + self._slack)
            for digest, key in unknown.items()
        ]
        lists = store_graph.lists(self._connection, asked)
        self._lists.update((key, lists[digest]) for digest, key in unknown.items())

    def read_records(self, numbers: Iterable[int]) -> None:
        """Reads these records, as far as they are live."""
        unknown = [number for number in numbers if number not in self.ref_of]
        self.keep(store_graph.standing(self._connection, unknown))

    def read_pieces(self, labels: Iterable[int]) -> None:
        """Reads all records of these pieces."""
        unknown = frozenset(labels) - self._pieces
        self.keep_pieces(unknown, store_graph.in_pieces(self._connection, unknown))

    def keep_pieces(self, labels: Iterable[int], rows: Iterable[Row]) -> None:
        """Takes all records of these pieces, which were read elsewhere."""
        self._pieces |= frozenset(labels)
        self.keep(rows)

    def keep(self, rows: Iterable[Row]) -> None:
        """Takes rows that were read elsewhere; those known already stay as they were first read."""
        for row in rows:
            if row.record_no in self.ref_of:
                continue
            record = self._cache.get(row.sealed)
            if record is None:
                content = envelope.unseal(row.sealed, row.id, self.ctx.vault)
                record = content.record(row.ref, row.channel, stub=row.stub)
                self._cache[row.sealed] = record
            self.rows[row.ref] = row
            self.ref_of[row.record_no] = row.ref
            self.records[row.ref] = record

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

    def _judgement(self, decision: Decision) -> Judgement | None:
        left = frozenset(self.ref_of[number] for number in decision.left_nos if number in self.ref_of)
        right = frozenset(self.ref_of[number] for number in decision.right_nos if number in self.ref_of)
        if not left or not right:
            return None
        return Judgement(left, right, Verdict(decision.verdict), decision.at, decision.reason)


class View:
    """Members and links as stored, or, with `earlier`, as they were (None: the record was not there)."""

    def __init__(self, sight: Sight, earlier: Mapping[int, tuple[RecordKey, Record | None]]) -> None:
        self._sight = sight
        self._ctx = sight.ctx
        self._earlier_nos = frozenset(earlier)
        self._earlier = dict(earlier.values())
        self._earlier_posts: dict[Key, dict[RecordKey, int]] = defaultdict(dict)
        self._live: dict[Key, bool] = {}
        self._members: dict[RecordKey, Member] = {}
        self._links: dict[RecordKey, set[Link]] = {}
        for ref, record in self._earlier.items():
            if record is not None:
                for posting in postings.of(record, self._ctx):
                    self._earlier_posts[posting.key][ref] = posting.token

    def record(self, ref: RecordKey) -> Record | None:
        """The record in this view."""
        return self._earlier[ref] if ref in self._earlier else self._sight.records.get(ref)

    def posters(self, key: Key) -> dict[RecordKey, int]:
        """Who posts a key, with name tokens; nobody when they are too many.

        The records must have been read.
        """
        listed = self._sight.list_of(key)
        if listed is None:
            return {}
        ref_of = self._sight.ref_of
        found = {ref_of[number]: token for number, token in listed.items() if number not in self._earlier_nos}
        return found | self._earlier_posts.get(key, {})

    def numbers(self, keys: Iterable[Key]) -> set[int]:
        """The numbers of those who post these keys as stored, where they say something in this view."""
        return {number for key in keys if self.is_live(key) for number in self._sight.list_of(key) or ()}

    def is_live(self, key: Key) -> bool:
        """Whether a key says something in this view. Its list must have been read."""
        known = self._live.get(key)
        if known is None:
            known = self._is_live(key)
            self._live[key] = known
        return known

    def is_generic(self, key: Key) -> bool:
        """Whether a key says nothing because too many post it, not because nobody does."""
        return not self.is_live(key) and (self._sight.list_of(key) is None or bool(self._tokens(key)))

    def _is_live(self, key: Key) -> bool:
        tokens = self._tokens(key)
        return bool(tokens) and keys.is_live(
            key.type, records=len(tokens), tokens=len(set(tokens)), policy=self._ctx.policy
        )

    def _tokens(self, key: Key) -> list[int]:
        """The names behind a key, one for each record; none when they are too many in any case."""
        listed = self._sight.list_of(key)
        if listed is None:
            return []
        stored = [token for number, token in listed.items() if number not in self._earlier_nos]
        return [*stored, *self._earlier_posts.get(key, {}).values()]

    def member(self, ref: RecordKey) -> Member:
        """A record with those of its keys that are live, whose liveness must have been read."""
        known = self._members.get(ref)
        if known is None:
            record = self.record(ref)
            assert record is not None
            live = frozenset(key for key in self._posted(record) if self.is_live(key))
            known = links.member(record, live, self._ctx.model, self._ctx.policy)
            self._members[ref] = known
        return known

    def around(self, refs: Collection[RecordKey]) -> set[Link]:
        """All links that have an end among these records."""
        unknown = {ref for ref in refs if ref not in self._links and self.record(ref) is not None}
        if unknown:
            self._explore(unknown)
        return {link for ref in refs for link in self._links.get(ref, ())}

    def read_members(self, refs: Iterable[RecordKey]) -> dict[RecordKey, Member]:
        """These records as members; reads what is not known of their keys and judgements."""
        wanted = list(refs)
        self._sight.read_judgements(wanted)
        self._sight.read_lists({key for ref in wanted for key in self.keys_of(ref)})
        return {ref: self.member(ref) for ref in wanted}

    def resolve(self, piece: Piece) -> Resolution:
        """The persons in a piece."""
        members = self.read_members(piece.members)
        return cluster.resolve(piece, members, self._sight.bench(), self._ctx.model, self._ctx.policy)

    def _explore(self, refs: set[RecordKey]) -> None:
        wanted = with_counterparts(key for ref in refs for key in self.keys_of(ref))
        self._sight.read_lists(wanted)
        self._sight.read_records(self.numbers(wanted))
        self._sight.read_judgements(refs)
        near = set(refs)
        for key in wanted:
            if self.is_live(key):
                near |= self.posters(key).keys()
        decided = self._sight.bench()
        if decided.newest_first:
            for one, other, _ in decided.same_pairs(self._sight.rows.keys() | refs):
                if one in refs or other in refs:
                    near |= {one, other}
        members = self.read_members(ref for ref in near if self.record(ref) is not None)
        found = links.among(members, decided, self._ctx.model, self._ctx.policy, focus=refs)
        self._links.update((ref, set()) for ref in refs)
        for link in found:
            for end in (link.left, link.right):
                if end in refs:
                    self._links[end].add(link)

    def keys_of(self, ref: RecordKey) -> tuple[Key, ...]:
        """All keys that a record posts, live or not."""
        record = self.record(ref)
        return () if record is None else self._posted(record)

    def _posted(self, record: Record) -> tuple[Key, ...]:
        return keys.posted(record, self._ctx.model.blocking(record), self._ctx.policy)


def with_counterparts(posted: Iterable[Key]) -> set[Key]:
    """Keys, and those under which their other side is found: an account and the browsing it bounds."""
    found = set(posted)
    accounts = {keys.bound_key(key.value) for key in found if key.type == keys.ACCOUNT}
    return found | accounts | {Key(keys.ACCOUNT, key.value) for key in found if key.type == BOUND}
