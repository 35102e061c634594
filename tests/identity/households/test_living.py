"""A household is seen, and joins nobody."""

from typing import Any

from identity.households import living
from identity.model import Assurance
from tests.identity.desk import Desk

HOME: dict[str, Any] = {
    "street": "Hauptstrasse",
    "street_number": "4",
    "postcode": "1010",
    "city": "Wien",
    "country": "AT",
}


def households(desk: Desk, record: Any) -> list[tuple[int, int]]:
    """Of each household of a record, how many profiles and persons it has."""
    found = living.of_profile(desk.connection, desk.ctx, record.record)
    return [(len(each.profiles), each.persons) for each in found]


def test_a_surname_and_an_address_make_a_household(desk: Desk) -> None:
    """Mother and son live together and stay two; the lodger and the neighbour are not of it."""
    mother = desk.put("web", "u1", {"email": "m@example.at"}, given_name="Maria", family_name="Huber", **HOME)
    son = desk.put("crm", "1", {"email": "s@example.at"}, given_name="Stefan", family_name="Huber", **HOME)
    desk.put("crm", "2", given_name="Ludwig", family_name="Maier", **HOME)
    next_door: dict[str, Any] = {**HOME, "street_number": "6"}
    desk.put("crm", "3", given_name="Nora", family_name="Huber", **next_door)
    assert desk.profile_of(mother.record) != desk.profile_of(son.record)
    assert households(desk, mother) == households(desk, son) == [(2, 2)]


def test_half_an_address_is_no_household(desk: Desk) -> None:
    """A surname and a town are shared by too many; what was only asserted says nothing."""
    town: dict[str, Any] = {"postcode": "1010", "city": "Wien"}
    one = desk.put("crm", "1", given_name="Anna", family_name="Huber", **town)
    asserted = desk.put("web", "u9", proof=Assurance.ASSERTED, given_name="Eva", family_name="Huber", **HOME)
    assert households(desk, one) == households(desk, asserted) == []


def test_too_many_are_no_household(desk: Desk) -> None:
    """The value that somebody types to get on tells nobody who else typed it."""
    found = [
        desk.put("crm", str(number), given_name=f"Kunde{number}", family_name="Huber", **HOME)
        for number in range(living.PERSONS_MAX + 1)
    ]
    (household,) = living.of_profile(desk.connection, desk.ctx, found[0].record)
    assert (household.too_many, household.profiles) == (True, ())


def test_who_moves_leaves(desk: Desk) -> None:
    """The address counts that is stored now; deleted records live nowhere."""
    one = desk.put("crm", "1", given_name="Anna", family_name="Huber", **HOME)
    desk.put("crm", "2", given_name="Eva", family_name="Huber", **HOME)
    assert households(desk, one) == [(2, 2)]
    elsewhere: dict[str, Any] = {**HOME, "street_number": "99"}
    desk.put("crm", "2", given_name="Eva", family_name="Huber", **elsewhere)
    assert households(desk, one) == [(1, 1)]
