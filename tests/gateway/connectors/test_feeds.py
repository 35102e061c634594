"""Product and stock feeds, as shops have them for others."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.access.security import Scope
from tests.gateway.conftest import Caller

XML = """<?xml version="1.0"?>
<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel><title>Shop</title>
<item><g:id>SW-1-S</g:id><title>Sweater S</title><g:item_group_id>SW-1</g:item_group_id>
<g:price>59.99 EUR</g:price>
<g:gtin>4006381333931</g:gtin><g:product_type>Clothing &gt; Knitwear</g:product_type>
<g:image_link>https://shop.example/s.jpg</g:image_link></item>
<item><g:id>SW-1-M</g:id><title>Sweater M</title><g:price>1.059,99 EUR</g:price></item>
<item><g:id>BAD</g:id><title>Bad</title><g:price>cheap</g:price></item>
</channel></rss>"""
TSV = "id\ttitle\tprice\tgtin\nA-1\tApple\t0.45 EUR\t\nA-2\tPear\t0.55 EUR\t\n"
CSV = "Artikelnummer;Bezeichnung;Preis\nK-1;Kerze;4,90\n;ohne Nummer;1\n"


def _send(caller: Caller, path: str, body: str, mimetype: str) -> Any:
    answer = caller("POST", f"/v1/connectors/{path}", data=body.encode(), headers={"Content-Type": mimetype})
    assert answer.status_code == 200, answer.text
    return answer.json


def test_googles_feed_with_variants(back: Caller) -> None:
    """Bad rows are refused alone, by their line; sent again, nothing changes."""
    first = _send(back, "products", XML, "application/xml")
    assert (first["added"], first["changed"]) == (2, 0)
    assert [one["line"] for one in first["rejected"]] == [8]
    assert _send(back, "products", XML, "application/xml")["changed"] == 0
    sweater = back("GET", "/v1/products/SW-1-S").json
    assert sweater is not None
    assert (sweater["group"], sweater["category"], sweater["price"]) == ("SW-1", "Clothing/Knitwear", 5999)
    assert sweater["gtin"] == "04006381333931"
    other = back("GET", "/v1/products/SW-1-M").json
    assert other is not None
    assert other["price"] == 105999


def test_tsv_and_a_csv_with_columns_of_its_own(back: Caller) -> None:
    """What is not named stays as it is: a second feed adds to the first."""
    assert _send(back, "products", TSV, "text/tab-separated-values")["added"] == 2
    mapped = "products?map=sku=Artikelnummer,title=Bezeichnung,price=Preis"
    found = _send(back, mapped, CSV, "text/csv")
    assert (found["added"], [one["line"] for one in found["rejected"]]) == (1, [3])
    candle, apple = back("GET", "/v1/products/K-1").json, back("GET", "/v1/products/A-1").json
    assert candle is not None
    assert apple is not None
    assert (candle["price"], apple["price"]) == (490, 45)


def test_stock_by_store(stage: object, back: Caller, call: Callable[..., Caller]) -> None:
    """A local inventory feed; stores and skus nobody knows are named; a key speaks for its stores."""
    feed = "store_code,id,quantity,availability\n0042,SW-1,3,in_stock\n0042,MUG-1,,out_of_stock\n"
    feed += "0042,NO,1,\n9,SW-1,1,\n"
    found = _send(back, "stock", feed, "text/csv")
    assert (found["added"], found["missing"]) == (2, ["9", "NO"])
    stock = back("GET", "/v1/stock/0042?sku=SW-1,MUG-1").json
    assert stock == {"store": "0042", "stock": {"SW-1": "3", "MUG-1": "0"}}
    other = call(Scope.INGEST, stores=("0001",))
    refused = other("POST", "/v1/connectors/stock", data=feed.encode(), headers={"Content-Type": "text/csv"})
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("body", "mimetype", "status"),
    [
        ('<!DOCTYPE a [<!ENTITY b "c">]><rss>&b;</rss>', "application/xml", 400),
        ("<rss>", "application/xml", 400),
        ("{}", "application/json", 415),
        ("id,title\nA\x00,B\n", "text/csv", 400),
    ],
)
def test_what_is_no_feed_is_refused(back: Caller, body: str, mimetype: str, status: int) -> None:
    """Before anything is taken."""
    path = "/v1/connectors/products"
    assert back("POST", path, data=body.encode(), headers={"Content-Type": mimetype}).status_code == status
