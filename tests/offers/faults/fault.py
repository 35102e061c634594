"""A fault to seed: a small slip that somebody could make."""

from pathlib import Path
from typing import NamedTuple

OFFERS = Path(__file__).parents[3] / "offers"


class Fault(NamedTuple):
    """One slip: in a module of `offers` (or `sql.` and the name of a function), what is written, what is
    written instead. What is written there must be there exactly once.
    """

    module: str
    right: str
    wrong: str

    @property
    def is_sql(self) -> bool:
        """Whether it is in a function of the database."""
        return self.module.startswith("sql.")

    @property
    def path(self) -> Path:
        """Where the source is."""
        return OFFERS.joinpath(*self.module.split(".")).with_suffix(".sql" if self.is_sql else ".py")

    def seeded(self, source: str) -> str:
        """The source with the slip in it."""
        assert source.count(self.right) == 1, f"{self.right!r} is not in {self.module} once"
        return source.replace(self.right, self.wrong)
