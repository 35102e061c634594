"""The short list of a record's open wants, as every query reads it: which are kept, and how they are packed.

Invariant: the list is a function of the record's interests alone, whatever the order in which they came: the
newest `MOST` open wants, and whether more were left out. It stays packed while it changes: of the many wants
on it, an event touches one.
"""

import struct
from bisect import bisect_left
from collections.abc import Iterable
from itertools import chain
from typing import Final, NamedTuple

from offers.interests.interest_rules import is_open
from offers.model import Want

MOST: Final = 64
_INSTANTS: Final = struct.Struct(">6I")
_SHOWN: Final = struct.Struct(">3I")
_SIZE: Final = _INSTANTS.size


class WantList(NamedTuple):
    """The wants' products, newest first, and beside each its six instants as unsigned 32-bit integers.

    `closed_at_s` is the newest instant that may close a want of another member.
    """

    products: tuple[int, ...] = ()
    facts: bytes = b""
    cut: bool = False
    closed_at_s: int = 0


def choose(interests: Iterable[Want]) -> WantList:
    """The list of a record with exactly these interests."""
    interests = list(interests)
    wanted = sorted((want for want in interests if is_open(want)), key=_newest_first)
    kept = wanted[:MOST]
    facts = struct.pack(f">{6 * len(kept)}I", *chain.from_iterable(want[1:] for want in kept))
    closed_at_s = max((max(want.bought_at_s, want.removed_at_s) for want in interests), default=0)
    return WantList(tuple(want.product_no for want in kept), facts, len(wanted) > MOST, closed_at_s)


def advance(before: WantList, changed: Iterable[Want]) -> WantList | None:
    """The list after some of the record's interests changed to these; None when it must be chosen afresh.

    That is when wants were left out and the list now reaches past where it ended: the next newest may be one
    of those.
    """
    told = {want.product_no: want for want in changed}
    products, facts = list(before.products), bytearray(before.facts)
    for number, want in told.items():
        if number in products:
            at = products.index(number)
            del products[at], facts[at * _SIZE : (at + 1) * _SIZE]
        if is_open(want):
            _insert(products, facts, want)
    if before.cut and (len(products) < MOST or _key(products, facts, MOST - 1) > _last(before)):
        return None
    closed_at_s = max((max(want.bought_at_s, want.removed_at_s) for want in told.values()), default=0)
    return WantList(
        tuple(products[:MOST]),
        bytes(facts[: MOST * _SIZE]),
        before.cut or len(products) > MOST,
        max(before.closed_at_s, closed_at_s),
    )


def unpack(products: Iterable[int], facts: bytes | memoryview) -> list[Want]:
    """The wants of a packed list; lists of several records may follow each other."""
    return [
        Want(product, *instants)
        for product, instants in zip(products, _INSTANTS.iter_unpack(facts), strict=True)
    ]


def _insert(products: list[int], facts: bytearray, want: Want) -> None:
    place = bisect_left(range(len(products)), _newest_first(want), key=lambda at: _key(products, facts, at))
    products.insert(place, want.product_no)
    facts[place * _SIZE : place * _SIZE] = _INSTANTS.pack(*want[1:])


def _key(products: list[int] | tuple[int, ...], facts: bytes | bytearray, at: int) -> tuple[int, int]:
    """By what the want at this place is sorted."""
    return -max(_SHOWN.unpack_from(facts, at * _SIZE)), products[at]


def _last(before: WantList) -> tuple[int, int]:
    return _key(before.products, before.facts, len(before.products) - 1)


def _newest_first(want: Want) -> tuple[int, int]:
    return -max(want.viewed_at_s, want.searched_at_s, want.carted_at_s), want.product_no
