"""What one pool says to each scorer, made when it is asked for.

Most pairs are turned away after two or three attributes, so nobody takes a name apart that is never compared.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from identity.scoring.pool import Pool
from identity.scoring.scorer import Said, Scorer


class Voice(dict[int, Said]):
    """What a pool says, by the scorer's place; views that say nothing of what is compared are left out."""

    def __init__(self, pool: Pool, scorers: Sequence[Scorer]) -> None:
        super().__init__()
        self._pool = pool
        self._scorers = scorers
        self._views: dict[Callable[[Pool], Any], Said] = {}

    def __missing__(self, place: int) -> Said:
        scorer = self._scorers[place]
        views = scorer.comparison.views
        found = self._views.get(views)
        if found is None:
            found = self._views[views] = _ordered(views(self._pool))
        heard = self[place] = scorer.heard(found) if found else ()
        return heard

    @cached_property
    def spoken(self) -> tuple[tuple[int, Scorer, Said], ...]:
        """The scorers that hear something, with their places: those that tell most for least work first."""
        heard = [(place, scorer, self[place]) for place, scorer in enumerate(self._scorers) if self[place]]
        return tuple(sorted(heard, key=lambda each: -each[1].telling))

    @cached_property
    def most_bits(self) -> float:
        """Nobody agrees with the pool for more."""
        return sum([scorer.most_bits for _, scorer, _ in self.spoken])


def _ordered(said: Any) -> Said:
    """In a fixed order, so that of equally good agreements always the same is told."""
    distinct = tuple(said)
    return distinct if len(distinct) < 2 else tuple(sorted(set(distinct), key=repr))
