"""Which of a profile's values are shown as its own, and where each came from.

Invariant: a pure function of the sightings, whatever their order. A value survives by, in this order: being
whole (an initial gives way to a name), its most trusted source, how lately it was seen, how many records say
it, and its length; what is left is decided by its text. An address survives as a whole, because half of the
old one and half of the new one is where nobody lives. What was only asserted never survives.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from identity.model import ATTRIBUTES, Assurance, Identifier, Record, RecordKey

ADDRESS: Final = ("street_number", "street", "unit", "city", "region", "postcode", "country")


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


def survivors(sightings: Iterable[Sighting]) -> tuple[Survivor, ...]:
    """The surviving attributes, by name."""
    proved = [each for each in sightings if each.record.proof > Assurance.ASSERTED]
    names = {name for name in ATTRIBUTES if name not in ADDRESS}
    names |= {name for each in proved for name, _ in each.record.attributes.extra}
    found = [survivor for name in names if (survivor := _survivor(name, proved)) is not None]
    found += _address(proved)
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


def _survivor(name: str, sightings: Sequence[Sighting]) -> Survivor | None:
    said: dict[str, list[Sighting]] = defaultdict(list)
    for each in sightings:
        value = _compared(name, each)
        if value is not None:
            said[value].append(each)
    if not said:
        return None
    value, witnesses = max(said.items(), key=lambda item: _merit(*item))
    best = _best(witnesses)
    return Survivor(name, _shown(name, best), best.record.ref, best.observed_at, len(witnesses))


def _merit(value: str, witnesses: Sequence[Sighting]) -> tuple[bool, int, datetime, int, int, str]:
    best = _best(witnesses)
    return len(value) > 1, best.trust, best.observed_at, len(witnesses), len(value), value


def _best(witnesses: Iterable[Sighting]) -> Sighting:
    return max(witnesses, key=lambda each: (each.trust, each.observed_at, each.record.ref))


def _address(sightings: Sequence[Sighting]) -> list[Survivor]:
    """The best whole address: one with street and place first, then by trust, recency, completeness."""
    with_any = [each for each in sightings if any(_compared(name, each) for name in ADDRESS)]
    if not with_any:
        return []
    best = max(with_any, key=_address_merit)
    said = {name: value for name in ADDRESS if (value := _compared(name, best)) is not None}
    return [
        Survivor(
            attribute=name,
            value=_shown(name, best),
            source=best.record.ref,
            observed_at=best.observed_at,
            records=sum(_compared(name, each) == value for each in sightings),
        )
        for name, value in said.items()
    ]


def _address_merit(each: Sighting) -> tuple[bool, int, datetime, int, RecordKey]:
    parts = {name for name in ADDRESS if _compared(name, each)}
    is_whole = "street" in parts and not parts.isdisjoint(("city", "postcode"))
    return is_whole, each.trust, each.observed_at, len(parts), each.record.ref


def _compared(name: str, each: Sighting) -> str | None:
    canonical = each.record.attributes
    if name.startswith("x_"):
        return dict(canonical.extra).get(name)
    value = getattr(canonical, name)
    return None if value is None else str(value)


def _shown(name: str, each: Sighting) -> str:
    return each.record.attributes.shown(name) or ""
