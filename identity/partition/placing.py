"""Turns resolved pieces into what the database knows: labels, profile heads, history, changes, review items.

Invariant: only differences are written, so resolving the same again writes nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.context import Context
from identity.model import Assurance, Key, Record, RecordKey
from identity.partition import arrivals, feed, lookouts, memory, parts, store_places
from identity.partition.cluster import Resolution
from identity.partition.links import Link, Strength
from identity.partition.pieces import Piece
from identity.partition.sight import Sight
from identity.partition.store_graph import Held, Row
from identity.partition.store_places import Differences, Spot, Surroundings
from identity.partition.view import View
from identity.sealing.postings import Posting


@dataclass(frozen=True, slots=True)
class Change:
    """A record that was written: what it was before (None: not there), what it is now (None: gone).

    `spot` is where it was last seen to belong: others move it until its piece is locked. `may_relink` unless
    it is certain that with whom it is linked, and how, stays as it was.
    """

    record_no: int
    ref: RecordKey
    before: Record | None
    after: Record | None
    id: UUID
    spot: Spot | None = None
    is_forwarding: bool = False
    may_relink: bool = True
    row: Row | None = None  # of a new record, which nobody else can have changed
    posted_before: tuple[Posting, ...] = ()
    posted_after: tuple[Posting, ...] = ()


@dataclass(frozen=True, slots=True)
class Region:
    """Everything that a change touches, read under its locks."""

    sight: Sight
    view: View
    pieces: tuple[Piece, ...]
    changes: tuple[Change, ...]
    generics: tuple[Key, ...] = ()  # that say nothing any more
    put_off: tuple[Change, ...] = ()  # what came and is placed later
    is_explored: bool = True  # whether all links of these pieces were looked for
    held: Held | None = None  # what was read with the locks on pieces

    @property
    def rows(self) -> dict[int, Row]:
        """The records to be placed, by number."""
        refs = (ref for piece in self.pieces for ref in piece.members)
        return {row.record_no: row for row in (self.sight.rows[ref] for ref in refs)}

    @property
    def neighbours(self) -> dict[int, set[int]]:
        """With whom each record is linked so that they may join, by number."""
        found: dict[int, set[int]] = defaultdict(set)
        for piece in self.pieces:
            for link in piece.links:
                if link.strength is not Strength.POSSIBLE:
                    left, right = (self.sight.rows[end].record_no for end in (link.left, link.right))
                    found[left].add(right)
                    found[right].add(left)
        return found


@dataclass(frozen=True, slots=True)
class Placement:
    """Where everything that was touched belonged, and belongs now."""

    region: Region
    resolutions: tuple[Resolution, ...]
    earlier: Mapping[int, Spot]
    spots: Mapping[int, Spot]
    heads: Mapping[int, dict[str, Any]]
    neighbours: Mapping[int, Collection[int]]
    opened: tuple[frozenset[int], ...]  # the records that each new review item is about

    def profile_id(self, record_no: int) -> UUID:
        """The id of the profile that a record belongs to now."""
        return UUID(str(self.heads[self.spots[record_no].profile_no]["id"]))

    def links_of(self, ref: RecordKey) -> list[Link]:
        """The links of a record inside its person."""
        for piece, resolution in zip(self.region.pieces, self.resolutions, strict=True):
            if ref in piece.members:
                own = next(group for group in resolution.groups if ref in group)
                return [
                    link for link in piece.links if ref in (link.left, link.right) and link.other(ref) in own
                ]
        return []


def place(connection: Connection, ctx: Context, region: Region, *, now: datetime) -> Placement:
    """Resolves a region, whose locks are held, and writes what that changes."""
    resolutions = tuple(region.view.resolve(piece) for piece in region.pieces)
    rows = region.rows
    spots, heads = labels(region.pieces, resolutions, region.sight.rows, region.sight.records, ctx)
    earlier = _earlier(region, rows)
    kept = _kept(region, ctx)
    gone = {change.record_no: change for change in region.changes if change.after is None}
    revived = {each.record_no for each in region.changes if each.before is None and each.row is None}
    stored = _surroundings(connection, region.held, earlier, heads, gone.keys() | revived)
    forwards = _forwards(tuple(gone.values()), rows, spots, stored)
    _count_tombstones(heads, forwards)
    differences = Differences(
        members=[
            {"record_no": number, **spot._asdict(), "links": kept.get(number)}
            for number, spot in spots.items()
            if earlier.get(number) != spot or rows[number].links != kept.get(number)
        ],
        parted=sorted(gone),
        memberships=_memberships(earlier, spots, gone),
        gone=sorted(_profiles(earlier.values()) - heads.keys()),
        heads=[head for number, head in heads.items() if stored.heads.get(number) != head],
        changes=feed.changes(
            earlier, spots, stored.heads, heads, {n: row.id for n, row in rows.items()}, gone
        ),
        forwards=[
            {"record_no": number, "to_no": to_no}
            for number, to_no in forwards.items()
            if dict(stored.tombstones).get(number) != to_no
        ],
    )
    neighbours = region.neighbours
    differences.tally = _tally(region, earlier, spots, neighbours)
    reviews = lookouts.wanted(region, resolutions)
    differences.reviews, differences.settled = lookouts.compare(reviews, stored.reviews)
    store_places.save(connection, differences, now=now)
    opened = tuple(frozenset((item["left_no"], item["right_no"])) for item in differences.reviews)
    return Placement(region, resolutions, earlier, spots, heads, neighbours, opened)


def _kept(region: Region, ctx: Context) -> dict[int, tuple[int, ...]]:
    """What the records of whole components keep of their links. The others are explored each time."""
    kept: dict[int, tuple[int, ...]] = {}
    for piece in region.pieces if region.is_explored else ():
        if piece.level == 0:
            mute = {ref: region.view.mute(ref) for ref in piece.members}
            kept |= memory.write(piece.links, mute, region.sight.rows, ctx)
        else:
            kept |= {region.sight.rows[ref].record_no: memory.nothing(ctx) for ref in piece.members}
    return kept


def labels(
    pieces: Iterable[Piece],
    resolutions: Iterable[Resolution],
    rows: Mapping[RecordKey, Row],
    records: Mapping[RecordKey, Record],
    ctx: Context,
) -> tuple[dict[int, Spot], dict[int, dict[str, Any]]]:
    """Where each record of resolved pieces belongs, and the profile heads, both by number: pure."""
    spots: dict[int, Spot] = {}
    heads: dict[int, dict[str, Any]] = {}
    for piece, resolution in zip(pieces, resolutions, strict=True):
        piece_no = min(rows[ref].record_no for ref in piece.members)
        for group in resolution.groups:
            person = [rows[ref] for ref in sorted(group)]
            for head in _heads(person, records, ctx):
                heads[head["profile_no"]] = head
                for number in head["members"]:
                    spots[number] = Spot(piece_no, head["person_no"], head["profile_no"], piece.level)
    return spots, heads


def _heads(person: list[Row], records: Mapping[RecordKey, Record], ctx: Context) -> Iterable[dict[str, Any]]:
    """The profile heads of a person, in the shape they are stored in."""
    everybody = sorted(row.record_no for row in person)
    person_no = _oldest(person).record_no
    statements = [statement for row in person for statement in row.statements]
    personal = parts.allows_personal_offers(statements)
    for part in parts.profiles(((row, row.channel) for row in person), statements):
        oldest = _oldest(part)
        is_whole = len(part) == len(person)
        extras = _extras([records[row.ref] for row in part], ctx)
        yield {
            "profile_no": oldest.record_no,
            "id": str(oldest.id),
            "person_no": person_no,
            "members": sorted(row.record_no for row in part),
            "limit_members": None if is_whole else everybody,
            "channel": None if is_whole else oldest.channel,
            "personal": personal,
            "staff": extras.get("x_staff") in {"true", "yes", "1"},
            "tier": extras.get("x_tier"),
        }


def _oldest(rows: Iterable[Row]) -> Row:
    return min(rows, key=lambda row: row.id)


def _extras(records: Iterable[Record], ctx: Context) -> dict[str, str]:
    """The retailer's own attributes, of the most trusted source that has them."""
    trusted = sorted(
        (record for record in records if record.attributes.extra and record.proof > Assurance.ASSERTED),
        key=lambda record: (ctx.policy.sources[record.ref.source].trust, record.ref),
    )
    return {name: value for record in trusted for name, value in record.attributes.extra}


