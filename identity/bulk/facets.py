"""Attributes taken apart into what is normalised together, so that each distinct value is read once.

Invariant: a record's canonical form is the union of what its facets give. Names are read together because one
part may hold what belongs into another, streets with their numbers; everything else stands alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from identity.bulk.reading import Reading
from identity.canonical import claims, junk, keys
from identity.canonical.attributes import canonical_form, cleaned
from identity.canonical.text import fold
from identity.model import ADDRESS_LINE, ATTRIBUTES, Canonical, Rejected
from identity.submission import Claim

PERSON: Final = (
    "record_type",
    "given_name",
    "middle_name",
    "family_name",
    "name_suffix",
    "full_name",
    "organisation_name",
)
STREET: Final = ("street", "street_number")
ADDRESS: Final = (*STREET, "unit", "city", "region", "postcode", "country")
VALUES_CACHED: Final = 1 << 18
_GIVEN: Final = PERSON.index("given_name")
_FAMILY: Final = PERSON.index("family_name")

Value = str | date | None
Read = tuple[tuple[Value, ...], tuple[Rejected, ...]]
"""The canonical values of a facet's attributes, and what was not taken."""


@dataclass(frozen=True, slots=True)
class Facet:
    """Attributes that are normalised together; `takes` are those that the files hold."""

    name: str
    takes: tuple[str, ...]
    gives: tuple[str, ...]


def of(mapped: Iterable[str]) -> tuple[Facet, ...]:
    """The facets of these attributes."""
    present = set(mapped)
    together = {"person": (PERSON, PERSON), "street": (STREET, STREET)}
    if ADDRESS_LINE in present:
        together["street"] = ((*ADDRESS, ADDRESS_LINE), ADDRESS)
    found = []
    for name, (may_take, gives) in together.items():
        takes = tuple(attribute for attribute in may_take if attribute in present)
        if takes:
            found.append(Facet(name, takes, gives))
        present -= set(may_take)
    alone = (*(name for name in ATTRIBUTES if name in present), *sorted(present - set(ATTRIBUTES)))
    return (*found, *(Facet(name, (name,), (name,)) for name in alone))


def read(facet: Facet, values: tuple[str, ...], reading: Reading) -> Read:
    """What the facet says for one combination of values, "" where absent."""
    if facet.name == "person":
        plain = _plain_person(facet, values)
        if plain is not None:
            return plain, ()
    said = {name: value for name, value in zip(facet.takes, values, strict=True) if value}
    canonical, rejected = canonical_form(said, date_order=reading.date_order, policy=reading.policy)
    extra = dict(canonical.extra)
    return tuple(
        extra.get(name) if name.startswith("x_") else getattr(canonical, name) for name in facet.gives
    ), rejected


def token(person: tuple[Value, ...]) -> str | None:
    """What tells the person of these canonical values from others behind a shared key, None when nameless."""
    return keys.name_token(Canonical(**dict(zip(PERSON, person, strict=True))))  # type: ignore[arg-type]


def identifier(kind: str, value: str, home: str, reading: Reading) -> tuple[str | None, str | None]:
    """The identifier's normalised value, or the reason for which it was not taken.

    `home` is the country where its owner lives, "" when the file does not say.
    """
    found = claims.read(Claim(kind, value), home or reading.country, reading.country, reading.policy)
    return (None, found) if isinstance(found, str) else (found.value, None)


def _plain_person(facet: Facet, values: tuple[str, ...]) -> tuple[Value, ...] | None:
    """The quick path: a given and a family name of one plain word each and nothing else."""
    said = dict(zip(facet.takes, values, strict=True))
    given, family = said.pop("given_name", ""), said.pop("family_name", "")
    if not (given and family) or any(said.values()):
        return None
    one, other = _plain_word("given_name", given), _plain_word("family_name", family)
    if one is None or other is None or f"{one} {other}" in junk.NAMES:
        return None
    found: list[Value] = [None] * len(PERSON)
    found[_GIVEN], found[_FAMILY] = one, other
    return tuple(found)


@lru_cache(maxsize=VALUES_CACHED)
def _plain_word(attribute: str, raw: str) -> str | None:
    """The word in comparison form, None when normalising might find more in it than a word."""
    text, problem = cleaned(attribute, raw)
    if problem or " " in text or "," in text:
        return None
    folded = fold(text)
    return None if " " in folded or junk.is_no_name(folded) else folded
