"""What a comparison is: one attribute of two records, and the levels on which its values can agree.

Invariant: the Python of a level and its SQL say the same for all values; the Python is what runs online,
the SQL what runs in bulk. Levels are tried in order and the last one always holds, so a pair of present
values has exactly one level. Levels are symmetric.

Thresholds of similarities lie between the values that can occur: two implementations may differ in the
last bit.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from identity.scoring.pool import Pool

ELSE: Final = "ELSE"


@dataclass(frozen=True, slots=True)
class Level:
    """One way in which two values agree.

    `holds` is the predicate on two views, `sql` the same on columns with the endings _l and _r. `term`
    names the column whose frequency tells how much this level says about these very values.
    """

    name: str
    sentence: str
    sql: str
    holds: Callable[[Any, Any], bool]
    term: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """An attribute, how its values are had from a pool, and its levels, strongest first.

    `views` gives the distinct values in comparison form; `is_absent` is true for two views of which at
    least one does not say enough to be compared, `null_sql` is the same on columns. `term` gives a
    column's value of a view.
    """

    name: str
    views: Callable[[Pool], Iterable[Any]]
    is_absent: Callable[[Any, Any], bool]
    null_sql: str
    levels: tuple[Level, ...]
    term: Callable[[Any, str], str | None]

    @property
    def column(self) -> str:
        """The column that says what is compared, in its plainest form."""
        return self.levels[0].term or self.name

    def level(self, left: Any, right: Any) -> int | None:
        """The place of the first level that holds, None when one side says nothing."""
        if self.is_absent(left, right):
            return None
        for place, level in enumerate(self.levels):
            if level.holds(left, right):
                return place
        raise AssertionError(f"the last level of {self.name} must hold for all values")


def otherwise(sentence: str) -> Level:
    """The last level of a comparison: the values are present and do not agree."""
    return Level("else", sentence, ELSE, lambda _left, _right: True)
