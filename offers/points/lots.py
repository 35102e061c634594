"""What happens to lots of points: pure, on whole numbers.

Invariant: of a lot no more is spent and taken back than was earned. What is taken back comes out of the lot
that was earned with it; what of that was spent already is owed, and settled from the other lots, so no
sequence of buying, spending and returning leaves points that nothing stands behind.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Points earned together. Pending before `confirms_at`, worthless from `expires_at` on."""

    lot_no: int
    earned: int
    spent: int = 0
    taken_back: int = 0
    confirms_at: datetime
    expires_at: datetime

    @property
    def left(self) -> int:
        """What may still be spent or taken back."""
        return self.earned - self.spent - self.taken_back


@dataclass(frozen=True, slots=True)
class Part:
    """So many points of one lot."""

    lot_no: int
    points: int


@dataclass(frozen=True, slots=True)
class Balance:
    """What a shopper has: to spend, still pending, and owed from earlier refunds."""

    spendable: int
    pending: int
    owed: int


def balance(lots: Iterable[Lot], owed: int, now: datetime) -> Balance:
    """The balance. What is owed lowers what may be spent, and cannot make it less than nothing."""
    live = [lot for lot in lots if lot.expires_at > now]
    confirmed = sum(lot.left for lot in live if lot.confirms_at <= now)
    pending = sum(lot.left for lot in live if lot.confirms_at > now)
    return Balance(max(0, confirmed - owed), pending, owed)


def spend(lots: Iterable[Lot], points: int, now: datetime) -> list[Part]:
    """From which lots so many points are spent: confirmed ones, those that end first before the others.
    The parts sum to less where there is not enough.
    """
    usable = [lot for lot in lots if lot.confirms_at <= now < lot.expires_at and lot.left]
    return _take(sorted(usable, key=_end), points)


def settle(lots: Iterable[Lot], owed: int, now: datetime) -> list[Part]:
    """From which lots a debt is paid: as for spending, and from pending ones after all confirmed."""
    live = [lot for lot in lots if lot.expires_at > now and lot.left]
    return _take(sorted(live, key=lambda lot: (lot.confirms_at > now, *_end(lot))), owed)


def take_back(lot: Lot, points: int) -> tuple[Lot, int]:
    """The lot after so many of its points were taken back, and how many were spent and so are owed."""
    asked = min(points, lot.earned - lot.taken_back)
    here = min(asked, lot.left)
    return replace(lot, taken_back=lot.taken_back + here), asked - here


def give_back(uses: Sequence[Part], points: int) -> list[Part]:
    """Which of the uses of a sale are undone, so many points in all: the latest first, as they were spent."""
    return _parts(reversed(uses), points)


def _take(ordered: Sequence[Lot], points: int) -> list[Part]:
    return _parts((Part(lot.lot_no, lot.left) for lot in ordered), points)


def _parts(available: Iterable[Part], points: int) -> list[Part]:
    found = []
    for part in available:
        if points <= 0:
            break
        taken = min(points, part.points)
        if taken:
            found.append(Part(part.lot_no, taken))
        points -= taken
    return found


def _end(lot: Lot) -> tuple[datetime, int]:
    return lot.expires_at, lot.lot_no
