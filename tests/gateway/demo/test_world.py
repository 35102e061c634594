import tracemalloc
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from random import Random

import phonenumbers
import pytest
from email_validator import validate_email

from gateway.demo import households, labels, numbers, rows
from gateway.demo.kin import PEOPLE_MOST
from gateway.demo.rates import Rates
from gateway.demo.rows import Row
from gateway.demo.world import Household, World

WORLD = World(seed=7, today=date(2026, 11, 21))


def _rows(world: World, start: int, stop: int) -> list[Row]:
    random = Random()
    return [row for home in households.stream(world, start, stop) for row in rows.rows(world, home, random)]


@pytest.fixture(scope="module")
def homes() -> list[Household]:
    """The first 4,000 households."""
    return list(households.stream(WORLD, 0, 4000))


@pytest.fixture(scope="module")
def written() -> list[Row]:
    """All records of the first 4,000 households."""
    return _rows(WORLD, 0, 4000)


def test_equal_worlds_are_equal() -> None:
    """The same seed and day give the same records, field by field."""
    assert _rows(WORLD, 0, 300) == _rows(World(seed=7, today=date(2026, 11, 21)), 0, 300)


def test_another_seed_is_another_world() -> None:
    """Only the seed tells two worlds apart, and it tells them apart everywhere."""
    mine = {row.attributes.get("family_name") for row in _rows(WORLD, 0, 50)}
    other = _rows(replace(WORLD, seed=8), 0, 50)
    assert [row.attributes for row in other] != [row.attributes for row in _rows(WORLD, 0, 50)]
    assert {row.attributes.get("family_name") for row in other} != mine


def test_slices_make_up_the_whole(written: list[Row]) -> None:
    """A household can be made without those before it, so processes may share the work."""
    whole = [row for row in written if row.household < 400]
    slices = [_rows(WORLD, start, start + 37) for start in range(0, 400, 37)]
    assert [row for part in slices for row in part if row.household < 400] == whole
    assert _rows(WORLD, 399, 400) == [row for row in whole if row.household == 399]


def test_streaming_holds_one_household_at_a_time() -> None:
    """Thousands of households need a fraction of the memory that keeping them takes."""

    def peak_bytes(kept: list[list[Row]] | None) -> int:
        random = Random()
        tracemalloc.start()
        try:
            for home in islice(households.stream(WORLD), 3000):
                made = rows.rows(WORLD, home, random)
                if kept is not None:
                    kept.append(made)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    _rows(WORLD, 0, 3000)  # fills the bounded caches of names
    assert peak_bytes(None) < peak_bytes([]) / 10


def test_people_are_counted_exactly_enough() -> None:
    """Asking for a number of people gives the households that hold them, and none beyond."""
    found = list(households.of_people(WORLD, 1000))
    counted = sum(len(home.people) for home in found)
    assert 1000 <= counted < 1000 + PEOPLE_MOST
    assert counted - len(found[-1].people) < 1000


def test_every_kind_of_mess_occurs(written: list[Row]) -> None:
    """A few thousand people show every kind of mess that has a meaning, and no other."""
    seen = Counter(label for row in written for label in row.mess)
    assert set(seen) == set(labels.MEANINGS) - {"shared_device"}


def test_truth_names_people_of_the_household(homes: list[Household], written: list[Row]) -> None:
    """Every record is about a person who lives in the household it names, and everybody has a record."""
    people = {person.number: home.number for home in homes for person in home.people}
    assert all(people[row.person] == row.household for row in written)
    assert {row.person for row in written} == set(people)


def test_keys_are_unique(written: list[Row]) -> None:
    """No source calls two people by the same key, except a card's two generations."""
    keys = Counter((row.source, row.key, row.generation) for row in written)
    assert max(keys.values()) == 1
    again = [row for row in written if row.generation == 2]
    first = {(row.source, row.key): row for row in written if row.generation == 1}
    assert again
    for row in again:
        before = first[row.source, row.key]
        assert before.person != row.person
        assert before.day < row.day


