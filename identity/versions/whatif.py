"""What a switch of models, or of policies, would join and split, seen before it is made; nothing is written.

Some stored records are chosen evenly over all, and what lies around each is resolved twice, as it is now and
with the other one: its person, and everybody whom it meets by keys. What is told is about pairs of one chosen
record and another, so it is a sample of what a switch would do; a join of two records that do not meet by
keys of the active model is not seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy.engine import Connection

from identity.context import Context
from identity.errors import ModelError, PolicyError
from identity.model import RecordKey
from identity.partition import cluster, store_graph
from identity.partition.sight import Sight
from identity.partition.view import View, with_counterparts
from identity.policy import IdentifierRule, Policy, Source
from identity.scoring import active, store_versions

SAMPLES: Final = 20
AROUND_MAX: Final = 400
"""Records around a chosen one; where there are more, only so many are looked at."""


@dataclass(frozen=True, slots=True)
class Found:
    """How many joins and splits were seen around so many records, and samples of them by record ids."""

    records: int
    joins: int
    splits: int
    joined: tuple[tuple[str, str], ...]
    split: tuple[tuple[str, str], ...]

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "records": self.records,
            "joins": self.joins,
            "splits": self.splits,
            "joined": [list(pair) for pair in self.joined],
            "split": [list(pair) for pair in self.split],
        }


def look(connection: Connection, ctx: Context, version: str, *, records: int) -> Found:
    """What a switch to a stored model would do around so many records. Raises ModelError."""
    number = store_versions.number_of(connection, version)
    if number is None:
        raise ModelError(f"There is no model of version {version[:64]!r}.")
    return _look(connection, active.bound(connection, ctx), active.under(connection, ctx, number), records)


def look_by_policy(connection: Connection, ctx: Context, other: Policy, *, records: int) -> Found:
    """What another policy would do around so many records. Raises PolicyError where what is stored needs a
    type of identifier or a source that the other policy does not have.
    """
    _check(ctx.policy.identifiers, other.identifiers, "identifiers")
    _check(ctx.policy.sources, other.sources, "sources")
    now = active.bound(connection, ctx)
    return _look(connection, now, replace(now, policy=other), records)


def _check(
    ours: Mapping[str, IdentifierRule] | Mapping[str, Source],
    theirs: Mapping[str, IdentifierRule] | Mapping[str, Source],
    where: str,
) -> None:
    for name, entry in ours.items():
        if name not in theirs or theirs[name].code != entry.code:
            raise PolicyError(f"{where}.{name} with code {entry.code} is missing: what is stored needs it")


def _look(connection: Connection, now: Context, then: Context, records: int) -> Found:
    joined: set[tuple[str, str]] = set()
    split: set[tuple[str, str]] = set()
    chosen = store_versions.spread(connection, records)
    for one in chosen:
        sight = Sight(connection, now)
        sight.read_records([one])
        ref = sight.ref_of.get(one)
        if ref is None:
            continue
        _read_around(connection, sight, ref)
        before, after = (_mates(sight, ref, each) for each in (now, then))
        ids = {other: str(sight.rows[other].id) for other in before | after | {ref}}
        joined |= {_pair(ids[ref], ids[other]) for other in after - before}
        split |= {_pair(ids[ref], ids[other]) for other in before - after}
    return Found(
        len(chosen), len(joined), len(split), tuple(sorted(joined)[:SAMPLES]), tuple(sorted(split)[:SAMPLES])
    )


def _read_around(connection: Connection, sight: Sight, ref: RecordKey) -> None:
    """Reads the record's piece and all whom it meets by live keys."""
    view = View(sight, {}, set())
    label = sight.rows[ref].piece_no
    if label is not None:
        sight.read_pieces([label])
    wanted = with_counterparts(view.keys_of(ref))
    sight.read_lists(wanted)
    near = sorted(view.posts.numbers(wanted))[:AROUND_MAX]
    labels = store_graph.labels(connection, near)
    sight.read_pieces(labels)


def _mates(sight: Sight, ref: RecordKey, ctx: Context) -> set[RecordKey]:
    """With whom the record is one person, by the partition of what was read."""
    sight.read_judgements(sight.rows)
    decided = sight.bench().newest_first
    whole = cluster.partition(sight.records.values(), decided, ctx.model, ctx.policy)
    return set(whole.person_of()[ref]) - {ref}


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one <= other else (other, one)
