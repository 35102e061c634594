"""Households by number, one or a stream of them.

What two neighbouring households have to do with each other (a phone number passed on, a namesake in the same
city, a card given out again) is decided by their pair's number, so each side can be made without the other.
"""

from collections.abc import Iterator
from random import Random

from gateway.demo import names, numbers, pairs, places
from gateway.demo.kin import Kin
from gateway.demo.lists import Country
from gateway.demo.mess import Draw
from gateway.demo.names import Head
from gateway.demo.pairs import Pair
from gateway.demo.world import Household, Person, World

_SALT = 2


def household(world: World, number: int, random: Random) -> Household:
    """The household with this number. `random` is only a workplace: it is seeded anew."""
    draw, is_second = random.random, number % 2
    pair = pairs.pair(world, number // 2)
    country = pair.country
    repeats = pair.has_namesakes and bool(is_second)
    random.seed(numbers.mix(world.seed, number - repeats, _SALT))
    head = names.head(world, country, draw)
    if repeats:
        random.seed(numbers.mix(world.seed, number, _SALT))
    people = Kin(world, number, country, head, draw).fill()
    if pair.passes_phone:
        people[0] = _with_phone(people[0], pair, is_second=bool(is_second))
    if pair.has_namesakes:
        people[0] = people[0]._replace(is_namesake=True)
    address = places.address(country, head.city, draw)
    former_address, moved_on = None, 0
    if draw() < world.rates.household_moved:
        former_address = places.address(country, places.city(country, draw), draw)
        moved_on = world.today.toordinal() - 30 - int(draw() * 1000)
    phone, email, has_tablet = (
        _shared(world, number, country, head, draw) if len(people) > 1 else ("", "", False)
    )
    return Household(
        number,
        country,
        tuple(people),
        address,
        former_address,
        moved_on,
        phone,
        email,
        has_tablet,
        pair.passes_card and not is_second,
        pair.passes_card and bool(is_second),
    )


def _shared(world: World, number: int, country: Country, head: Head, draw: Draw) -> tuple[str, str, bool]:
    """The household's phone, mailbox and whether it has a tablet, for those who live with others."""
    rates, slot = world.rates, number * numbers.SLOTS + numbers.SHARED_SLOT
    phone = numbers.phone(country, world.seed, slot) if draw() < rates.household_phone else ""
    email = places.mailbox("family", head.family, slot, draw) if draw() < rates.household_email else ""
    return phone, email, draw() < rates.household_tablet


def _with_phone(first: Person, pair: Pair, *, is_second: bool) -> Person:
    """The first person after the pair's dealings: one gives the number up, the other has it ninety days
    later.
    """
    if is_second:
        return first._replace(
            phone=pair.phone, former_phone="", phone_changed_on=pair.given_up_on + 90, is_phone_recycled=True
        )
    return first._replace(former_phone=pair.phone, phone_changed_on=pair.given_up_on, is_phone_recycled=True)


def stream(world: World, start: int = 0, stop: int | None = None) -> Iterator[Household]:
    """The households numbered from `start` to `stop` (for ever when there is none), made one at a time."""
    random, number = Random(), start
    while stop is None or number < stop:
        yield household(world, number, random)
        number += 1


def of_people(world: World, people: int) -> Iterator[Household]:
    """The first households with together at least so many people."""
    for home in stream(world):
        if people <= 0:
            return
        people -= len(home.people)
        yield home
