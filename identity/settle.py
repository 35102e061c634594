"""Brings the partition up to date around what changed: finds the pieces touched, locks and resolves them.

Invariant: when this returns, every record whose place a change could have moved carries the labels that the
partition from scratch would give it, or stands in the redo queue.

The caller has locked the changed records' keys and has written the change; what was before is handed in.
Labels are only written once their pieces are locked and were read again under the lock.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy.engine import Connection

from identity import keys, pieces, placing, postings, store_graph, store_redo, store_reviews
from identity.context import Context
from identity.model import Key, Record, RecordKey
from identity.pieces import Piece
from identity.placing import Change, Placement, Region
from identity.sight import Sight, View, with_counterparts
from identity.store_graph import Row

ATTEMPTS_MAX: Final = 5
INLINE_MAX: Final = 1500
"""Records looked at within a request; a change that touches more is left to the redo queue."""
NEAR_MAX: Final = 64
"""Records that merely share a key: so many pieces are locked before it is known which of them are linked."""
AHEAD_MAX: Final = 64
"""Records whose keys are read ahead, before it is known which of them are needed."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What happened: changed records, and further records (by number) whose links may have changed."""

    changes: tuple[Change, ...] = ()
    roots: tuple[int, ...] = ()


def settle(
    connection: Connection,
    ctx: Context,
    cause: Cause,
    *,
    now: datetime,
    most: int = INLINE_MAX,
    is_redo: bool = False,
) -> tuple[Placement, bool]:
    """Resolves and writes what the cause touches.

    False when it was put off: new records stand alone for now, the rest is as it was, and all of it stands in
    the queue (where the queue's own work still is).
    """
    ground = Sight(connection, ctx, slack=len(cause.changes), cache={})
    ground.read_lists(_keys(cause.changes, ctx))
    near = _near(ground, cause, ctx)
    given = {change.piece_no for change in cause.changes if change.piece_no is not None}
    search, reason = None, "busy"
    for _ in range(ATTEMPTS_MAX):
        held, rows = store_graph.take_pieces(connection, given, near) if given or near else (frozenset(), [])
        search = _look(ground, cause, ctx, held, rows)
        if not _spread(search, most):
            reason = "large"
            break
        if search.labels <= held:
            _note_generic(connection, ctx, search, now)
            return placing.place(connection, ctx, search.region(), now=now), True
        given |= search.labels
        if held:
            store_graph.give_pieces_back(connection)
    assert search is not None
    if not is_redo:
        touched = {search.sight.rows[ref].record_no for ref in search.seeds if ref in search.sight.rows}
        store_redo.put_off(connection, sorted(touched), reason=reason, now=now)
    return placing.place(connection, ctx, search.newcomers(), now=now), False


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

    def region(self) -> Region:
        return Region(self.sight, self.view, tuple(self.found), self.cause.changes)

    def newcomers(self) -> Region:
        """The new records, each alone, so that everything that is stored belongs somewhere."""
        unplaced = [
            change for change in self.cause.changes if change.after is not None and change.piece_no is None
        ]
        alone = tuple(Piece(frozenset((change.ref,)), 0, (), ()) for change in unplaced)
        return Region(self.sight, self.view, alone, ())


def _views(sight: Sight, cause: Cause) -> tuple[View, View]:
    """The records as they are, and as they were."""
    earlier = {change.record_no: (change.ref, change.before) for change in cause.changes}
    return View(sight, {}), View(sight, earlier)


def _near(ground: Sight, cause: Cause, ctx: Context) -> set[int]:
    """The records, by number, whose pieces are locked before anything is looked at: all that may be linked.

    Where very many share a blocking key, only those that are linked.
    """
    present, past = _views(ground, cause)
    changed_keys = _keys(cause.changes, ctx)
    near = present.numbers(changed_keys) | past.numbers(changed_keys)
    near -= {change.record_no for change in cause.changes}
    if len(near) > NEAR_MAX:
        search = _look(ground, cause, ctx, (), ())
        near = {search.sight.rows[ref].record_no for ref in search.seeds if ref in search.sight.rows}
    return near | set(cause.roots)


