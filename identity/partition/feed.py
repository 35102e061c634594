"""What the change feed says about two states of the same records: pure comparison.

Invariant: the changes of one resolution tell a reader who knew the earlier profiles the present ones.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID


class Spot(Protocol):
    """Where a record belongs."""

    @property
    def profile_no(self) -> int:
        """The number of its profile."""


class Gone(Protocol):
    """A record that was taken away."""

    @property
    def is_forwarding(self) -> bool:
        """Whether its id leads on to its person; if not, it is to be forgotten."""


Heads = Mapping[int, Mapping[str, Any]]
Change = dict[str, Any]


def changes(
    earlier: Mapping[int, Spot],
    spots: Mapping[int, Spot],
    earlier_heads: Heads,
    heads: Heads,
    ids: Mapping[int, UUID],
    gone: Mapping[int, Gone],
) -> list[Change]:
    """The changes, in the order in which a reader can follow them: partings, then comings, then consent."""
    came_from: dict[int, set[int | None]] = defaultdict(set)
    went_to: dict[int, set[int]] = defaultdict(set)
    for number, spot in spots.items():
        before = earlier.get(number)
        came_from[spot.profile_no].add(before.profile_no if before else None)
        if before:
            went_to[before.profile_no].add(spot.profile_no)
    members = {number: _records(head, ids) for number, head in heads.items()}
    found: list[Change] = []
    emptied = {
        earlier[number].profile_no: "deleted" if each.is_forwarding else "erased"
        for number, each in gone.items()
        if number in earlier and earlier[number].profile_no not in went_to
    }
    found += [_change(kind, earlier_heads[number]["id"]) for number, kind in sorted(emptied.items())]
    for number, parts in sorted(went_to.items()):
        if len(parts) > 1:
            listed = [{"profile": heads[part]["id"], "records": members[part]} for part in sorted(parts)]
            found.append(_change("split", earlier_heads[number]["id"], parts=listed))
    for number, sources in sorted(came_from.items()):
        found += _comings(number, sources, went_to, earlier_heads, heads, members[number])
    return found


def _comings(
    number: int,
    sources: set[int | None],
    went_to: Mapping[int, set[int]],
    earlier_heads: Heads,
    heads: Heads,
    records: list[str],
) -> list[Change]:
    profile = heads[number]["id"]
    known = sorted(source for source in sources if source is not None)
    if not known:
        return [_change("new", profile, records=records)]
    # Who came from a profile that was split was told with the split.
    ended = [source for source in known if source != number and len(went_to[source]) == 1]
    of = [earlier_heads[source]["id"] for source in known if source in ended or source == number]
    if len(known) > 1 and ended:
        return [_change("merged", profile, records=records, of=of)]
    if None in sources:
        # Who came back may be the oldest, and give the profile its id again.
        return [_change("joined", profile, records=records, **({"of": of} if ended else {}))]
    if ended:
        return [_change("moved", profile, records=records, of=of)]
    old = earlier_heads.get(number)
    if old is not None and old["personal"] != heads[number]["personal"]:
        return [_change("consent", profile, personal=heads[number]["personal"])]
    return []


def _records(head: Mapping[str, Any], ids: Mapping[int, UUID]) -> list[str]:
    return [str(ids[number]) for number in head["members"]]


def _change(kind: str, profile: str, **body: Any) -> Change:
    return {"kind": kind, "profile": profile, "body": body}
