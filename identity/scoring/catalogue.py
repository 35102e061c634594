"""All comparisons that a model may hold, by name, in the order in which they are shown."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from identity.errors import ModelError
from identity.scoring import births, contacts, names, organisations, others, places
from identity.scoring.comparison import Comparison

NUMBERS: Final = ("national_id", "passport", "driving_licence", "tax_id")
"""What a person has for life; the policy's exclusive types."""
IDENTIFIERS: Final = ("email", "phone", *NUMBERS)
"""The types of identifier that are weighed; all others link, or say nothing."""

OF_NAME: Final = frozenset(("given_name", "middle_name", "family_name", "sex"))
"""What people are called, which others are called too."""
FULL_NAME: Final = ("given_name", "family_name")

KNOWN: Final[Mapping[str, Comparison]] = MappingProxyType(
    {
        each.name: each
        for each in (
            names.GIVEN,
            names.MIDDLE,
            names.FAMILY,
            organisations.ORGANISATION,
            organisations.EMPLOYER,
            births.BIRTH,
            others.SEX,
            places.STREET,
            places.STREET_NUMBER,
            places.POSTCODE,
            places.CITY,
            places.REGION,
            contacts.EMAIL,
            contacts.PHONE,
            *map(contacts.number, NUMBERS),
        )
    }
)


@lru_cache(maxsize=1024)
def comparison(name: str) -> Comparison:
    """The comparison of that name. Raises ModelError when there is none."""
    if name.startswith("x_"):
        return others.own(name)
    try:
        return KNOWN[name]
    except KeyError:
        known = ", ".join(KNOWN)
        raise ModelError(f"There is no comparison {name[:64]!r}; known are {known} and x_<name>.") from None
