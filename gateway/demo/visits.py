"""What people do in the online shop: look for, at and put into carts what their household buys in the store.

Complete Journey knows the store only, so the online half is made up, around products that really sold: a
visit shortly before or after a basket that holds the product, and a last visit whose cart nobody has paid
yet. Invariant: a household's visits depend on the world, the household, its records and its baskets only.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import NamedTuple

from gateway.demo import numbers
from gateway.demo.mess import Draw
from gateway.demo.rows import Row
from gateway.demo.shop import Basket
from gateway.demo.world import Household, World

_SALT = 301
_BASKETS_SEEN = 0.15
_LAST_VISIT = 0.6


class Visit(NamedTuple):
    """One thing done online; `account` is empty while nobody has signed in."""

    kind: str
    source: str
    at: datetime
    browser: str
    account: str
    sku: str
    person: int
    message_id: str


class Browser(NamedTuple):
    """A browser and who used it, for the truth; `account` tells the users of a shared one apart."""

    browser: str
    account: str
    person: int
    household: int
    is_shared: bool


def visits(
    world: World, home: Household, rows: Sequence[Row], baskets: Sequence[Basket], random: Random
) -> list[Visit]:
    """A household's visits in order of time. `random` is only a workplace: it is seeded anew."""
    random.seed(numbers.mix(world.seed, home.number, _SALT))
    draw = random.random
    online = [row for row in rows if row.source == "web" and "second_account" not in row.mess]
    found: list[Visit] = []
    for row in online:
        for basket in baskets:
            if draw() < _BASKETS_SEEN / len(online):
                found.extend(_session(world, home, row, _beside(basket, draw), _some(basket, draw), draw))
        if baskets and draw() < _LAST_VISIT:
            favourites = _some(baskets[int(draw() * len(baskets))], draw)
            found.extend(_session(world, home, row, _lately(world, draw), favourites, draw, carts=0.7))
    found.sort(key=lambda visit: (visit.at, visit.message_id))
    return [visit for visit in found if visit.at < _end(world)]


def browsers(world: World, home: Household, found: Sequence[Visit]) -> Iterator[Browser]:
    """The browsers of a household's visits, each with its users."""
    tablet = _tablet(world, home)
    seen: dict[tuple[str, int], Browser] = {}
    for visit in found:
        if visit.source == "web" and (visit.browser, visit.person) not in seen:
            shared = visit.browser == tablet
            account = numbers.account(visit.person) if shared else ""
            seen[visit.browser, visit.person] = Browser(
                visit.browser, account, visit.person, home.number, is_shared=shared
            )
    return iter(seen.values())


def _session(
    world: World,
    home: Household,
    row: Row,
    start: datetime,
    skus: Sequence[str],
    draw: Draw,
    carts: float = 0.35,
) -> Iterator[Visit]:
    """One visit to the shop: looks, sometimes searches, sometimes signs in, sometimes fills the cart."""
    on_tablet = home.has_tablet and draw() < 0.4
    browser = (
        _tablet(world, home) if on_tablet else numbers.device(world.seed, row.person + numbers.FORMER_SLOT)
    )
    signs_in_at = int(draw() * 4)  # the fourth of three steps: not at all
    if on_tablet:
        signs_in_at = 0
    account, at = "", start
    for step, sku in enumerate(skus):
        kinds = ["product_viewed"]
        if step == signs_in_at:
            account = row.key
            kinds.insert(0, "sign_in")
        if draw() < 0.3:
            kinds.insert(len(kinds) - 1, "products_searched")
        if draw() < carts:
            kinds.append("product_carted")
            if draw() < 0.08:
                kinds.append("cart_removed")
        for kind in kinds:
            at += timedelta(seconds=5 + int(draw() * 60))
            yield Visit(
                kind,
                "web",
                at,
                browser,
                account,
                "" if kind == "sign_in" else sku,
                row.person,
                f"{numbers.mix(world.seed, row.person, int(at.timestamp() * 1000)):016x}",
            )


def _tablet(world: World, home: Household) -> str:
    return numbers.device(world.seed, home.number * numbers.SLOTS + numbers.SHARED_SLOT)


def _some(basket: Basket, draw: Draw) -> list[str]:
    """One to three different products of a basket."""
    count = 1 + int(draw() * 3)
    picked = (basket.lines[int(draw() * len(basket.lines))].sku for _ in range(count))
    return list(dict.fromkeys(picked))


def _beside(basket: Basket, draw: Draw) -> datetime:
    """Mostly up to four days before the basket, else up to three days after it."""
    days = -(0.1 + draw() * 4) if draw() < 0.8 else 0.1 + draw() * 3
    return basket.at + timedelta(days=days)


def _lately(world: World, draw: Draw) -> datetime:
    """In the four days that end three hours before the world's last midnight."""
    return _end(world) - timedelta(hours=3 + int(draw() * 93))


def _end(world: World) -> datetime:
    return datetime.combine(world.today, time(), UTC)
