"""A model that weighs pairs of records as a table says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations, product

from identity.model import Record, RecordKey
from identity.scoring.pool import Pool
from identity.scoring.weigh import UNITS_PER_BIT
from tests.identity.shoppers import ref, shopper
from tests.identity.worlds import ToyModel

NOTHING_AGREES_BITS = -20.0
ANNAS = ("web/1", "web/2", "web/3")
BERTAS = ("pos/1", "pos/2", "pos/3")


@dataclass(frozen=True, slots=True)
class Told(ToyModel):
    """Groups weigh as their best pair, and everybody is a candidate. `asked` grows with each question."""

    bits: Mapping[frozenset[RecordKey], float] = field(default_factory=dict)
    asked: list[None] = field(default_factory=list)

    def blocking(self, _record: Record) -> tuple[str, ...]:
        """One key for all."""
        return ("everybody",)

    def weight(self, left: Pool, right: Pool) -> int:
        """The best that any two of them say."""
        self.asked.append(None)
        met = (frozenset(pair) for pair in product(left.refs, right.refs))
        return int(max(self.bits.get(pair, NOTHING_AGREES_BITS) for pair in met) * UNITS_PER_BIT)

    def may_reach(self, line: int, left: Pool, right: Pool) -> bool:
        """Whether the weight does."""
        return self.weight(left, right) >= line


def told(**between: float) -> Told:
    """Annas are surely one, and Bertas; `pos_1__web_1=5` says what else two records weigh."""
    bits = {frozenset(map(ref, pair)): 20.0 for whole in (ANNAS, BERTAS) for pair in combinations(whole, 2)}
    for pair, weight in between.items():
        bits[frozenset(ref(each.replace("_", "/")) for each in pair.split("__"))] = weight
    return Told(bits=bits)


MIXING = "app/9"
"""A record that weighs enough with one Anna, and with one Berta, and little with the others."""


def one_that_mixes() -> Told:
    """What that record weighs."""
    return told(
        app_9__web_1=5, app_9__web_2=-3, app_9__web_3=-3, app_9__pos_1=4, app_9__pos_2=-3, app_9__pos_3=-3
    )


def called_alike(*named: str, cards: Iterable[str] = ()) -> list[Record]:
    """Records that no veto tells apart; they show these cards."""
    return [shopper(each, "anna huber", loyalty_card=cards) for each in named]