def test_personal_values_belong_to_one_person(written: list[Row]) -> None:
    """A value on the records of two people is explained by a label on each."""
    shared = {"family_phone", "family_email", "recycled_phone", "store_phone", "junk", "reissued_card"}
    owners: dict[tuple[str, str], set[int]] = defaultdict(set)
    for row in written:
        if not shared & set(row.mess):
            for known in row.identifiers:
                if known.type != "phone" or known.value.startswith("+"):
                    owners[known.type, known.value].add(row.person)
    assert max(len(people) for people in owners.values()) == 1


def test_phone_numbers_and_mailboxes_are_well_formed(written: list[Row]) -> None:
    """Whatever is not junk passes the libraries that check real numbers and addresses."""
    for row in written[:1500]:
        for known in row.identifiers if "junk" not in row.mess else ():
            if known.type == "phone":
                number = phonenumbers.parse(known.value, row.attributes.get("country"))
                assert phonenumbers.is_valid_number(number), known.value
            if known.type == "email":
                validate_email(known.value, check_deliverability=False)


def test_a_recycled_number_changes_hands_in_time(homes: list[Household]) -> None:
    """The next household has the number only after the first one gave it up."""
    takers = [home for home in homes if home.number % 2 and home.people[0].is_phone_recycled]
    assert takers
    for taker in takers:
        giver = homes[taker.number - 1].people[0]
        assert giver.former_phone == taker.people[0].phone
        assert giver.phone_changed_on < taker.people[0].phone_changed_on


def test_namesakes_share_name_and_city(homes: list[Household]) -> None:
    """A hard negative is two different people of one name in one city."""
    second = [home for home in homes if home.number % 2 and home.people[0].is_namesake]
    assert second
    for home in second:
        other = homes[home.number - 1]
        assert (other.people[0].given, other.people[0].family) == (
            home.people[0].given,
            home.people[0].family,
        )
        assert other.address.city == home.address.city
        assert other.people[0].email != home.people[0].email or not home.people[0].email


def test_twins_and_fathers_are_told_apart(homes: list[Household]) -> None:
    """Twins share the birth date but not the given name; Sr and Jr share the name but not the birth date."""
    for home in homes:
        twins = [person for person in home.people if person.is_twin]
        assert len(twins) in (0, 2)
        assert len({twin.born for twin in twins}) <= 1
        assert len({twin.given for twin in twins}) == len(twins)
        suffixed = [person for person in home.people if person.suffix]
        assert sorted(person.suffix for person in suffixed) in ([], ["Jr", "Sr"])
        assert len({(person.given, person.family) for person in suffixed}) <= 1


def test_records_are_not_written_in_the_future(written: list[Row]) -> None:
    """A record's day, and every statement on it, lies before the world's today."""
    today = WORLD.today.toordinal()
    assert all(row.day < today for row in written)
    assert all(statement.day <= today for row in written for statement in row.consents)


def test_a_rate_of_nothing_switches_a_mess_off() -> None:
    """A world without typos, nicknames and shared phones can be had for a bench that isolates the rest."""
    quiet = replace(WORLD, rates=Rates(typo=0, nickname=0, household_phone=0, missing=0))
    seen = {label for row in _rows(quiet, 0, 600) for label in row.mess}
    assert not seen & {
        "typo_keyboard",
        "typo_ocr",
        "typo_transposition",
        "nickname",
        "family_phone",
        "missing",
    }


def test_card_numbers_are_no_payment_cards(written: list[Row]) -> None:
    """A loyalty card's number is an EAN-13 of the in-store range, which no payment scheme uses."""
    for row in written:
        if row.source == "loyalty":
            assert len(row.key) == 13
            assert row.key.startswith("29")
            digits = [int(digit) for digit in row.key]
            assert (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0


def test_store_numbers_belong_to_nobody(homes: list[Household]) -> None:
    """What cashiers type by default is no customer's number."""
    stores = {numbers.store_phone(home.country, store) for home in homes for store in range(10)}
    phones = {
        phone for home in homes for person in home.people for phone in (person.phone, person.former_phone)
    }
    assert not stores & phones


def test_household_numbers_last_for_millions() -> None:
    """The five-millionth household is made as the first one is, with days in a plausible range."""
    home = households.household(WORLD, 5_000_000, Random())
    assert home.people
    youngest = datetime(2026, 11, 21, tzinfo=UTC) - timedelta(days=14 * 365)
    assert all(person.born < youngest.toordinal() for person in home.people)
