"""What the demo is asked for, and the shop and world that follow from it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gateway.demo import households, journey, shelf
from gateway.demo.shop import Basket, Shop
from gateway.demo.world import World

HOUSEHOLDS = 300
SEED = 7
GOODS = 800
"""Articles of the made-up shop."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How large, from which seed, as of which day; `is_made_up` does without the real baskets."""

    households: int
    seed: int
    today: date
    is_made_up: bool = False

    @property
    def world(self) -> World:
        """The people: of one country, because the real baskets are."""
        return World(self.seed, self.today, countries=((journey.COUNTRY, 1.0),))

    def shop(self) -> Shop:
        """The shop of all the plan's households. Raises JourneyMissingError."""
        if self.is_made_up:
            return shelf.shop(self.world, households.stream(self.world, 0, self.households), GOODS)
        return journey.read(households=self.households, seed=self.seed, today=self.today)


def by_household(baskets: Sequence[Basket]) -> dict[int, list[Basket]]:
    """The baskets of each household, oldest first."""
    found: dict[int, list[Basket]] = defaultdict(list)
    for basket in baskets:
        found[basket.household].append(basket)
    return found
