"""What submissions did, in one word each: pure comparison of where records belonged and belong.

Of several that were taken together each is told what it would have been told had they come one after the
other, as far as the end tells: who came to a record of the same call joined it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from identity.answers import Linked, Outcome
from identity.model import RecordKey
from identity.partition import arrivals
from identity.partition.arrivals import Arrival
from identity.partition.placing import Placement
from identity.scoring.weigh import UNITS_PER_BIT


def told(came: Sequence[int], placement: Placement) -> dict[int, Outcome]:
    """The outcome for each of these records, in their order, judged by persons first and by profiles where
    persons stayed the same.
    """
    by_person = _by_level(came, placement, level=1)
    still = [number for number, outcome in by_person.items() if outcome is None]
    by_profile = _by_level(came, placement, level=2) if still else {}
    doubted = {_who(item, came, placement) for item in placement.opened}
    found: dict[int, Outcome] = {}
    for number in came:
        outcome = by_person[number] or by_profile[number]
        if outcome in {None, Outcome.NEW} and number in doubted:
            outcome = Outcome.REVIEW
        found[number] = outcome or Outcome.UNCHANGED
    return found


def linked(ref: RecordKey, placement: Placement) -> tuple[Linked, ...]:
    """The links of a record inside its person, strongest first."""
    rows = placement.region.sight.rows
    return tuple(
        Linked(
            record=rows[link.other(ref)].id,
            reason=link.basis,
            weight_bits=link.weight / UNITS_PER_BIT if link.basis == "weight" else None,
        )
        for link in placement.links_of(ref)
    )


def _by_level(came: Sequence[int], placement: Placement, *, level: int) -> dict[int, Outcome | None]:
    """Level 1 compares persons, level 2 profiles; None when nothing changed."""
    earlier = {number: spot[level] for number, spot in placement.earlier.items()}
    present = {number: spot[level] for number, spot in placement.spots.items()}
    parted = _parted(came, earlier, present, placement)
    met = arrivals.replay(came, earlier, present, placement.neighbours)
    return {
        number: Outcome.SPLIT if number in parted else _of(met[number], is_new=number not in earlier)
        for number in came
    }


def _of(arrival: Arrival, *, is_new: bool) -> Outcome | None:
    if arrival.others > 1:
        return Outcome.MERGED
    if arrival.others and not arrival.is_at_home:
        return Outcome.JOINED
    return Outcome.NEW if is_new else None


def _parted(
    came: Sequence[int], earlier: Mapping[int, int], present: Mapping[int, int], placement: Placement
) -> set[int]:
    """Those who were in a group that parted, or who parted one of others."""
    were_in: dict[int, list[int]] = defaultdict(list)
    for number, group in earlier.items():
        were_in[group].append(number)
    found: set[int] = set()
    for members in were_in.values():
        if len({present[number] for number in members if number in present}) > 1:
            own = set(members).intersection(came)
            found |= own or {_who(members, came, placement)}
    return found


def _who(about: Collection[int], came: Sequence[int], placement: Placement) -> int:
    """To which arrival something that happened to these records is put down: to the last one among them, else
    to the last one in their pieces, else to the last of all.
    """
    spots = placement.spots
    pieces = {spots[number].piece_no for number in about if number in spots}
    among = [number for number in came if number in about]
    beside = [number for number in came if number in spots and spots[number].piece_no in pieces]
    return (among or beside or came)[-1]
