"""What two neighbouring households (2k and 2k + 1) have to do with each other.

Invariant: a function of (world, pair number), so that each household is made without the other, and both
agree.
"""

from typing import NamedTuple

from gateway.demo import lists, numbers
from gateway.demo.lists import Country
from gateway.demo.world import World

_SALT = 1
_PART_BITS = 12
_PART = 1 << _PART_BITS


class Pair(NamedTuple):
    """The country that both live in, and what passes between their first people."""

    country: Country
    has_namesakes: bool
    passes_card: bool
    passes_phone: bool
    phone: str
    """The number that the first household gives up on `given_up_on` and the second has soon after."""
    given_up_on: int


def pair(world: World, number: int) -> Pair:
    """The pair with this number. One hash is cut into five draws of twelve bits: a pair is made for every
    household.
    """
    bits, rates = numbers.mix(world.seed, number, _SALT), world.rates
    country = _country(world, bits % _PART / _PART)
    passes_phone = _draw(bits, 1) < rates.pair_recycled_phone
    return Pair(
        country,
        _draw(bits, 2) < rates.pair_namesakes,
        _draw(bits, 3) < rates.pair_reissued_card,
        passes_phone,
        numbers.phone(country, world.seed, 2 * number * numbers.SLOTS + numbers.FORMER_SLOT)
        if passes_phone
        else "",
        world.today.toordinal() - 300 - int(_draw(bits, 4) * 600),
    )


def _draw(bits: int, part: int) -> float:
    return (bits >> part * _PART_BITS) % _PART / _PART


def _country(world: World, place: float) -> Country:
    """The country at this place between 0 and 1, each as wide as its share of the sum."""
    place *= sum(width for _, width in world.countries)
    for code, width in world.countries:
        if place < width:
            return lists.country(code)
        place -= width
    return lists.country(world.countries[-1][0])