def _earlier(region: Region, rows: Mapping[int, Row]) -> dict[int, Spot]:
    found = {
        row.record_no: Spot(row.piece_no, row.person_no, row.profile_no, row.level or 0)
        for row in rows.values()
        if row.piece_no is not None and row.person_no is not None and row.profile_no is not None
    }
    for change in region.changes:
        if change.spot is not None:
            found.setdefault(change.record_no, change.spot)
    return found


def _surroundings(
    connection: Connection,
    held: Held | None,
    earlier: Mapping[int, Spot],
    heads: Collection[int],
    others: Collection[int],
) -> Surroundings:
    """What is derived so far: from new records nothing, from those that come to life again what forwards to
    them, from the others what was read with their pieces.
    """
    numbers, profiles = earlier.keys() | others, _profiles(earlier.values()) | set(heads)
    if not numbers:
        return Surroundings.of(None, None, None)
    if held is not None and numbers <= held.spots.keys():
        return held.around.within(numbers, profiles)
    return store_places.surroundings(connection, sorted(numbers), sorted(profiles))


def _profiles(spots: Iterable[Spot]) -> set[int]:
    return {spot.profile_no for spot in spots}


def _tally(
    region: Region,
    earlier: Mapping[int, Spot],
    spots: Mapping[int, Spot],
    neighbours: Mapping[int, Collection[int]],
) -> list[dict[str, Any]]:
    """What the circuit breaker counts of each record that a source sent: how many persons, and newcomers,
    became one with another, and how many keys say nothing any more, each for who came last to it.

    What was put off counts only for such keys: its joins are not known yet.
    """
    came = [change.record_no for change in region.changes]
    before = {number: spot.person_no for number, spot in earlier.items()}
    after = {number: spot.person_no for number, spot in spots.items()}
    met = arrivals.replay(came, before, after, neighbours)
    counted: dict[tuple[str, str], dict[str, Any]] = {}
    last_under: dict[Key, dict[str, Any]] = {}
    for change in region.changes:
        source = change.ref.source
        row = counted.setdefault((source, change.ref.key), {"source": source, "joins": 0, "generics": 0})
        row["joins"] += met[change.record_no].joins
        if change.may_relink:
            last_under |= {posting.key: row for posting in change.posted_after}
    later = [{"source": change.ref.source, "joins": 0, "generics": 0} for change in region.put_off]
    for change, row in zip(region.put_off, later, strict=True):
        last_under |= {posting.key: row for posting in change.posted_after}
    for key in region.generics:
        last_under[key]["generics"] += 1
    return [*counted.values(), *(row for row in later if row["generics"])]


