"""The world's words as values: what it depends on, who lives in it, before any system has written them down.

Invariant: equal worlds hold equal households, and a household depends on the world and its own number only.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from gateway.demo import numbers
from gateway.demo.lists import Country, Script
from gateway.demo.rates import Rates

MIX = (("US", 0.30), ("DE", 0.18), ("GB", 0.16), ("FR", 0.11), ("ES", 0.10), ("PL", 0.08), ("AT", 0.07))


@dataclass(frozen=True, slots=True)
class World:
    """What every household depends on: equal values give equal worlds."""

    seed: int
    today: date
    countries: tuple[tuple[str, float], ...] = MIX
    rates: Rates = field(default_factory=Rates)


class Address(NamedTuple):
    """Where a household lives, or lived."""

    street_number: str
    street: str
    unit: str
    city: str
    region: str
    postcode: str


class Person(NamedTuple):
    """Somebody as they are. Days are ordinals, 0 means never; text that there is none of is empty."""

    number: int
    given: str
    family: str
    sex: str
    born: int
    suffix: str
    is_twin: bool
    script: Script | None
    phone: str
    email: str
    maiden: str = ""
    """The surname before `married_on`."""
    married_on: int = 0
    former_phone: str = ""
    """Used until `phone_changed_on`; somebody else may have it since."""
    phone_changed_on: int = 0
    is_phone_recycled: bool = False
    """The phone was, or the former phone is now, another household's."""
    is_namesake: bool = False
    """The neighbouring household has a person of the same name in the same city."""

    @property
    def slot(self) -> int:
        """The person's place in the household."""
        return self.number % numbers.SLOTS


class Household(NamedTuple):
    """People at one address, and what they share."""

    number: int
    country: Country
    people: tuple[Person, ...]
    address: Address
    former_address: Address | None
    moved_on: int
    phone: str
    email: str
    has_tablet: bool
    gives_card: bool
    """The first person's card goes to the first person of the next household."""
    takes_card: bool
