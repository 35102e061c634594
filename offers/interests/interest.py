"""What events say about products, kept per record: the semilattice behind every personal offer.

Invariant: times merge by maximum, so events may come late, twice and out of order; counts rise only for
events that are new, which the history knows. The list of wants is always the one `want_list.choose` gives for
the interests.
"""

from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple

from sqlalchemy import Connection

from offers.interests import store_interests, want_list
from offers.interests.interest_rules import merge
from offers.model import Want

TouchKind = Literal["viewed", "searched", "carted", "removed", "bought", "returned"]
KINDS: tuple[TouchKind, ...] = ("viewed", "searched", "carted", "removed", "bought", "returned")
LATEST_S = 2**32 - 1


class Touch(NamedTuple):
    """One new event's word about one product. `at_s` are seconds since 1970."""

    record_no: int
    product_no: int
    kind: TouchKind
    at_s: int


def apply(connection: Connection, touches: Iterable[Touch]) -> None:
    """Add what new events say. Call it once per transaction: the records are locked in order."""
    interests = _sums(touches)
    if not interests:
        return
    lists = store_interests.lock(connection, sorted({record_no for record_no, _ in interests}))
    changed: dict[int, list[Want]] = {record_no: [] for record_no in lists}
    for record_no, want in store_interests.add(connection, interests):
        changed[record_no].append(want)
    after = {record_no: want_list.advance(lists[record_no], changed[record_no]) for record_no in lists}
    _save(connection, lists, after)


def rebuild(connection: Connection, record_nos: Collection[int], touches: Iterable[Touch]) -> None:
    """Make the interests of these records what these events say, all of them: after events moved between
    them.
    """
    records = sorted(set(record_nos))
    lists = store_interests.lock(connection, records)
    store_interests.clear(connection, records)
    interests = {key: counts for key, counts in _sums(touches).items() if key[0] in lists}
    store_interests.add(connection, interests)
    _save(connection, lists, dict.fromkeys(records))


def forget(connection: Connection, record_nos: Collection[int]) -> None:
    """Delete what is known of these records."""
    records = sorted(set(record_nos))
    store_interests.lock(connection, records)
    store_interests.clear(connection, records)
    store_interests.remove_lists(connection, records)


def of_members(connection: Connection, members: Collection[int]) -> dict[int, Want]:
    """All interests of a profile's records, merged, by product number."""
    return merge(want for _, want in store_interests.read(connection, members))


def holders(connection: Connection, *, limit: int) -> list[int]:
    """Some records that want something: those with the highest numbers, for previews."""
    return store_interests.holders(connection, limit=limit)


def _save(
    connection: Connection,
    before: dict[int, want_list.WantList],
    after: dict[int, want_list.WantList | None],
) -> None:
    unknown = sorted(record_no for record_no, chosen in after.items() if chosen is None)
    afresh: dict[int, list[Want]] = {record_no: [] for record_no in unknown}
    if unknown:
        for record_no, want in store_interests.read(connection, unknown):
            afresh[record_no].append(want)
    chosen = {
        record_no: found if found is not None else want_list.choose(afresh[record_no])
        for record_no, found in after.items()
    }
    store_interests.save_lists(
        connection, {number: found for number, found in chosen.items() if found != before[number]}
    )


def _sums(touches: Iterable[Touch]) -> store_interests.Interests:
    """By record and product: the newest instant and the number of events of each kind."""
    found: store_interests.Interests = {}
    for record_no, product_no, kind, at_s in touches:
        instants, counts = found.setdefault((record_no, product_no), ([0] * len(KINDS), [0] * len(KINDS)))
        place = KINDS.index(kind)
        instants[place] = max(instants[place], min(max(at_s, 0), LATEST_S))
        counts[place] += 1
    return found
