"""A made-up shop, for worlds that are larger than Complete Journey and for machines that do not have it.

Invariant: the articles depend on their count alone, a household's baskets on the world and the household.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from random import Random

from gateway.demo import numbers
from gateway.demo.mess import Draw
from gateway.demo.shop import Article, Basket, BasketLine, Shop, Store, gtin
from gateway.demo.world import Household, World

_SALT = 401
DAYS = 360
STORES = 20

_GOODS = {
    "clothes/knitwear": ("sweater", "cardigan", "pullover", "scarf"),
    "clothes/trousers": ("jeans", "chinos", "shorts"),
    "clothes/shoes": ("sneakers", "boots", "sandals"),
    "home/kitchen": ("kettle", "frying pan", "bread knife", "baking tray"),
    "home/bedroom": ("duvet", "pillow", "bed linen"),
    "grocery/coffee": ("espresso beans", "filter coffee", "decaf"),
    "grocery/cheese": ("mountain cheese", "cream cheese", "gouda"),
    "grocery/fruit": ("apples", "bananas", "grapes"),
    "grocery/sweets": ("dark chocolate", "biscuits", "liquorice"),
    "garden/tools": ("watering can", "spade", "pruning shears"),
}
_LOOKS = (
    "blue",
    "green",
    "grey",
    "red",
    "white",
    "black",
    "organic",
    "large",
    "small",
    "classic",
    "light",
    "soft",
)


def articles(count: int) -> dict[str, Article]:
    """So many articles, numbered from 1."""
    return {article.sku: article for article in map(_article, range(1, count + 1))}


def stores(currency: str = "USD", zone: str = "America/New_York", country: str = "US") -> dict[str, Store]:
    """Twenty shops of one country."""
    codes = [f"{number:04d}" for number in range(1, STORES + 1)]
    return {code: Store(code, f"Market {code}", zone, currency, "excluded", country, "") for code in codes}


def baskets(world: World, home: Household, goods: int, random: Random) -> list[Basket]:
    """A year of a household's baskets from the first `goods` articles, oldest first; the cheap ones more
    often.
    """
    random.seed(numbers.mix(world.seed, home.number, _SALT))
    draw = random.random
    store = f"{1 + home.number % STORES:04d}"
    midnight = datetime.combine(world.today, time(), UTC)
    days = sorted(1 + int(draw() * DAYS) for _ in range(1 + int(draw() ** 2 * 30)))
    return [
        Basket(
            household=home.number,
            store=store if draw() < 0.85 else f"{1 + int(draw() * STORES):04d}",
            terminal=f"{1 + int(draw() * 8):02d}",
            number=f"{home.number:08d}{visit:03d}",
            at=midnight - timedelta(days=day) + timedelta(minutes=480 + int(draw() * 600)),
            lines=tuple(_lines(goods, draw)),
        )
        for visit, day in enumerate(reversed(days))
    ]


def shop(world: World, homes: Iterator[Household], goods: int) -> Shop:
    """The shop of these households."""
    random = Random()
    bought = [basket for home in homes for basket in baskets(world, home, goods, random)]
    bought.sort(key=lambda basket: (basket.at, basket.number))
    return Shop(stores(), articles(goods), tuple(bought))


def _article(number: int) -> Article:
    category = list(_GOODS)[number % len(_GOODS)]
    kinds = _GOODS[category]
    look, kind = _LOOKS[numbers.mix(number) % len(_LOOKS)], kinds[number // len(_GOODS) % len(kinds)]
    return Article(
        sku=f"P{number:06d}",
        gtin=gtin(number),
        title=f"{look.capitalize()} {kind} {number}",
        category=category,
        brand="house brand" if number % 3 else "national brand",
        unit="each",
        price_minor=price_minor(number),
        is_sensitive=False,
    )


def price_minor(number: int) -> int:
    """The price of an article: from 0.99 to about 80.00, always ending in 9."""
    return 99 + numbers.mix(number, 1) % 790 * (1 + numbers.mix(number, 2) % 10) // 10 * 10


def _lines(goods: int, draw: Draw) -> Iterator[BasketLine]:
    # Cubed, so that a few articles sell every day and most a few times a year.
    picked = dict.fromkeys(1 + int(draw() ** 3 * goods) for _ in range(1 + int(draw() * 8)))
    for number in picked:
        pieces = 1 if draw() < 0.8 else 2
        yield BasketLine(f"P{number:06d}", pieces * 1000, pieces * price_minor(number))
