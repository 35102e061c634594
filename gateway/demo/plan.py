"""What the demo is asked for, and the shop and world that follow from it."""

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from gateway.demo import households, journey, shelf
from gateway.demo.shop import Shop
from gateway.demo.world import World
from gateway.settings import Settings

HOUSEHOLDS = 200
SEED = 7
FILE = "demo-plan.json"
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


def pinned(settings: Settings, asked: Plan) -> Plan:
    """The plan with the reference day of the load that was begun here from the same seed, if there was one.

    Everything in the world hangs on that day: begun on Monday and resumed on Tuesday, it must be one world.
    """
    place = settings.home / FILE
    try:
        kept: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
        if (kept["seed"], kept["is_made_up"]) == (asked.seed, asked.is_made_up):
            return replace(asked, today=date.fromisoformat(kept["today"]))
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return asked


def pin(settings: Settings, plan: Plan) -> None:
    """Remembers the plan that is being loaded."""
    settings.home.mkdir(parents=True, exist_ok=True)
    content = {"seed": plan.seed, "is_made_up": plan.is_made_up, "today": plan.today.isoformat()}
    (settings.home / FILE).write_text(json.dumps(content), encoding="utf-8")
