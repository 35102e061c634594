"""The partition from scratch over what the database holds, beside what the database says of it.

Everything derived is compared: pieces, persons, profiles with their heads, and the items a steward should
see.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.canonical import keys
from identity.context import Context
from identity.model import Consent, RecordKey
from identity.partition import cluster, links, lookouts, parts, pieces
from identity.partition.judgements import bench
from identity.partition.sight import Sight
from identity.sealing import postings

Groups = frozenset[frozenset[RecordKey]]


@dataclass(frozen=True)
class State:
    """Everything that the partition derives."""

    pieces: Groups
    persons: Groups
    profiles: frozenset[tuple[frozenset[RecordKey], UUID, bool, bool]]
    matches: frozenset[frozenset[RecordKey]]
    generic: frozenset[int]


def live_numbers(connection: Connection) -> list[int]:
    """The numbers of all live records."""
    return list(connection.exec_driver_sql("select record_no from identity.standing order by 1").scalars())


def names(connection: Connection, ctx: Context) -> dict[RecordKey, tuple[str, ...]]:
    """The records in words that do not depend on when they came: browsers by the account that bounds them."""
    sight = Sight(connection, ctx)
    sight.read_records(live_numbers(connection))
    return {
        ref: (ref.source, ref.key, f"bound to {record.bound_to}" if _is_browser(ref) else str(ref.generation))
        for ref, record in sight.records.items()
    }


def _is_browser(ref: RecordKey) -> bool:
    return ref.key.startswith(("anonymous_id:", "device:"))


def expected(connection: Connection, ctx: Context) -> State:
    """What the partition from scratch derives from the stored records, judgements and consents."""
    sight = Sight(connection, ctx)
    sight.read_records(live_numbers(connection))
    sight.read_judgements(sight.rows)
    judgements = sight.bench().newest_first
    whole = cluster.partition(sight.records.values(), judgements, ctx.model, ctx.policy)
    found_pieces = _pieces(sight, ctx)
    profiles = set()
    for group in whole.groups:
        said = [
            statement for ref in group for statement in _statements(connection, sight.rows[ref].record_no)
        ]
        personal = parts.allows_personal_offers(said)
        shown = parts.profiles(((ref, sight.rows[ref].channel) for ref in group), said)
        for part in shown:
            oldest = min(sight.rows[ref].id for ref in part)
            profiles.add((part, oldest, personal, len(shown) == 1))
    return State(
        pieces=found_pieces,
        persons=frozenset(whole.groups),
        profiles=frozenset(profiles),
        matches=frozenset(
            frozenset((match.link.left, match.link.right)) for match in lookouts.open_questions(whole.matches)
        ),
        generic=frozenset(
            postings.digest(key, ctx) for key in whole.generic if key.type in ctx.policy.identifiers
        ),
    )


def stored(connection: Connection) -> State:
    """What the database says."""
    ref_of = {
        number: RecordKey(source, key, generation)
        for number, source, key, generation in connection.exec_driver_sql(
            "select record_no, source, key, generation from identity.standing"
        )
    }
    rows = list(
        connection.exec_driver_sql("select record_no, piece_no, person_no, profile_no from identity.member")
    )
    assert {row[0] for row in rows} == ref_of.keys()
    heads = {
        number: (profile_id, members, channel, personal)
        for number, profile_id, members, channel, personal in connection.exec_driver_sql(
            "select profile_no, id, members, channel, personal from identity.profile"
        )
    }
    assert {row[3] for row in rows} == heads.keys()
    profiles = _groups((row[0], row[3]) for row in rows)
    shown = set()
    for number, members in profiles.items():
        profile_id, listed, channel, personal = heads[number]
        assert sorted(members) == listed
        shown.add((frozenset(ref_of[each] for each in members), profile_id, personal, channel is None))
    return State(
        pieces=_refs(_groups((row[0], row[1]) for row in rows), ref_of),
        persons=_refs(_groups((row[0], row[2]) for row in rows), ref_of),
        profiles=frozenset(shown),
        matches=frozenset(
            frozenset((ref_of[left], ref_of[right]))
            for left, right in connection.exec_driver_sql(
                "select left_no, right_no from identity.review where kind = 'match' and state = 'open'"
            )
        ),
        generic=frozenset(
            connection.exec_driver_sql(
                "select right_no from identity.review where kind = 'generic' and state = 'open'"
            ).scalars()
        ),
    )


def _pieces(sight: Sight, ctx: Context) -> Groups:
    model, policy = ctx.model, ctx.policy
    lists = keys.posts(
        (each, keys.posted(each, model.blocking(each), policy)) for each in sight.records.values()
    )
    live = keys.live(lists, policy)
    members = {ref: links.member(record, live, model, policy) for ref, record in sight.records.items()}
    decided = bench(sight.bench().newest_first)
    linked = links.among(members, decided, model, policy, crowded=keys.crowded(lists, policy))
    found = pieces.split(members, linked, pieces.ladder(model, policy))
    return frozenset(piece.members for piece in found)


def _statements(connection: Connection, number: int) -> Iterable[Consent]:
    rows = connection.exec_driver_sql(
        "select purpose, granted, least(at, received_at) from identity.consent where record_no = %s",
        (number,),
    )
    return [Consent(purpose, granted, at) for purpose, granted, at in rows]


def _groups(labelled: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for number, label in labelled:
        found[label].append(number)
    return found


def _refs(groups: dict[int, list[int]], ref_of: dict[int, Any]) -> Groups:
    return frozenset(frozenset(ref_of[each] for each in group) for group in groups.values())
