"""Which of a profile's values are shown as its own, and where each came from.

Invariant: a pure function of the sightings and the policy's criteria, whatever their order. The criteria of
an attribute decide in the order in which the policy lists them; what is left is decided by the text. An
address survives as a whole, because half of the old one and half of the new one is where nobody lives. What
was only asserted never survives.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from identity.model import ADDRESS, ATTRIBUTES, Assurance, Identifier, Record, RecordKey
from identity.policy import Criterion, Survivorship


@dataclass(frozen=True, slots=True)
class Sighting:
    """A record with the trust of its source and when it was last seen so."""

    record: Record
    trust: int
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class Survivor:
    """A surviving value as people write it, and its provenance."""

    attribute: str
    value: str
    source: RecordKey
    observed_at: datetime
    records: int  # how many records say the same
    decided_by: Criterion | None = None  # what told it from other values; None when there is no other


def survivors(sightings: Iterable[Sighting], rules: Survivorship) -> tuple[Survivor, ...]:
    """The surviving attributes, by name; `rules` say which criteria decide about each."""
    proved = [each for each in sightings if each.record.proof > Assurance.ASSERTED]
    names = {name for name in ATTRIBUTES if name not in ADDRESS}
    names |= {name for each in proved for name, _ in each.record.attributes.extra}
    found = [survivor for name in names if (survivor := _survivor(name, proved, rules)) is not None]
    found += _address(proved, rules)
    return tuple(sorted(found, key=lambda survivor: survivor.attribute))


def contact(kind: str, sightings: Iterable[Sighting]) -> Identifier | None:
    """The identifier of a type to reach the shopper by: best proved, then most trusted, then newest."""
    candidates = [
        (identifier.assurance, each.trust, each.observed_at, identifier.value, identifier)
        for each in sightings
        for identifier in each.record.identifiers
        if identifier.type == kind and identifier.assurance > Assurance.ASSERTED
    ]
    return max(candidates, key=lambda candidate: candidate[:4])[4] if candidates else None


def _survivor(name: str, sightings: Sequence[Sighting], rules: Survivorship) -> Survivor | None:
    said: dict[str, list[Sighting]] = defaultdict(list)
    for each in sightings:
        value = _compared(name, each)
        if value is not None:
            said[value].append(each)
    if not said:
        return None
    criteria = rules.get(name) or rules["default"]
    merits = {value: _merits(value, witnesses) for value, witnesses in said.items()}
    value = max(said, key=lambda each: (*(merits[each][criterion] for criterion in criteria), each))
    best = _best(said[value])
    decided = _decided(merits[value], [merits[other] for other in said if other != value], criteria)
    return Survivor(name, _shown(name, best), best.record.ref, best.observed_at, len(said[value]), decided)


def _merits(value: str, witnesses: Sequence[Sighting]) -> dict[Criterion, Any]:
    return {
        Criterion.WHOLE: len(value) > 1,
        Criterion.TRUST: max(each.trust for each in witnesses),
        Criterion.RECENCY: max(each.observed_at for each in witnesses),
        Criterion.FREQUENCY: len(witnesses),
        Criterion.COMPLETENESS: len(value),
    }


def _decided(
    best: Mapping[Criterion, Any], others: Sequence[Mapping[Criterion, Any]], criteria: Iterable[Criterion]
) -> Criterion | None:
    """The last criterion that was needed to tell the surviving value from all others; None without rivals."""
    needed: Criterion | None = None
    left = list(others)
    for criterion in criteria:
        equal = [other for other in left if other[criterion] == best[criterion]]
        if len(equal) < len(left):
            needed, left = criterion, equal
    return needed


def _best(witnesses: Iterable[Sighting]) -> Sighting:
    return max(witnesses, key=lambda each: (each.trust, each.observed_at, each.record.ref))


def _address(sightings: Sequence[Sighting], rules: Survivorship) -> list[Survivor]:
    """The best whole address, by the criteria of `address`."""
    with_any = [each for each in sightings if any(_compared(name, each) for name in ADDRESS)]
    if not with_any:
        return []
    criteria = rules.get("address") or rules["default"]
    merits = [_address_merits(each, with_any) for each in with_any]
    best, chosen = max(
        zip(with_any, merits, strict=True),
        key=lambda found: (*(found[1][criterion] for criterion in criteria), found[0].record.ref),
    )
    decided = _decided(chosen, [each for each in merits if each is not chosen], criteria)
    said = {name: value for name in ADDRESS if (value := _compared(name, best)) is not None}
    return [
        Survivor(
            attribute=name,
            value=_shown(name, best),
            source=best.record.ref,
            observed_at=best.observed_at,
            records=sum(_compared(name, each) == value for each in sightings),
            decided_by=decided,
        )
        for name, value in said.items()
    ]


def _address_merits(each: Sighting, others: Iterable[Sighting]) -> dict[Criterion, Any]:
    parts = _address_parts(each)
    return {
        Criterion.WHOLE: "street" in parts and not parts.keys().isdisjoint(("city", "postcode")),
        Criterion.TRUST: each.trust,
        Criterion.RECENCY: each.observed_at,
        Criterion.FREQUENCY: sum(_address_parts(other) == parts for other in others),
        Criterion.COMPLETENESS: len(parts),
    }


def _address_parts(each: Sighting) -> dict[str, str]:
    return {name: value for name in ADDRESS if (value := _compared(name, each)) is not None}


def _compared(name: str, each: Sighting) -> str | None:
    canonical = each.record.attributes
    if name.startswith("x_"):
        return dict(canonical.extra).get(name)
    value = getattr(canonical, name)
    return None if value is None else str(value)


def _shown(name: str, each: Sighting) -> str:
    return each.record.attributes.shown(name) or ""
