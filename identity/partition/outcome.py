"""What a submission did, in one word: pure comparison of where records belonged and belong."""

from identity.answers import Linked, Outcome
from identity.model import RecordKey
from identity.partition.placing import Placement
from identity.scoring.weigh import UNITS_PER_BIT


def of(record_no: int, placement: Placement) -> Outcome:
    """The outcome for one record, judged by persons first and by profiles where persons stayed the same."""
    by_person = _of(record_no, placement, level=1)
    if by_person is None:
        by_person = _of(record_no, placement, level=2)
    if by_person is not None and by_person is not Outcome.NEW:
        return by_person
    if placement.is_review:
        return Outcome.REVIEW
    return by_person or Outcome.UNCHANGED


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


def _of(record_no: int, placement: Placement, *, level: int) -> Outcome | None:
    """Level 1 compares persons, level 2 profiles; None when nothing changed."""
    earlier = {number: spot[level] for number, spot in placement.earlier.items()}
    present = {number: spot[level] for number, spot in placement.spots.items()}
    went_to: dict[int, set[int]] = {}
    for number, group in present.items():
        if number in earlier:
            went_to.setdefault(earlier[number], set()).add(group)
    if any(len(groups) > 1 for groups in went_to.values()):
        return Outcome.SPLIT
    others = {number for number, group in present.items() if group == present[record_no]} - {record_no}
    groups_of_others = {earlier[number] for number in others if number in earlier}
    if len(groups_of_others) > 1:
        return Outcome.MERGED
    if groups_of_others and earlier.get(record_no) not in groups_of_others:
        return Outcome.JOINED
    return Outcome.NEW if record_no not in earlier else None
