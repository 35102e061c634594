"""Addresses and mailboxes: where people live and where their post arrives."""

from functools import lru_cache

from gateway.demo import mess
from gateway.demo.lists import City, Country
from gateway.demo.mess import Draw
from gateway.demo.world import Address

# Only names that are reserved for examples: nothing made here can reach a mailbox.
_MAILBOXES = (
    "mail.example.com",
    "inbox.example.com",
    "post.example.net",
    "web.example.org",
    "home.example.net",
    "live.example.com",
)


def city(country: Country, draw: Draw) -> City:
    """A city, the first ones of the list more often than the last."""
    return country.cities[int(draw() ** 2 * len(country.cities))]


def address(country: Country, place: City, draw: Draw) -> Address:
    """An address in this city."""
    street = country.streets[int(draw() * len(country.streets))]
    kind = country.street_kinds[int(draw() * len(country.street_kinds))]
    number = 1 + int(draw() ** 2 * country.house_number_most)
    unit = country.unit.format(n=1 + int(draw() * 40)) if draw() < country.unit_share else ""
    return Address(str(number), kind.format(street), unit, place.name, place.region, _postcode(place, draw))


def mailbox(given: str, family: str, number: int, draw: Draw) -> str:
    """An e-mail address; its number makes it unlike all others."""
    style, at = draw(), _MAILBOXES[int(draw() * len(_MAILBOXES))]
    first, last = _plain(given), _plain(family)
    if style < 0.5:
        return f"{first}.{last}{number}@{at}"
    if style < 0.7:
        return f"{first[0]}{last}{number}@{at}"
    return f"{last}.{first}{number}@{at}" if style < 0.85 else f"{first}{number}@{at}"


@lru_cache(maxsize=16_384)
def _plain(name: str) -> str:
    return "".join(letter for letter in mess.folded(name).lower() if letter.isalpha()) or "me"


def _postcode(place: City, draw: Draw) -> str:
    written = []
    for letter in place.postcode:
        if letter == "#":
            written.append("0123456789"[int(draw() * 10)])
        elif letter == "@":
            written.append("ABDEFGHJLNPQRSTUWXYZ"[int(draw() * 20)])
        else:
            written.append(letter)
    return "".join(written)
