"""What generated people looked at and bought, as sums that go straight into the tables of interests.

Drawn record by record, not from baskets and visits as the demo does: a bench needs wants that are open,
closed and old in lifelike numbers, not a year of receipts.
"""

from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import NamedTuple

from gateway.demo import numbers
from gateway.demo.mess import Draw
from gateway.demo.rows import Row
from gateway.demo.world import World
from identity.model import RecordKey
from offers.interests.interest import KINDS

Sums = dict[tuple[int, int], tuple[list[int], list[int]]]
"""(record number, product number) to the newest instants and the counts of each kind."""

_SALT = 501
_DAY_S = 86_400
_VIEWED, _SEARCHED, _CARTED, _BOUGHT = (
    KINDS.index(kind) for kind in ("viewed", "searched", "carted", "bought")
)


class _Touch(NamedTuple):
    place: int
    product_no: int
    at_s: int


def touches(
    world: World, found: Sequence[Row], record_nos: Mapping[RecordKey, int], product_nos: Sequence[int]
) -> Sums:
    """The interests of these records: accounts look and fill carts, cards buy, some of it out of a cart."""
    sums: Sums = {}
    random = Random()
    now_s = (world.today.toordinal() - 719_163) * _DAY_S
    for row in found:
        number = record_nos.get(RecordKey(row.source, row.key, row.generation))
        if number is not None and row.source in _DRAWN:
            random.seed(numbers.mix(world.seed, row.person, _SALT, len(row.source)))
            for touch in _DRAWN[row.source](random.random, product_nos, now_s):
                instants, counts = sums.setdefault(
                    (number, touch.product_no), ([0] * len(KINDS), [0] * len(KINDS))
                )
                instants[touch.place] = max(instants[touch.place], touch.at_s)
                counts[touch.place] += 1
    return sums


def _online(draw: Draw, product_nos: Sequence[int], now_s: int) -> Iterable[_Touch]:
    """Up to five products, most of them looked at in the last weeks; every third in the cart, some bought
    since.
    """
    for _ in range(int(draw() * 6)):
        product_no = product_nos[int(draw() ** 2 * len(product_nos))]
        at_s = now_s - int(draw() ** 2 * 90 * _DAY_S) - 3600
        yield _Touch(_VIEWED, product_no, at_s)
        kind = draw()
        if kind < 0.35:
            yield _Touch(_CARTED, product_no, at_s + 60)
        elif kind < 0.5:
            yield _Touch(_SEARCHED, product_no, at_s - 60)
        if draw() < 0.15:
            yield _Touch(_BOUGHT, product_no, at_s + 1800)


def _card(draw: Draw, product_nos: Sequence[int], now_s: int) -> Iterable[_Touch]:
    """Up to three products bought within the year."""
    for _ in range(int(draw() * 4)):
        product_no = product_nos[int(draw() ** 2 * len(product_nos))]
        yield _Touch(_BOUGHT, product_no, now_s - int(draw() * 360 * _DAY_S))


_DRAWN = {"web": _online, "app": _online, "loyalty": _card}