def _forwards(
    gone: Collection[Change], rows: Mapping[int, Row], spots: Mapping[int, Spot], stored: Surroundings
) -> dict[int, int | None]:
    """Where the ids of deleted records lead: to the oldest live record of the person they belonged to, and
    where none is left to the one that was deleted last, so that it is known who stood together.
    """
    heirs: dict[int, int | None] = {}
    for change in gone:
        person_no = change.spot.person_no if change.spot is not None else None
        left = [row for row in rows.values() if row.person_no == person_no and row.record_no in spots]
        last = min(each.record_no for each in gone if each is change or _was_of(person_no, each))
        heirs[change.record_no] = _oldest(left).record_no if left else last if change.is_forwarding else None
    forwards: dict[int, int | None] = {
        number: heirs.get(forward, forward) for number, forward in stored.tombstones
    }
    for change in gone:
        number = change.record_no
        forwards[number] = heirs[number] if change.is_forwarding and heirs[number] != number else None
    return forwards


def _was_of(person_no: int | None, change: Change) -> bool:
    return person_no is not None and change.spot is not None and change.spot.person_no == person_no


def _count_tombstones(heads: Mapping[int, dict[str, Any]], forwards: Mapping[int, int | None]) -> None:
    """What a deleted record took counts on: deleting a card must not refill a limit."""
    for head in heads.values():
        everybody = set(head["limit_members"] or head["members"])
        dead = {number for number, to_no in forwards.items() if to_no in everybody}
        if dead:
            head["limit_members"] = sorted(everybody | dead)


def _memberships(
    earlier: Mapping[int, Spot], spots: Mapping[int, Spot], gone: Iterable[int]
) -> list[dict[str, Any]]:
    came = [
        {"record_no": number, "person_no": spot.person_no, "profile_no": spot.profile_no}
        for number, spot in spots.items()
        if number not in earlier or earlier[number][1:3] != spot[1:3]
    ]
    return came + [{"record_no": number, "person_no": None, "profile_no": None} for number in gone]
