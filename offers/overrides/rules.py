"""Pins, boosts and bans as the evaluator takes them.

Invariant: they order what screens show and change no price: what was quoted is charged, whatever is pinned.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from offers.money import BP

Kind = Literal["campaign", "product"]
Action = Literal["pin", "boost", "ban"]
KINDS: tuple[Kind, ...] = ("campaign", "product")
ACTIONS: tuple[Action, ...] = ("pin", "boost", "ban")


class Override(NamedTuple):
    """One standing word about a campaign or a product, until an instant (seconds) or without end.

    `factor_bp` weighs a boost: 20,000 counts double, 5,000 half.
    """

    kind: Kind
    subject: str
    action: Action
    factor_bp: int = BP
    until_s: int | None = None


@dataclass(frozen=True, slots=True)
class Overrides:
    """All standing words, by what they are about: at most one for each."""

    by_subject: dict[tuple[str, str], Override] = field(default_factory=dict)

    def of(self, kind: Kind, subject: str | None, at_s: int) -> Override | None:
        """What holds for a subject at an instant."""
        if not self.by_subject or subject is None:
            return None
        found = self.by_subject.get((kind, subject))
        return found if found is not None and (found.until_s is None or at_s < found.until_s) else None

    def is_banned(self, campaign: str, sku: str | None, at_s: int) -> bool:
        """Whether it may not be shown."""
        return any(one.action == "ban" for one in self._both(campaign, sku, at_s))

    def is_pinned(self, campaign: str, sku: str | None, at_s: int) -> bool:
        """Whether it is shown before everything else."""
        return any(one.action == "pin" for one in self._both(campaign, sku, at_s))

    def weigh(self, score: int, campaign: str, sku: str | None, at_s: int) -> int:
        """The formula's score, boosted."""
        for one in self._both(campaign, sku, at_s):
            if one.action == "boost":
                score = score * one.factor_bp // BP
        return score

    def _both(self, campaign: str, sku: str | None, at_s: int) -> list[Override]:
        if not self.by_subject:
            return []
        asked = (self.of("campaign", campaign, at_s), self.of("product", sku, at_s))
        return [one for one in asked if one is not None]


NO_OVERRIDES = Overrides()


def collect(found: Iterable[Override]) -> Overrides:
    """The words, ready to be asked."""
    return Overrides({(one.kind, one.subject): one for one in found})