def _look(ground: Sight, cause: Cause, ctx: Context, labels: Iterable[int], rows: Iterable[Row]) -> _Search:
    """Sees where links changed, and in which pieces, as far as they are known."""
    sight = ground.renewed()
    sight.keep_pieces(labels, rows)
    sight.keep(change.row for change in cause.changes if change.row is not None)
    if len(sight.rows) <= AHEAD_MAX:
        ahead = (key for record in sight.records.values() for key in _posted(record, ctx))
        sight.read_lists(with_counterparts(ahead))
    view, past = _views(sight, cause)
    changed_keys = _keys(cause.changes, ctx)
    sight.read_records(view.numbers(changed_keys) | past.numbers(changed_keys) | set(cause.roots))
    sight.read_records([change.record_no for change in cause.changes if change.after is not None])
    generic = {
        key: view.is_generic(key) for key in changed_keys if view.is_generic(key) != past.is_generic(key)
    }
    search = _Search(cause, sight, view, generic)
    flipped = [key for key in changed_keys if view.is_live(key) != past.is_live(key)]
    search.seeds = _ends(cause.changes, flipped, view, past)
    search.seeds |= {sight.ref_of[number] for number in cause.roots if number in sight.ref_of}
    search.labels = _labels(search.seeds, sight)
    search.labels |= {change.piece_no for change in cause.changes if change.piece_no is not None}
    return search


def _ends(changes: Iterable[Change], flipped: Iterable[Key], view: View, past: View) -> set[RecordKey]:
    """The records at which a link changed.

    A record's links also change when one of its keys dies or comes to life.
    """
    altered = {change.ref for change in changes}
    was_there = any(change.before is not None for change in changes)
    for key in flipped:
        was_there = True
        altered |= view.posters(key).keys() | past.posters(key).keys()
    links = view.around(altered) ^ (past.around(altered) if was_there else set())
    return altered | {end for link in links for end in (link.left, link.right)}


def _spread(search: _Search, most: int) -> bool:
    """Finds all pieces, as they are now, of the records in the pieces touched; False when too many."""
    sight, view = search.sight, search.view
    ladder = pieces.ladder(sight.ctx.model, sight.ctx.policy)
    placed: set[RecordKey] = set()
    while True:
        known = frozenset(search.labels)
        sight.read_pieces(known)
        inside = {ref for ref, row in sight.rows.items() if row.piece_no in known}
        waiting = sorted((inside | search.seeds) - placed)
        if len(waiting) + len(placed) > most:
            return False
        for ref in waiting:
            if ref not in placed and view.record(ref) is not None:
                piece = pieces.find(ref, view.around, ladder)
                search.found.append(piece)
                placed |= piece.members
        search.labels |= _labels(placed, sight)
        if search.labels == known:
            return True


def _note_generic(connection: Connection, ctx: Context, search: _Search, now: datetime) -> None:
    """One review item for each identifier that says nothing any more; settled when it speaks again."""
    told = {postings.digest(key, ctx): key for key in search.generic if key.type in ctx.policy.identifiers}
    gone = {digest for digest, key in told.items() if not search.generic[key]}
    store_reviews.close_keys(connection, gone, now=now)
    for digest in told.keys() - gone:
        key = told[digest]
        least = min(change.record_no for change in search.cause.changes)
        detail = {"type": key.type, "cap": ctx.policy.cap(key.type), "names": ctx.policy.generic(key.type)}
        store_reviews.open_item(connection, "generic", least, digest, "generic", detail, now=now)


def _labels(refs: Iterable[RecordKey], sight: Sight) -> set[int]:
    rows = (sight.rows[ref] for ref in refs if ref in sight.rows)
    return {row.piece_no for row in rows if row.piece_no is not None}


def _keys(changes: Iterable[Change], ctx: Context) -> set[Key]:
    versions = (each for change in changes for each in (change.before, change.after) if each is not None)
    return {key for record in versions for key in _posted(record, ctx)}


def _posted(record: Record, ctx: Context) -> tuple[Key, ...]:
    return keys.posted(record, ctx.model.blocking(record), ctx.policy)
