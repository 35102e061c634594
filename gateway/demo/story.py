"""The shopper whom the guide is about: she left something in her online cart and walks into a store.

Invariant: everything about her is fixed (name, card, mailbox), but for the product and the store, which are
chosen from what really sells; the discount that the guide promises is the one that the campaign gives, by the
same rounding.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from gateway.demo import numbers
from gateway.demo.patrons import Patron, Shown
from gateway.demo.rows import Known, Row, Statement
from gateway.demo.shop import Article, Basket, BasketLine, Shop
from gateway.demo.visits import Visit
from gateway.demo.world import World
from offers.money import share

HOUSEHOLD = 99_999_999
"""Beyond every generated household: her numbers are nobody else's."""

NUMBER = HOUSEHOLD * numbers.SLOTS
CARD = numbers.card(NUMBER)
ACCOUNT = numbers.account(NUMBER)
CUSTOMER = numbers.customer(NUMBER)
EMAIL = "katherine.alvarez@mail.example.com"
PHONE = "+16145550142"
CAMPAIGN = "left-in-your-cart"
RATE_BP = 2000
TERMINAL, RECEIPT = "07", "000183"

_ELSEWHERE = ("grocery/cheese", "grocery/ice-cream", "fuel", "garden", "grocery/sweets")
"""Categories that other campaigns of the demo touch, or that make no good story."""


class Story(NamedTuple):
    """What the guide tells: where she stands, what is in her basket, which product waited in her cart."""

    store: str
    wanted: Article
    others: tuple[Article, ...]

    @property
    def discount_minor(self) -> int:
        """What the campaign takes off the wanted product."""
        return share(self.wanted.price_minor, RATE_BP)


def choose(shop: Shop) -> Story:
    """The busiest store, and of what sells there a product worth a story and two everyday ones beside it."""
    visits = Counter(basket.store for basket in shop.baskets)
    store = max(visits, key=lambda code: (visits[code], code))
    sold = Counter(line.sku for basket in shop.baskets if basket.store == store for line in basket.lines)
    by_sales = sorted(
        (shop.articles[sku] for sku in sold), key=lambda article: (-sold[article.sku], article.sku)
    )
    plain = [article for article in by_sales if _is_plain(article)]
    worth = [article for article in plain if 500 <= article.price_minor <= 2000] or plain
    wanted = worth[0]
    others = [article for article in plain if article.price_minor < 1000 and article.sku != wanted.sku]
    return Story(store, wanted, tuple(others[:2]))


def rows(world: World) -> tuple[Row, ...]:
    """Her online account, her loyalty card under another spelling, and what a till knows of her."""
    today = world.today.toordinal()
    address = {
        "street_number": "1420",
        "street": "Maple Avenue",
        "city": "Columbus",
        "region": "OH",
        "postcode": "43201",
        "country": "US",
    }
    reference = numbers.payment_reference(world.seed, NUMBER)
    email, phone = Known("email", EMAIL, "verified"), Known("phone", PHONE, "typed")
    agreed = (
        Statement("cross_channel", granted=True, day=today - 300),
        Statement("personal_offers", granted=True, day=today - 300),
    )
    web = {"given_name": "Katherine", "family_name": "Alvarez", **address}
    card = {
        "given_name": "Kate",
        "family_name": "Álvarez",
        "date_of_birth": "1988-04-12",
        "postcode": "43201",
        "country": "US",
    }
    till = {"full_name": "ALVAREZ, KATHERINE", "country": "US"}
    return (
        _row(
            "web", ACCOUNT, web, (Known("account_id", ACCOUNT, "authenticated"), email), agreed, today - 300
        ),
        _row("loyalty", CARD, card, (Known("loyalty_card", CARD, "scanned"), email, phone), (), today - 280),
        _row(
            "pos", CUSTOMER, till, (Known("payment_reference", reference, "scanned"), phone), (), today - 40
        ),
    )


def baskets(world: World, story: Story) -> list[Basket]:
    """What she bought in the last weeks: everyday things, never the product that waits in her cart."""
    return [
        Basket(
            HOUSEHOLD,
            story.store,
            TERMINAL,
            f"9{week:05d}",
            _evening(world, 7 * week),
            tuple(BasketLine(article.sku, 1000, article.price_minor) for article in story.others),
        )
        for week in (4, 3, 2)
    ]


def patron(world: World) -> Patron:
    """She shows her card and pays with her bank card."""
    shown = (Shown("loyalty_card", CARD, "scanned"),)
    return Patron(NUMBER, shown, numbers.payment_reference(world.seed, NUMBER))


def visits(world: World, story: Story) -> list[Visit]:
    """Two evenings ago: she looked at it unknown, signed in, searched, put it into the cart, and left."""
    kinds = ("product_viewed", "sign_in", "products_searched", "product_viewed", "product_carted")
    browser, start = numbers.device(world.seed, NUMBER), _evening(world, 2)
    return [
        Visit(
            kind,
            "web",
            start + timedelta(minutes=2 * step),
            browser,
            ACCOUNT if step else "",
            "" if kind == "sign_in" else story.wanted.sku,
            NUMBER,
            f"{numbers.mix(world.seed, NUMBER, step):016x}",
        )
        for step, kind in enumerate(kinds)
    ]


def _is_plain(article: Article) -> bool:
    return (
        not article.is_sensitive
        and article.unit == "each"
        and article.price_minor > 0
        and not article.category.startswith(_ELSEWHERE)
    )


def _evening(world: World, days_ago: int) -> datetime:
    return datetime.combine(world.today - timedelta(days=days_ago), time(19, 12), UTC)


def _row(
    source: str,
    key: str,
    attributes: dict[str, str],
    known: tuple[Known, ...],
    said: Iterable[Statement],
    day: int,
) -> Row:
    return Row(source, key, 1, NUMBER, HOUSEHOLD, (), attributes, known, tuple(said), day)
