"""What generated people looked at and bought, as sums that go straight into the tables of interests."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from random import Random

from gateway.demo import patrons, shelf, visits
from gateway.demo.rows import Row
from gateway.demo.world import Household, World
from identity.model import RecordKey
from offers.interest import KINDS, TouchKind

_TOLD: dict[str, TouchKind] = {
    "product_viewed": "viewed",
    "products_searched": "searched",
    "product_carted": "carted",
    "cart_removed": "removed",
}
Sums = dict[tuple[int, int], tuple[list[int], list[int]]]
"""(record number, product number) to the newest instants and the counts of each kind."""


def touches(
    world: World,
    homes: Sequence[Household],
    found: Sequence[Row],
    record_nos: Mapping[RecordKey, int],
    product_nos: Mapping[str, int],
    goods: int,
) -> Sums:
    """The interests of these households: of accounts what was done signed in, of cards what was bought."""
    sums: Sums = {}
    of: dict[int, list[Row]] = defaultdict(list)
    for row in found:
        of[row.household].append(row)
    random = Random()
    for home in homes:
        baskets = shelf.baskets(world, home, goods, random)
        written = of[home.number]
        for visit in visits.visits(world, home, written, baskets, random):
            number = record_nos.get(RecordKey("web", visit.account))
            if number is not None and visit.sku:
                _add(sums, number, product_nos[visit.sku], _TOLD[visit.kind], int(visit.at.timestamp()))
        for basket in baskets:
            number = _payer(patrons.patron(world, home, written, basket).shown, record_nos)
            for line in basket.lines if number is not None else ():
                assert number is not None
                _add(sums, number, product_nos[line.sku], "bought", int(basket.at.timestamp()))
    return sums


def _payer(shown: Sequence[patrons.Shown], record_nos: Mapping[RecordKey, int]) -> int | None:
    cards = (RecordKey("loyalty", one.value) for one in shown if one.type == "loyalty_card")
    return next((record_nos[card] for card in cards if card in record_nos), None)


def _add(sums: Sums, record_no: int, product_no: int, kind: TouchKind, at_s: int) -> None:
    place = KINDS.index(kind)
    instants, counts = sums.setdefault((record_no, product_no), ([0] * len(KINDS), [0] * len(KINDS)))
    instants[place] = max(instants[place], at_s)
    counts[place] += 1
