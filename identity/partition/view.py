"""Members and links as they are stored, or as they were before a change.

Where nothing changed, nothing is searched: the piece of a record that neither changed nor met a key that died
or came to life is as it was, so outside its piece it has no links but those to records that did change. Only
those are explored, in all directions. The others keep the links inside their piece (`memory`), along which
groups form. Who keeps none, because the piece had to give links up or was settled under other rules, is
explored, too.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from identity.canonical import keys
from identity.model import Key, Record, RecordKey
from identity.partition import cluster, links, memory
from identity.partition.cluster import Resolution
from identity.partition.links import Link, Member, Pair
from identity.partition.pieces import Piece
from identity.partition.posts import Earlier, Posts
from identity.partition.sight import Sight
from identity.policy import BLOCK, BOUND
from identity.scoring import pool
from identity.scoring.pool import Pool


class Turned(NamedTuple):
    """The records that may have gained or lost links, and those of which it is to be asked again later."""

    ends: set[RecordKey]
    unsure: set[RecordKey]


class View:
    """Members and links as stored, or, with `earlier` by record number, as they were.

    `changed` are records at which links may have changed; None explores everybody. `posts` tells what keys
    say in this view.
    """

    def __init__(self, sight: Sight, earlier: Mapping[int, Earlier], changed: set[RecordKey] | None) -> None:
        self._sight = sight
        self._ctx = sight.ctx
        self._changed = changed
        self.posts = Posts(sight, earlier)
        self._earlier = {ref: record for ref, record, _ in earlier.values()}
        self._earlier_keys = {ref: tuple(each.key for each in posted) for ref, _, posted in earlier.values()}
        self._pools: dict[RecordKey, Pool] = {}
        self._members: dict[RecordKey, Member] = {}
        self._links: dict[RecordKey, set[Link]] = defaultdict(set)
        self._explored: set[RecordKey] = set()

    def over(self, sight: Sight) -> "View":
        """This view of what is read anew; that which keys are live stays known of those that are locked."""
        fresh = View(sight, {}, None if self._changed is None else set())
        fresh._earlier = self._earlier
        fresh._earlier_keys = self._earlier_keys
        fresh.posts = self.posts.over(sight)
        return fresh

    def is_there(self, ref: RecordKey) -> bool:
        """Whether there is such a record in this view."""
        return self._earlier[ref] is not None if ref in self._earlier else ref in self._sight.rows

    def record(self, ref: RecordKey) -> Record:
        """The record in this view, where it is there."""
        earlier = self._earlier.get(ref)
        return self._sight.records[ref] if earlier is None else earlier

    def keys_of(self, ref: RecordKey) -> tuple[Key, ...]:
        """All keys that a record posts, live or not."""
        if ref in self._earlier:
            return self._earlier_keys[ref]
        return self._sight.keys_of(ref) if ref in self._sight.rows else ()

    def read_members(self, refs: Iterable[RecordKey]) -> dict[RecordKey, Member]:
        """These records as members; reads what is not known of their identifiers and judgements."""
        wanted = list(refs)
        self._sight.read_judgements(wanted)
        self._read_liveness(wanted)
        return {ref: self._member(ref) for ref in wanted}

    def resolve(self, piece: Piece) -> Resolution:
        """The persons in a piece."""
        members = self.read_members(piece.members)
        return cluster.resolve(piece, members, self._sight.bench(), self._ctx.model, self._ctx.policy)

    def around(self, refs: Collection[RecordKey]) -> set[Link]:
        """All links that have an end among these records."""
        unknown = {ref for ref in refs if ref not in self._explored and self.is_there(ref)}
        if unknown:
            self._explored |= unknown
            restless = {ref for ref in unknown if not self._is_settled(ref)}
            if restless:
                self._explore(restless)
            if len(unknown) > len(restless):
                self._look_inside(unknown - restless)
        return {link for ref in refs for link in self._links.get(ref, ())}

    def turned_by(self, key: Key, past: "View", explored: AbstractSet[RecordKey]) -> Turned:
        """The records that may gain or lose a link because this blocking key says more or less than in the
        past; those in `explored` are left out. They are the pairs that could be linked, and that met then and
        do not meet now, or the reverse. A pair is unsure when that depends on a key which somebody else is
        changing.

        A blocking key only makes records meet, so no other link changes. Where links can only be lost, a
        settled record is asked about those with whom it keeps a link, any other about all who post the key.
        """
        posters = (self.posts.of(key).keys() | past.posts.of(key).keys()) - explored
        is_fading = self.posts.force(key) < past.posts.force(key)
        pairs = {
            (ref, other) if ref < other else (other, ref)
            for ref in posters
            for other in (self._kept_ends(ref) if is_fading and self._is_settled(ref) else posters - {ref})
            if other in posters
        }
        shared = {pair: self._shared_by(pair) for pair in pairs if self._may_link(*pair)}
        rests_on = {each for among in shared.values() for each in among}
        busy = self._sight.share(rests_on)
        self._sight.read_forces(rests_on)
        turned, unsure = set[RecordKey](), set[RecordKey]()
        for pair, among in shared.items():
            if not busy.isdisjoint(among):
                unsure.update(pair)
            if self.posts.meet_by(among) != past.posts.meet_by(among):
                turned.update(pair)
        return Turned(turned, unsure)

    def _shared_by(self, pair: Pair) -> set[Key]:
        """The keys that a pair shares, but for those that link nobody who merely shares them."""
        ours, theirs = map(self.keys_of, pair)
        return {key for key in ours if key in theirs and key.type != BOUND}

    def _kept_ends(self, ref: RecordKey) -> set[RecordKey]:
        """The other ends of the links by weight that a settled record keeps, of those that were read."""
        kept, ref_of = self._sight.kept(ref), self._sight.ref_of
        assert kept is not None
        return {ref_of[number] for number in kept.weighed if number in ref_of}

    def mute(self, ref: RecordKey) -> list[int]:
        """The digests of the identifiers by which a record that was read as a member is not found."""
        return [self._sight.digest(key) for key in self._shown(ref) if not self.posts.is_live(key)]

    def _is_settled(self, ref: RecordKey) -> bool:
        return (
            self._changed is not None
            and ref not in self._changed
            and ref in self._sight.rows
            and self._sight.kept(ref) is not None
        )

    def unsettle(self, refs: Iterable[RecordKey]) -> None:
        """Says that the links of these records may have changed, before anybody asks for links."""
        assert self._changed is not None
        self._changed |= set(refs)

    def _explore(self, refs: set[RecordKey]) -> None:
        """Finds the links of records in all directions."""
        sight = self._sight
        wanted = with_counterparts(key for ref in refs for key in self.keys_of(ref))
        sight.read_lists(wanted)
        sight.read_records(self._who_may_be_linked(refs))
        sight.read_judgements(refs)
        pairs = self._promising([key for key in wanted if self.posts.is_live(key)], refs)
        near = refs | {ref for pair in pairs for ref in pair}
        decided = sight.bench()
        if decided.newest_first:
            there = {ref for ref in sight.rows.keys() | refs if self.is_there(ref)}
            judged = [(one, other) for one, other, _ in decided.same_pairs(there)]
            near |= {ref for pair in judged for ref in pair if not refs.isdisjoint(pair)}
        members = self.read_members(near)
        self._keep(links.linked(pairs, members, decided, self._ctx.model, self._ctx.policy, focus=refs), refs)

    def _who_may_be_linked(self, refs: Iterable[RecordKey]) -> set[int]:
        """Who may meet one of these records by live keys, but for those who were found hopeless for it in
        this view.
        """
        is_past, rows, hopeless = self._changed is None, self._sight.rows, self._sight.hopeless
        found: set[int] = set()
        unasked: set[Key] = set()
        for ref in refs:
            out = hopeless.get((is_past, rows[ref].record_no)) if ref in rows else None
            if out:
                found |= self.posts.numbers(with_counterparts(self.keys_of(ref))) - out
            else:
                unasked.update(self.keys_of(ref))
        return found | self.posts.numbers(with_counterparts(unasked))

    def _promising(self, live: Iterable[Key], refs: set[RecordKey]) -> set[Pair]:
        """The pairs that meet by live keys, but for those that only share blocking keys and cannot weigh
        enough.
        """
        under = {key: self.posts.of(key).keys() for key in live}
        certain = links.sharing({key: found for key, found in under.items() if key.type != BLOCK}, refs)
        blocking = {key: found for key, found in under.items() if key.type == BLOCK}
        perhaps = links.sharing(blocking, refs, self.posts.crowded(blocking))
        return certain | {pair for pair in perhaps - certain if self._may_link(*pair)}

    def _may_link(self, left: RecordKey, right: RecordKey) -> bool:
        """Whether two records could weigh enough to be linked, whichever of their keys are live."""
        model = self._ctx.model
        return model.may_reach(model.review_line, self._whole(left), self._whole(right))

    def _look_inside(self, refs: set[RecordKey]) -> None:
        """Takes the links of settled records inside their pieces as they keep them; others are met from their
        other end.
        """
        sight = self._sight
        labels = {label for ref in refs if (label := sight.rows[ref].piece_no) is not None}
        sight.read_pieces(labels)
        for label in labels:
            inside = self._settled_in(label)
            kept = {ref: each for ref in inside if (each := sight.kept(ref)) is not None}
            self._explored |= inside
            self._keep(memory.links(kept, sight.ref_of, self._ctx.policy), inside)

    def _settled_in(self, label: int) -> set[RecordKey]:
        return {ref for ref in self._sight.refs_in[label] if self.is_there(ref) and self._is_settled(ref)}

    def _read_liveness(self, refs: Iterable[RecordKey]) -> None:
        """Reads whether the identifiers of records say anything, unless they keep that."""
        unknown: set[Key] = set()
        for ref in refs:
            shown = self._shown(ref)
            kept = self._sight.kept(ref) if self._is_settled(ref) else None
            if kept is None:
                unknown |= set(shown)
            else:
                self._sight.note_dead({key: self._sight.digest(key) in kept.mute for key in shown})
        self._sight.read_forces(unknown)

    def _keep(self, found: Iterable[Link], explored: Iterable[RecordKey]) -> None:
        for ref in explored:
            self._links[ref] |= set()
        for link in found:
            self._links[link.left].add(link)
            self._links[link.right].add(link)

    def _shown(self, ref: RecordKey) -> list[Key]:
        return [key for key in self.keys_of(ref) if key.type != BLOCK]

    def _member(self, ref: RecordKey) -> Member:
        known = self._members.get(ref)
        if known is None:
            posted = frozenset(key for key in self._shown(ref) if self.posts.is_live(key))
            whole = self._whole(ref)
            shown = whole if posted == whole.keys else pool.of(self.record(ref), posted, self._ctx.policy)
            known = self._members[ref] = Member(self.record(ref), shown, posted)
        return known

    def _whole(self, ref: RecordKey) -> Pool:
        """What a record says if all its keys are posted and live."""
        earlier = self._earlier.get(ref)
        if earlier is None:
            return self._sight.records.pool(ref)
        known = self._pools.get(ref)
        if known is None:
            known = self._pools[ref] = pool.whole(earlier, self._ctx.policy)
        return known


def with_counterparts(posted: Iterable[Key]) -> set[Key]:
    """Keys, and those under which their other side is found: an account and the browsing it bounds."""
    found = set(posted)
    accounts = {keys.bound_key(key.value) for key in found if key.type == keys.ACCOUNT}
    return found | accounts | {Key(keys.ACCOUNT, key.value) for key in found if key.type == BOUND}
