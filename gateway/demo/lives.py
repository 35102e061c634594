"""Everything about one household at a time: its records, its visits, its receipts and who paid them.

Invariant: one pass over the households holds one of them; the shop's baskets, which are real, are held as a
whole.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from gateway.demo import files, households, patrons, rows, story, visits
from gateway.demo.patrons import Patron
from gateway.demo.plan import Plan
from gateway.demo.rows import Row
from gateway.demo.shop import Basket, Shop
from gateway.demo.visits import Browser, Visit


@dataclass(frozen=True, slots=True)
class Life:
    """What the retailer's systems hold about a household."""

    rows: Sequence[Row]
    visits: Sequence[Visit]
    sales: Sequence[tuple[Basket, Patron]]
    browsers: Sequence[Browser]


def lives(plan: Plan, shop: Shop) -> Iterator[Life]:
    """The plan's households by number, then the one that the guide is about."""
    world, random, of = plan.world, Random(), _by_household(shop.baskets)
    for home in households.stream(world, 0, plan.households):
        baskets = of.get(home.number, [])
        written = rows.rows(world, home, random)
        seen = visits.visits(world, home, written, baskets, random)
        paid = [(basket, patrons.patron(world, home, written, basket)) for basket in baskets]
        yield Life(written, seen, paid, list(visits.browsers(world, home, seen)))
    told = story.choose(shop)
    seen = story.visits(world, told)
    paid = [(basket, story.patron(world)) for basket in story.baskets(world, told)]
    yield Life(
        story.rows(world), seen, paid, [Browser(seen[0].browser, "", story.NUMBER, story.HOUSEHOLD, False)]
    )


def truth(plan: Plan, shop: Shop) -> Iterator[tuple[str, ...]]:
    """The lines of the truth about everything that loading the plan makes."""
    for life in lives(plan, shop):
        yield from map(files.truth, life.rows)
        yield from map(files.browser_truth, life.browsers)


def _by_household(baskets: Sequence[Basket]) -> dict[int, list[Basket]]:
    found: dict[int, list[Basket]] = defaultdict(list)
    for basket in baskets:
        found[basket.household].append(basket)
    return found
