"""Feeds that come late, twice, backwards or in halves: what the newest says stands in the end."""

from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any

import pytest

from gateway.access.security import Scope
from gateway.wiring import Services
from tests.gateway.conftest import Caller, Clock

Feed = tuple[str, str]
"""When it was made, and its rows."""

PRODUCTS: Sequence[Feed] = (
    ("2026-11-18T03:00:00Z", "A-1,Apple,0.40 EUR\nA-2,Pear,0.50 EUR\n"),
    ("2026-11-19T03:00:00Z", "A-1,Red apple,0.45 EUR\nA-3,Plum,0.20 EUR\n"),
    ("2026-11-20T03:00:00Z", "A-1,Red apple,0.49 EUR\n"),
)
PRODUCTS_IN_THE_END = {"A-1": ("Red apple", 49), "A-2": ("Pear", 50), "A-3": ("Plum", 20)}
STOCK: Sequence[Feed] = (
    ("2026-11-18T03:00:00Z", "0042,SW-1,9\n0042,MUG-1,4\n"),
    ("2026-11-19T03:00:00Z", "0042,SW-1,5\n"),
    ("2026-11-20T03:00:00Z", "0042,SW-1,2\n0042,MUG-1,0\n"),
)
STOCK_IN_THE_END = {"SW-1": "2", "MUG-1": "0"}


@pytest.fixture
def clock() -> Clock:
    """A clock that the test turns."""
    return Clock()


def _feed(back: Caller, path: str, head: str, feed: Feed) -> Any:
    at, rows = feed
    answer = back(
        "POST",
        f"/v1/connectors/{path}?as_of={at}",
        data=f"{head}\n{rows}".encode(),
        headers={"Content-Type": "text/csv"},
    )
    assert answer.status_code == 200, answer.text
    return answer.json


def _products(back: Caller) -> dict[str, tuple[str, int]]:
    found = {sku: back("GET", f"/v1/products/{sku}").json for sku in PRODUCTS_IN_THE_END}
    return {sku: (one["title"], one["price"]) for sku, one in found.items() if one is not None}


def _halves(feeds: Sequence[Feed]) -> list[Feed]:
    """Each feed parted in two, as when the sender was killed between them and begins anew."""
    parted = [(at, half) for at, rows in feeds for half in rows.splitlines(keepends=True)]
    return [*parted, *feeds]


@pytest.mark.parametrize(
    "sent",
    [*map(list, permutations(PRODUCTS)), [*PRODUCTS, *PRODUCTS], _halves(PRODUCTS), _halves(PRODUCTS)[::-1]],
)
def test_whatever_order_product_feeds_come_in(back: Caller, sent: list[Feed]) -> None:
    """The one that was made last counts, product by product."""
    for feed in sent:
        _feed(back, "products", "id,title,price", feed)
    assert _products(back) == PRODUCTS_IN_THE_END


@pytest.mark.parametrize(
    "sent", [list(STOCK), list(STOCK[::-1]), [*STOCK, *STOCK], _halves(STOCK), _halves(STOCK)[::-1]]
)
def test_whatever_order_stock_comes_in(stage: Services, back: Caller, sent: list[Feed]) -> None:
    """The count that was taken last counts, shelf by shelf."""
    for feed in sent:
        _feed(back, "stock", "store_code,id,quantity", feed)
    found = back("GET", "/v1/stock/0042?sku=SW-1,MUG-1").json
    assert found is not None
    assert found["stock"] == STOCK_IN_THE_END


def test_a_feed_tells_what_of_it_is_outdated(back: Caller) -> None:
    """Sent again it changes nothing; an older one is read and passed over."""
    for feed in (PRODUCTS[2], PRODUCTS[2]):
        assert _feed(back, "products", "id,title,price", feed)["outdated"] == 0
    late = _feed(back, "products", "id,title,price", PRODUCTS[0])
    assert (late["added"], late["changed"], late["outdated"]) == (1, 0, 1)


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        ("<lastBuildDate>Fri, 20 Nov 2026 03:00:00 +0100</lastBuildDate>", "Thu, 19 Nov 2026 03:00:00 +0100"),
        ("<updated>2026-11-20T03:00:00+01:00</updated>", "2026-11-19T03:00:00+01:00"),
    ],
)
def test_googles_feed_says_itself_when_it_was_made(back: Caller, newer: str, older: str) -> None:
    """RSS and Atom have a place for it; a product's own time is not the feed's."""
    tag = newer[1 : newer.index(">")]
    for head, price in ((newer, "2"), (f"<{tag}>{older}</{tag}>", "1")):
        item = (
            f"<id>B-1</id><updated>2026-11-21T00:00:00Z</updated><title>B</title><price>{price} EUR</price>"
        )
        body = f"<rss><channel>{head}<item>{item}</item></channel></rss>".encode()
        xml = {"Content-Type": "application/xml"}
        answer = back("POST", "/v1/connectors/products", data=body, headers=xml)
        assert answer.status_code == 200, answer.text
    found = back("GET", "/v1/products/B-1").json
    assert found is not None
    assert found["price"] == 200


def test_a_feed_from_tomorrow_is_from_now(call: Callable[..., Caller], clock: Clock) -> None:
    """A wrong clock does not keep the next feed out."""
    back = call(Scope.ADMIN, Scope.INGEST)
    _feed(back, "products", "id,title,price", ("2027-01-01T00:00:00Z", "A-1,Apple,0.40 EUR\n"))
    clock.forward(seconds=1)
    assert (
        _feed(back, "products", "id,title,price", ("2026-12-31T00:00:00Z", "A-1,Apple,0.45 EUR\n"))["changed"]
        == 1
    )
