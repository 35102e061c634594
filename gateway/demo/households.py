"""Households by number, one or a stream of them.

What two neighbouring households have to do with each other (a phone number passed on, a namesake in the same
city, a card given out again) is decided by their pair's number, so each side can be made without the other.
"""

from collections.abc import Iterator
from random import Random

from gateway.demo import lists, names, numbers, places
from gateway.demo.kin import Kin
from gateway.demo.lists import Country
from gateway.demo.world import Household, Person, World

_PEOPLE, _PHONE, _PHONE_DAY, _NAMESAKE, _CARD, _COUNTRY = range(6)
"""What a draw is for; each has its own numbers."""


def household(world: World, number: int, random: Random) -> Household:
    """The household with this number. `random` is only a workplace: it is seeded anew."""
    rates, draw = world.rates, random.random
    pair, is_second = divmod(number, 2)
    country = _country(world, pair)
    is_namesake = numbers.share(world.seed, pair, _NAMESAKE) < rates.pair_namesakes
    random.seed(numbers.mix(world.seed, number - is_second if is_namesake else number, _PEOPLE))
    head = names.head(world, country, draw)
    if is_namesake and is_second:
        random.seed(numbers.mix(world.seed, number, _PEOPLE))
    kin = Kin(world, number, country, head, draw)
    kin.fill()
    people = kin.people
    people[0] = _with_pair(world, country, people[0])._replace(is_namesake=is_namesake)
    reissues = numbers.share(world.seed, pair, _CARD) < rates.pair_reissued_card
    is_shared = len(people) > 1
    has_moved = draw() < rates.household_moved
    shared = number * numbers.SLOTS + numbers.SHARED_SLOT
    return Household(
        number=number,
        country=country,
        people=tuple(people),
        address=places.address(country, head.city, draw),
        former_address=places.address(country, places.city(country, draw), draw) if has_moved else None,
        moved_on=world.today.toordinal() - 30 - int(draw() * 1000) if has_moved else 0,
        phone=numbers.phone(country, world.seed, shared)
        if is_shared and draw() < rates.household_phone
        else "",
        email=places.mailbox("family", head.family, shared, draw)
        if is_shared and draw() < rates.household_email
        else "",
        has_tablet=is_shared and draw() < rates.household_tablet,
        gives_card=reissues and not is_second,
        takes_card=reissues and bool(is_second),
    )


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


def _country(world: World, pair: int) -> Country:
    place = numbers.share(world.seed, pair, _COUNTRY) * sum(part for _, part in world.countries)
    for code, part in world.countries:
        if place < part:
            return lists.country(code)
        place -= part
    return lists.country(world.countries[-1][0])


def _with_pair(world: World, country: Country, first: Person) -> Person:
    """The first person after the pair's dealings: a phone number given up by one household, taken by the
    other.
    """
    number = first.number // numbers.SLOTS
    pair, is_second = divmod(number, 2)
    if numbers.share(world.seed, pair, _PHONE) >= world.rates.pair_recycled_phone:
        return first
    passed_on = numbers.phone(country, world.seed, 2 * pair * numbers.SLOTS + numbers.FORMER_SLOT)
    given_up_on = world.today.toordinal() - 300 - int(numbers.share(world.seed, pair, _PHONE_DAY) * 600)
    if is_second:
        return first._replace(
            phone=passed_on, former_phone="", phone_changed_on=given_up_on + 90, is_phone_recycled=True
        )
    return first._replace(former_phone=passed_on, phone_changed_on=given_up_on, is_phone_recycled=True)
