"""Who a set of identifiers belongs to: pure choice among what the database found under each of them.

Invariant: a value that too many share answers nothing, nor does one that is no longer valid. The most
believed identifier that answers decides; the others only narrow what it leaves open.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from identity.answers import FoundStatus, Head, Reading
from identity.model import Assurance

CANDIDATES_MAX: Final = 8
"""More possible shoppers than this are not offered to choose from."""


class Probe(NamedTuple):
    """An identifier ready to be looked up, and how many records and names may share it."""

    type: str
    value: str
    digest: int
    cap: int
    generic: int


class Hit(NamedTuple):
    """A record found under the probe of that place, and the profile it belongs to."""

    place: int
    token: int
    assurance: Assurance
    is_valid: bool
    head: Head


def answer(probes: Sequence[Probe], hits: Iterable[Hit], channel: str | None) -> Reading:
    """Whose the probes are; `channel` picks the part of a person who is shown in parts."""
    by_place: dict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_place[hit.place].append(hit)
    left: dict[int, list[Hit]] = {}
    decided_by = None
    for place, probe in enumerate(probes):
        found = _persons(probe, by_place[place])
        if found and decided_by is None:
            left, decided_by = found, probe
        elif found and len(left) > 1 and left.keys() & found.keys():
            left = {person: left[person] for person in left.keys() & found.keys()}
    if decided_by is None or len(left) > CANDIDATES_MAX:
        return Reading(FoundStatus.UNKNOWN)
    heads = tuple(_part(left[person], channel) for person in sorted(left))
    status = FoundStatus.KNOWN if len(heads) == 1 else FoundStatus.AMBIGUOUS
    proof = max(hit.assurance for found in left.values() for hit in found)
    return Reading(status, heads, proof, decided_by.type)


def _persons(probe: Probe, hits: Sequence[Hit]) -> dict[int, list[Hit]]:
    if len(hits) > probe.cap or len({hit.token for hit in hits}) > probe.generic:
        return {}
    persons: dict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        if hit.is_valid:
            persons[hit.head.person_no].append(hit)
    return dict(persons)


def _part(hits: Sequence[Hit], channel: str | None) -> Head:
    """The profile of a person that answers: the asking channel's, else the one that proved the value best."""
    best = max(
        hits, key=lambda hit: (hit.head.channel in {None, channel}, hit.assurance, -hit.head.profile_no)
    )
    return best.head
