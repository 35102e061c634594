"""Who lives together: a surname and an address in common.

A household is a level of its own above profiles. It is never a reason to join two of them: it is asked for,
not derived, and the partition never sees it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.context import Context
from identity.households import store_households
from identity.model import Assurance, Canonical, Record
from identity.reading import readers

PERSONS_MAX: Final = 12
"""More people of one name at one address are a hotel, a barracks or the value somebody types to get on."""


@dataclass(frozen=True, slots=True)
class Household:
    """Profiles that live together. `household` names it as long as its address and surname stay the same."""

    household: UUID
    profiles: tuple[UUID, ...]
    persons: int
    too_many: bool


def key(said: Canonical) -> str | None:
    """What the records of a household share: surname and whole address; None when either is missing."""
    place = said.postcode or said.city
    if not (said.family_name and said.street and said.street_number and place):
        return None
    parts = (said.family_name, said.street, said.street_number, said.unit or "", place, said.country or "")
    return "|".join(parts)


def digest(record: Record, ctx: Context) -> int | None:
    """The digest under which the records of a household are found; what was only asserted has none."""
    found = key(record.attributes) if record.proof > Assurance.ASSERTED else None
    return None if found is None else ctx.vault.digest("household", found)


def of_profile(connection: Connection, ctx: Context, profile: UUID) -> Sequence[Household]:
    """The households that a profile's records belong to. Raises UnknownProfileError, ErasedError."""
    head = readers.head(connection, profile)
    return tuple(
        Household(
            household=ctx.vault.fingerprint("household", str(each.digest)),
            profiles=() if each.persons > PERSONS_MAX else tuple(each.profiles),
            persons=each.persons,
            too_many=each.persons > PERSONS_MAX,
        )
        for each in store_households.around(connection, head.members, most=PERSONS_MAX + 1)
    )
