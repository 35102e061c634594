"""Brings the partition up to date around what changed: finds the pieces touched, locks and resolves them.

Invariant: when this returns, every record whose place a change could have moved carries the labels that the
partition from scratch would give it, or stands in the redo queue.

The caller has locked the changed records' keys and has written the change; what was before is handed in.
Labels are only written once their pieces are locked and were read again under the lock. What records say is
read before: whoever changes that holds the record's keys.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from sqlalchemy.engine import Connection

from identity.context import Context
from identity.errors import BusyError
from identity.model import Key, Record, RecordKey
from identity.partition import pieces, placing, store_graph, store_redo, store_reviews
from identity.partition.pieces import Piece
from identity.partition.placing import Change, Placement, Region
from identity.partition.posts import Posts
from identity.partition.sight import Sight
from identity.partition.store_graph import Held, Row
from identity.partition.view import View, with_counterparts
from identity.policy import BLOCK
from identity.scoring import pool

ATTEMPTS_MAX: Final = 5
LEAVING_ATTEMPTS_MAX: Final = 50
UNBOUNDED: Final = 1 << 31
INLINE_MAX: Final = 1500
"""Records looked at within a request; a change that touches more is left to the redo queue."""
NEAR_MAX: Final = 512
"""Records that may be linked: the pieces of so many are locked before it is known which of them are."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What happened: changed records, and further records by number.

    `roots` are records whose links may have changed. Those that are `told` keep their links; only what is
    derived from their persons may have changed.
    """

    changes: tuple[Change, ...] = ()
    roots: tuple[int, ...] = ()
    told: tuple[int, ...] = ()

    @property
    def relinking(self) -> tuple[Change, ...]:
        """The changes that may link a record otherwise than before."""
        return tuple(change for change in self.changes if change.may_relink)

    def seen(self, held: Held) -> "Cause":
        """This cause, with the places of the changed records as they are now that the pieces are locked."""
        changes = (
            replace(each, spot=held.spots.get(each.record_no, each.spot)) if each.spot is not None else each
            for each in self.changes
        )
        return replace(self, changes=tuple(changes))

    @property
    def staying(self) -> set[int]:
        """The records, by number, that are linked as before; what is derived from them may have changed."""
        return {*self.told, *(change.record_no for change in self.changes if not change.may_relink)}


def settle(
    connection: Connection,
    ctx: Context,
    cause: Cause,
    *,
    now: datetime,
    ground: Sight | None = None,
    is_redo: bool = False,
) -> tuple[Placement, bool]:
    """Resolves and writes what the cause touches; `ground` knows the lists of the changed records' keys.

    False when it was put off: new records stand alone for now, the rest is as it was, and all of it stands in
    the queue (where the queue's own work still is). A record that is deleted is never put off, for nobody may
    see it any more. Raises BusyError when others keep moving it.
    """
    is_leaving = any(change.after is None for change in cause.changes)
    most = UNBOUNDED if is_leaving or is_redo else INLINE_MAX
    ground = ground or Sight(connection, ctx)
    ground.read_lists(with_counterparts(_keys(cause.relinking)))
    views = _views(ground, cause)
    near = _near(ground, cause, views)
    given: set[int] = set()
    search, reason = None, "busy"
    for _ in range(LEAVING_ATTEMPTS_MAX if is_leaving else ATTEMPTS_MAX):
        held = store_graph.hold(connection, given, near)
        if held.moved:
            given |= held.moved
            store_graph.give_pieces_back(connection)
            continue
        cause = cause.seen(held)
        search = _look(ground, views, cause, held.rows)
        if not _spread(search, most):
            reason = "large"
            break
        if search.labels <= held.labels:
            _note_generic(connection, ctx, search, now)
            _put_off(connection, search, search.unsure, "crossed", now)
            return placing.place(connection, ctx, search.region(held), now=now), True
        given |= search.labels
        if held.labels:
            store_graph.give_pieces_back(connection)
    if is_leaving:
        raise BusyError
    search = search or _look(ground, views, cause, [])
    _note_generic(connection, ctx, search, now)  # whoever does the rest later sees no change of a key
    if not is_redo:
        _put_off(connection, search, search.seeds | search.unsure, reason, now)
    return placing.place(connection, ctx, search.newcomers(), now=now), False


def note_keys(connection: Connection, ctx: Context, wanted: Iterable[Key], *, now: datetime) -> None:
    """Opens and settles the items about identifiers that say nothing as the policy now has it: for records
    that were placed by another one.
    """
    told = {key for key in wanted if key.type in ctx.policy.identifiers}
    sight = Sight(connection, ctx)
    sight.read_lists(told)
    posts = Posts(sight, {})
    generic = {key for key in told if posts.is_generic(key)}
    store_reviews.close_keys(connection, {sight.digest(key) for key in told - generic}, now=now)
    known = store_reviews.keys_among(connection, {sight.digest(key) for key in generic})
    for key in sorted(generic):
        if (digest := sight.digest(key)) not in known:
            least = min(store_graph.all_posters(connection, digest))
            _open_key(connection, ctx, key, (least, digest), now)


@dataclass(slots=True)
class _Search:
    """A region while it is being found."""

    cause: Cause
    sight: Sight
    view: View
    generic: dict[Key, bool]
    labels: set[int] = field(default_factory=set)
    seeds: set[RecordKey] = field(default_factory=set)
    found: list[Piece] = field(default_factory=list)
    unsure: set[RecordKey] = field(default_factory=set)  # whose links hang on what somebody else is changing

    def region(self, held: Held) -> Region:
        return Region(self.sight, self.view, tuple(self.found), self.cause.changes, self._silent, held=held)

    def newcomers(self) -> Region:
        """The new records, each alone, so that everything that is stored belongs somewhere."""
        unplaced = [
            change for change in self.cause.changes if change.after is not None and change.spot is None
        ]
        alone = tuple(Piece(frozenset((change.ref,)), 0, (), ()) for change in unplaced)
        put_off = self.cause.relinking
        return Region(self.sight, self.view, alone, (), self._silent, put_off, is_explored=False)

    @property
    def _silent(self) -> tuple[Key, ...]:
        """The keys that say nothing any more."""
        return tuple(key for key, says_nothing in self.generic.items() if says_nothing)


def _views(sight: Sight, cause: Cause) -> tuple[View, View]:
    """The records as they are, and as they were."""
    earlier = {each.record_no: (each.ref, each.before, each.posted_before) for each in cause.relinking}
    return View(sight, {}, set()), View(sight, earlier, None)


def _near(ground: Sight, cause: Cause, views: tuple[View, View]) -> set[int]:
    """The records, by number, whose pieces are locked before anything is looked at: those that changed, and
    all that may be linked.

    That is all who show the same identifiers, and of those who merely share blocking keys the ones that could
    weigh enough. Where these are very many, only those that are linked.
    """
    shown = {key for key in with_counterparts(_keys(cause.relinking)) if key.type != BLOCK}
    own = {change.record_no for change in cause.relinking}
    near = {number for view in views for number in view.posts.numbers(shown)} - own
    near |= _hopeful(ground, cause.relinking, views, near | own)
    if len(near) > NEAR_MAX:
        search = _look(ground, views, cause, [])
        near = {search.sight.rows[ref].record_no for ref in search.seeds if ref in search.sight.rows}
    placed = {change.record_no for change in cause.changes if change.spot is not None}
    return near | placed | set(cause.roots) | cause.staying


def _hopeful(
    ground: Sight, changes: Iterable[Change], views: tuple[View, View], others: set[int]
) -> set[int]:
    """Those who share blocking keys alone with a change and could weigh enough, as it is or as it was; notes
    whom it has no hope of. `others` are not asked about.
    """
    model, policy = ground.ctx.model, ground.ctx.policy
    asked: list[tuple[bool, int, Record, set[int]]] = []
    for change in changes:
        for is_past, record in enumerate((change.after, change.before)):
            posted = change.posted_before if is_past else change.posted_after
            blocking = [each.key for each in posted if each.key.type == BLOCK]
            if record is not None and blocking:
                beside = views[is_past].posts.numbers(blocking) - others
                asked.append((bool(is_past), change.record_no, record, beside))
    pools = ground.pools({number for *_, beside in asked for number in beside})
    found: set[int] = set()
    for is_past, record_no, record, beside in asked:
        ours = pool.whole(record, policy)
        hopeful = {
            number
            for number in beside
            if number in pools and model.may_reach(model.review_line, ours, pools[number])
        }
        ground.hopeless[is_past, record_no] = beside - hopeful
        found |= hopeful
    return found


def _look(ground: Sight, views: tuple[View, View], cause: Cause, held: Sequence[Row]) -> _Search:
    """Sees where links changed, and in which pieces, as far as they are known."""
    sight = ground.renewed()
    sight.keep(held)
    sight.keep_pieces({row.piece_no for row in held if row.piece_no is not None})
    sight.keep(change.row for change in cause.changes if change.row is not None)
    view, past = (each.over(sight) for each in views)
    changed_keys = _keys(cause.relinking)
    posts, before = view.posts, past.posts
    mute = [key for key in changed_keys if not (posts.is_live(key) and before.is_live(key))]
    flipped = [key for key in changed_keys if posts.force(key) is not before.force(key)]
    fading = [key for key in flipped if key.type == BLOCK and posts.force(key) < before.force(key)]
    sight.read_weighed([sight.list_of(key) or {} for key in fading])
    sight.read_records({n for key in flipped if key not in fading for n in sight.list_of(key) or ()})
    sight.read_records({*cause.roots, *cause.staying})
    sight.read_records([change.record_no for change in cause.relinking if change.after is not None])
    generic = {key: posts.is_generic(key) for key in mute if posts.is_generic(key) != before.is_generic(key)}
    search = _Search(cause, sight, view, generic)
    roots = {sight.ref_of[number] for number in cause.roots if number in sight.ref_of}
    search.seeds = _ends(search, flipped, roots, past)
    search.seeds |= {sight.ref_of[number] for number in cause.staying if number in sight.ref_of}
    search.labels = _labels(search.seeds, sight)
    search.labels |= {change.spot.piece_no for change in cause.changes if change.spot is not None}
    return search


def _ends(search: _Search, flipped: Iterable[Key], roots: set[RecordKey], past: View) -> set[RecordKey]:
    """The records at which a link changed, and the roots.

    A record's links also change when one of its identifiers dies or comes to life. A blocking key that says
    more or less gives or takes links only between those whom it makes meet or no longer does.
    """
    changes, view = search.cause.relinking, search.view
    altered = {change.ref for change in changes}
    was_there = any(change.before is not None for change in changes)
    for key in flipped:
        was_there = True
        if key.type == BLOCK:
            turned = view.turned_by(key, past, altered)
            altered |= turned.ends
            search.unsure |= turned.unsure
        else:
            altered |= view.posts.of(key).keys() | past.posts.of(key).keys()
    view.unsettle(altered | roots)
    view.around(altered | roots)
    changed = view.around(altered) ^ (past.around(altered) if was_there else set())
    return altered | roots | {end for link in changed for end in (link.left, link.right)}


def _spread(search: _Search, most: int) -> bool:
    """Finds all pieces, as they are now, of the records in the pieces touched; False when too many."""
    sight, view = search.sight, search.view
    ladder = pieces.ladder(sight.ctx.model, sight.ctx.policy)
    while True:
        known = frozenset(search.labels)
        sight.read_pieces(known)
        inside = {ref for label in known for ref in sight.refs_in[label]}
        waiting = sorted(ref for ref in inside | search.seeds if view.is_there(ref))
        if len(waiting) > most:
            return False
        view.around(waiting)
        search.found = []
        placed: set[RecordKey] = set()
        for ref in waiting:
            if ref not in placed:
                search.found.append(pieces.find(ref, view.around, ladder))
                placed |= search.found[-1].members
        search.labels |= _labels(placed, sight)
        if search.labels == known:
            return True


def _put_off(
    connection: Connection, search: _Search, refs: Iterable[RecordKey], reason: str, now: datetime
) -> None:
    """Queues these records, as far as they are there, to be looked at again."""
    rows = search.sight.rows
    numbers = {rows[ref].record_no for ref in refs if ref in rows}
    if numbers:
        store_redo.put_off(connection, sorted(numbers), reason=reason, now=now)


def _note_generic(connection: Connection, ctx: Context, search: _Search, now: datetime) -> None:
    """One review item for each identifier that says nothing any more; settled when it speaks again."""
    told = {search.sight.digest(key): key for key in search.generic if key.type in ctx.policy.identifiers}
    gone = {digest for digest, key in told.items() if not search.generic[key]}
    store_reviews.close_keys(connection, gone, now=now)
    for digest in told.keys() - gone:
        key = told[digest]
        least = min(each.record_no for each in search.cause.relinking if key in _keys((each,)))
        _open_key(connection, ctx, key, (least, digest), now)


def _open_key(connection: Connection, ctx: Context, key: Key, about: tuple[int, int], now: datetime) -> None:
    """Opens an item about a record and the digest of a key that it shows."""
    detail = {"type": key.type, "cap": ctx.policy.cap(key.type), "names": ctx.policy.generic(key.type)}
    store_reviews.open_item(connection, "generic", *about, "generic", detail, now=now)


def _labels(refs: Iterable[RecordKey], sight: Sight) -> set[int]:
    rows = (sight.rows[ref] for ref in refs if ref in sight.rows)
    return {row.piece_no for row in rows if row.piece_no is not None}


def _keys(changes: Iterable[Change]) -> set[Key]:
    return {posting.key for change in changes for posting in (*change.posted_before, *change.posted_after)}
