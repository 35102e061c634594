"""Who of a household pays, and what they show at the till: a card, a phone number, a bank card, or nothing.

Invariant: a basket's patron is a function of (world, basket) and the household's records, so that loading
twice says the same.
"""

from collections.abc import Sequence
from typing import NamedTuple

from gateway.demo import numbers
from gateway.demo.rows import Row
from gateway.demo.shop import Basket
from gateway.demo.world import Household, World

_SALT = 201
_UNSURE = frozenset({"reissued_card", "store_phone", "junk"})
"""Records whose identifiers are not the person's alone."""


class Shown(NamedTuple):
    """An identifier that the till saw, and how: scanned or typed."""

    type: str
    value: str
    entry: str


class Patron(NamedTuple):
    """Who paid a basket, and by what the till can know it. `payment_reference` is empty for cash."""

    person: int
    shown: tuple[Shown, ...]
    payment_reference: str


def patron(world: World, home: Household, rows: Sequence[Row], basket: Basket) -> Patron:
    """The person of this household who paid the basket."""
    receipt = int(basket.number)
    person = _payer(world, home, receipt)
    chance = numbers.share(world.seed, home.number, receipt, _SALT)
    shown: tuple[Shown, ...] = ()
    card = _value(rows, person, "loyalty", "loyalty_card")
    phone = _value(rows, person, "pos", "phone")
    if card and chance < 0.8:
        shown = (Shown("loyalty_card", card, "scanned"),)
    elif phone and chance < 0.9:
        shown = (Shown("phone", phone, "typed"),)
    reference = ""
    if numbers.share(world.seed, home.number, receipt, _SALT, 1) < 0.6:
        reference = numbers.payment_reference(world.seed, person)
    return Patron(person, shown, reference)


def _payer(world: World, home: Household, receipt: int) -> int:
    """The first person pays more than half of the baskets, the others share the rest."""
    chance = numbers.share(world.seed, home.number, receipt, _SALT, 2)
    others = home.people[1:]
    if not others or chance < 0.55:
        return home.people[0].number
    return others[int((chance - 0.55) / 0.45 * len(others))].number


def _value(rows: Sequence[Row], person: int, source: str, kind: str) -> str:
    """The person's own identifier of a kind from one source."""
    for row in rows:
        if row.person == person and row.source == source and not _UNSURE.intersection(row.mess):
            for known in row.identifiers:
                if known.type == kind and known.value.startswith(("+", "29")):
                    return known.value
    return ""
