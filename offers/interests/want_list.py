"""The short list of a record's open wants, as every query reads it: which are kept, and how they are packed.

Invariant: the list is a function of the record's interests alone, whatever the order in which they came: the
newest `MOST` open wants, and whether more were left out.
"""

import struct
from bisect import insort
from collections.abc import Iterable
from itertools import chain
from typing import Final, NamedTuple

from offers.interests.interest_rules import is_open
from offers.model import Want

MOST: Final = 64
_INSTANTS: Final = struct.Struct(">6I")


class WantList(NamedTuple):
    """The wants, newest first. `closed_at_s` is the newest instant that may close a want of another
    member.
    """

    wants: tuple[Want, ...] = ()
    cut: bool = False
    closed_at_s: int = 0


def choose(interests: Iterable[Want]) -> WantList:
    """The list of a record with exactly these interests."""
    interests = list(interests)
    wanted = sorted((want for want in interests if is_open(want)), key=_newest_first)
    closed_at_s = max((max(want.bought_at_s, want.removed_at_s) for want in interests), default=0)
    return WantList(tuple(wanted[:MOST]), len(wanted) > MOST, closed_at_s)


def advance(before: WantList, changed: Iterable[Want]) -> WantList | None:
    """The list after some of the record's interests changed to these; None when it must be chosen afresh.

    That is when wants were left out and the list now reaches past where it ended: the next newest may be one
    of those.
    """
    told = {want.product_no: want for want in changed}
    wants = [want for want in before.wants if want.product_no not in told]
    for want in filter(is_open, told.values()):  # the others are open, and in their order, already
        insort(wants, want, key=_newest_first)
    if before.cut and (len(wants) < MOST or _newest_first(wants[MOST - 1]) > _newest_first(before.wants[-1])):
        return None
    closed_at_s = max((max(want.bought_at_s, want.removed_at_s) for want in told.values()), default=0)
    is_cut = before.cut or len(wants) > MOST
    return WantList(tuple(wants[:MOST]), is_cut, max(before.closed_at_s, closed_at_s))


def pack(wants: Iterable[Want]) -> tuple[list[int], bytes]:
    """Product numbers, and beside each its six instants as unsigned 32-bit integers."""
    kept = list(wants)
    facts = struct.pack(f">{6 * len(kept)}I", *chain.from_iterable(want[1:] for want in kept))
    return [want.product_no for want in kept], facts


def unpack(products: Iterable[int], facts: bytes | memoryview) -> list[Want]:
    """What `pack` packed; lists of several records may follow each other."""
    return [
        Want(product, *instants)
        for product, instants in zip(products, _INSTANTS.iter_unpack(facts), strict=True)
    ]


def _newest_first(want: Want) -> tuple[int, int]:
    return -max(want.viewed_at_s, want.searched_at_s, want.carted_at_s), want.product_no
