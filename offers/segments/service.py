"""What marketers do with segments, and how they fill themselves: a sweep over all profiles, piece by piece.

Invariant: while anybody asks for them, a profile's traits are at most one sweep old; the sweep begins anew
when it has ended. Several workers take turns, because the sweep's row is its lock.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from offers.context import Context
from offers.errors import InvalidCampaignError, UnknownSegmentError
from offers.marketing.campaign_reader import Problems
from offers.marketing.campaigns import Author
from offers.model import Traits
from offers.segments import rule, store
from offers.segments.rule import Segment
from offers.segments.store import Change, Stored

GIVEN_UP_AT_ONCE: Final = 1_000

Sighted = Mapping[int, tuple[Traits, str | None]]
"""Profiles by the number of their oldest record: what is known of them, without segments, and their tier."""


def put(connection: Connection, segment: Segment, author: Author) -> Stored:
    """Write a segment. The same content again changes nothing."""
    content = rule.dump(segment)
    before = store.read(connection, segment.id)
    if before is None or before.content != content or not before.is_live:
        number = store.put(connection, segment.id, content, at=author.at)
        store.add_change(connection, number, Change("apply", content, author.name, author.at))
    return get(connection, segment.id)


def end(connection: Connection, segment: str, author: Author) -> None:
    """Let a segment fill no more: as the sweep passes, nobody belongs to it. Raises UnknownSegmentError."""
    stored = get(connection, segment)
    if stored.is_live:
        store.end(connection, stored.segment_no, at=author.at)
        store.add_change(connection, stored.segment_no, Change("end", None, author.name, author.at))


def get(connection: Connection, segment: str) -> Stored:
    """A segment; raises UnknownSegmentError."""
    found = store.read(connection, segment)
    if found is None:
        raise UnknownSegmentError(f"No segment has the id {segment!r}.")
    return found


def every(connection: Connection) -> tuple[Stored, ...]:
    """The live segments, in the order of their ids."""
    return store.every(connection)


def size(connection: Connection, segment: str) -> int:
    """How many profiles belong to it, as far as the sweep has come."""
    return store.size(connection, segment)


def changes(connection: Connection, segment: str) -> tuple[Change, ...]:
    """Who changed it and when, oldest first. Raises UnknownSegmentError."""
    return store.changes(connection, get(connection, segment).segment_no)


def is_asked(connection: Connection, ctx: Context) -> bool:
    """Whether anybody wants to know more of people than what they want: a live segment or campaign."""
    return bool(store.every(connection)) or ctx.demand.is_there(connection)


def rest(connection: Connection) -> bool:
    """Give up what nobody asks for, piece by piece, so that nobody is judged by it later.

    Says whether there may be more.
    """
    return store.give_up(connection, most=GIVEN_UP_AT_ONCE) == GIVEN_UP_AT_ONCE


def sweep(connection: Connection, sight: Callable[[int], Sighted], *, now: datetime) -> int:
    """Fill the segments of the next profiles; return how many there were, 0 too when another is at it.

    `sight` gives the profiles after a record's number, in order.
    """
    after = store.take_sweep(connection)
    if after is None:
        return 0
    seen = sight(after)
    if not seen:
        store.move_sweep(connection, 0, finished_at=now)
        return 0
    live = rules(connection)
    at_s = int(now.timestamp())
    filled = {number: rule.filled(live, traits, tier, at_s) for number, (traits, tier) in seen.items()}
    store.save(connection, filled, at=now)
    store.move_sweep(connection, max(seen), finished_at=None)
    return len(seen)


def rules(connection: Connection) -> list[Segment]:
    """The rules of the live segments."""
    return [_segment(one) for one in store.every(connection)]


def _segment(stored: Stored) -> Segment:
    found = rule.parse(stored.content)
    if isinstance(found, Problems):
        raise InvalidCampaignError(found.sentences)
    return found
