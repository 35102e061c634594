"""What a steward should look at, derived from a resolution: refused links, pieces and persons too large.

Most refused links are answers, not questions: the members of a household, told apart by their given names.
Such a pair is only worth somebody's time when more speaks for it than a home explains. `o2o why` tells the
reason of any pair.

Invariant: an open item exists exactly while its reason does; one that a steward dismissed does not come back
for the same reason. Items carry no personal value: types, rules and numbers only.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

from identity.model import RecordKey
from identity.partition import quality
from identity.partition.cluster import Resolution
from identity.partition.groups import PossibleMatch
from identity.partition.links import Strength
from identity.partition.pieces import Piece
from identity.partition.store_graph import Row
from identity.scoring.weigh import UNITS_PER_BIT

Item = dict[str, Any]

DERIVED = frozenset(("match", "oversize", "cluster"))
"""Kinds that a resolution opens and closes; the others belong to whoever opened them."""


HOME_BITS: Final = 40
"""What people of one home share weighs less: surname, address and telephone, against their given names."""


class Sight(Protocol):
    """Where rows are looked up."""

    rows: dict[RecordKey, Row]


class Region(Protocol):
    """What was resolved."""

    @property
    def sight(self) -> Sight:
        """The rows."""

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The pieces, as resolved."""


def wanted(region: Region, resolutions: Iterable[Resolution]) -> list[Item]:
    """The items that these resolutions call for."""
    rows = region.sight.rows
    items = []
    for piece, resolution in zip(region.pieces, resolutions, strict=True):
        items += [item for group in resolution.groups if (item := _doubt(group, piece, rows)) is not None]
        items += [_match(match, rows) for match in open_questions(resolution.matches)]
        if resolution.oversize is not None:
            least = min(rows[ref].record_no for ref in resolution.oversize.members)
            detail = {
                "records": len(resolution.oversize.members),
                "dropped": list(resolution.oversize.dropped),
            }
            items.append(_item("oversize", least, 0, "bound", detail))
    return items


def compare(items: Iterable[Item], stored: Iterable[Mapping[str, Any]]) -> tuple[list[Item], list[int]]:
    """Which items are to be opened, and which stored ones are settled."""
    called_for = {_name(item): item for item in items}
    derived = [item for item in stored if item["kind"] in DERIVED]
    settled = [
        item["review_no"] for item in derived if item["state"] == "open" and _name(item) not in called_for
    ]
    known = {_name(item) for item in derived}
    return [item for name, item in called_for.items() if name not in known], settled


def open_questions(matches: Sequence[PossibleMatch]) -> list[PossibleMatch]:
    """Those of the refused links about which somebody may know better than the rules.

    A record that names nobody may be linked to all of a household: asked is about the likeliest first.
    """
    likeliest: dict[RecordKey, PossibleMatch] = {}
    for match in sorted(matches, key=lambda match: match.link.order):
        if match.refusal.rule == "ambiguous":
            likeliest.setdefault(match.link.left, match)
            likeliest.setdefault(match.link.right, match)
    return [match for match in matches if _is_open(match, likeliest)]


def _is_open(match: PossibleMatch, likeliest: Mapping[RecordKey, PossibleMatch]) -> bool:
    link = match.link
    if match.refusal.rule == "judged":
        return False
    if link.strength <= Strength.DETERMINISTIC or match.refusal.rule == "review":
        return True
    if match.refusal.rule == "ambiguous":
        return likeliest[link.left] is match and likeliest[link.right] is match
    return link.weight >= HOME_BITS * UNITS_PER_BIT


def _match(match: PossibleMatch, rows: Mapping[RecordKey, Row]) -> Item:
    detail = {
        "basis": match.link.basis,
        "strength": match.link.strength.name.lower(),
        "weight_bits": round(match.link.weight / UNITS_PER_BIT, 2),
    }
    left, right = rows[match.link.left].record_no, rows[match.link.right].record_no
    return _item("match", left, right, match.refusal.rule, detail)


def _doubt(group: frozenset[RecordKey], piece: Piece, rows: Mapping[RecordKey, Row]) -> Item | None:
    """A person that hangs together so badly that somebody should look."""
    if len(group) < 2 * quality.PART_MIN:
        return None
    found = quality.measure(group, piece.links)
    if found.doubt is None:
        return None
    detail = {
        "records": found.size,
        "density": round(found.density, 3),
        "bridges": len(found.bridges),
    }
    return _item("cluster", min(rows[ref].record_no for ref in group), 0, found.doubt, detail)


def _item(kind: str, left_no: int, right_no: int, reason: str, detail: dict[str, Any]) -> Item:
    return {"kind": kind, "left_no": left_no, "right_no": right_no, "reason": reason, "detail": detail}


def _name(item: Mapping[str, Any]) -> tuple[str, int, int, str]:
    return item["kind"], item["left_no"], item["right_no"], item["reason"]
