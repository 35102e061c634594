"""Stores, products and stock: batches that feeds may send again, and the copies processes keep of them."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection, text

from gateway.database import Database
from offers.errors import UnknownStoreError
from offers.retailer import products, stores
from offers.retailer.assortment import PAGE, Assortment
from offers.retailer.shop import Article, Counts, Shelf
from tests.gateway.running import until
from tests.offers.floor import SOCKS, SWEATER, VIENNA


def test_a_feed_sent_again_changes_nothing(connection: Connection) -> None:
    """Counts say what was added and what changed; the same again is neither."""
    assert products.put(connection, [SWEATER, SOCKS]) == Counts(2, 0)
    assert products.put(connection, [SWEATER, SOCKS]) == Counts(0, 0)
    dearer = replace(SWEATER, price_minor=5500)
    assert products.put(connection, [dearer, SOCKS]) == Counts(0, 1)
    assert products.get(connection, "SWEATER") == dearer


def test_a_sku_that_comes_twice_in_a_batch_counts_once(connection: Connection) -> None:
    """The last one wins."""
    assert products.put(connection, [SWEATER, replace(SWEATER, title="Pullover")]) == Counts(1, 0)
    found = products.get(connection, "SWEATER")
    assert found is not None
    assert found.title == "Pullover"


def test_products_and_stores_page_in_order(connection: Connection) -> None:
    """Each page goes on after the last code of the one before."""
    products.put(connection, [Article(sku=f"S{number}", title="x") for number in range(5)])
    first = products.page(connection, limit=3)
    assert [one.sku for one in first] == ["S0", "S1", "S2"]
    assert [one.sku for one in products.page(connection, after="S2")] == ["S3", "S4"]
    stores.put(connection, [VIENNA, replace(VIENNA, code="0041")])
    assert [one.code for one in stores.page(connection)] == ["0041", "0042"]


def test_events_may_name_products_before_the_feed_does(connection: Connection) -> None:
    """They get a number at once; the feed fills in the rest."""
    number = products.ensure(connection, [Article(sku="NEW", title="NEW")])["NEW"]
    assert products.put(connection, [Article(sku="NEW", title="A new thing")]) == Counts(0, 1)
    assert products.numbers(connection, ["NEW", "NEVER"]) == {"NEW": number}


def test_stock_names_what_it_does_not_know(connection: Connection) -> None:
    """Known shelves are set, unknown stores and skus are named, the rest is not lost for them."""
    stores.put(connection, [VIENNA])
    products.put(connection, [SWEATER])
    shelves = [Shelf("0042", "SWEATER", 3000), Shelf("0042", "NEVER", 1), Shelf("9999", "SWEATER", 1)]
    assert products.put_stock(connection, shelves) == Counts(1, 0, ("9999", "NEVER"))
    assert products.stock(connection, "0042", ["SWEATER", "SOCKS"]) == {"SWEATER": 3000}


def test_an_unknown_store_is_an_error(connection: Connection) -> None:
    """Not an empty answer."""
    with pytest.raises(UnknownStoreError):
        stores.get(connection, "0042")


def test_a_process_sees_a_changed_product_once_it_is_told(connection: Connection) -> None:
    """Copies are kept until a query has read a newer version of the assortment."""
    products.put(connection, [SWEATER])
    kept = Assortment()
    version = _version(connection)
    kept.refresh(connection, version)
    assert kept.named(connection, ["SWEATER", "NEVER"])["SWEATER"].price_minor == 5000
    products.put(connection, [replace(SWEATER, price_minor=1)])
    assert kept.named(connection, ["SWEATER"])["SWEATER"].price_minor == 5000
    assert kept.refresh(connection, _version(connection))
    assert kept.named(connection, ["SWEATER"])["SWEATER"].price_minor == 1
    assert not kept.refresh(connection, _version(connection))


def test_a_code_may_be_a_gtin_and_a_sku_wins(connection: Connection) -> None:
    """A till sends what it scanned."""
    products.put(connection, [replace(SWEATER, gtin="4006381333931"), replace(SOCKS, gtin="SWEATER")])
    kept = Assortment()
    found = kept.named(connection, ["4006381333931", "SWEATER"])
    assert {code: product.sku for code, product in found.items()} == {
        "4006381333931": "SWEATER",
        "SWEATER": "SWEATER",
    }
    again = kept.named(connection, ["SWEATER"])
    assert again["SWEATER"].sku == "SWEATER"


def test_a_copy_stays_bounded(connection: Connection) -> None:
    """Beyond its bound it starts over rather than growing."""
    products.put(connection, [Article(sku=f"S{number}", title="x") for number in range(10)])
    kept = Assortment(most_products=4)
    for number in range(10):
        assert kept.named(connection, [f"S{number}"])[f"S{number}"].sku == f"S{number}"
    assert len(kept._by_number) <= 4


def test_a_process_reads_products_ahead(database: Database) -> None:
    """After the first query hardly a basket asks for a line of its own; a sku wins also on another page."""
    many = [Article(sku=f"S{number}", title="x") for number in range(PAGE)]
    with database.transaction() as connection:
        products.put(connection, [SWEATER, *many])
        products.put(connection, [replace(SOCKS, gtin="SWEATER")])
    kept = Assortment(open_connection=database.transaction)
    with database.transaction() as connection:
        assert kept.refresh(connection, _version(connection))
    until(lambda: len(kept._by_number) == PAGE + 2)
    with database.transaction() as nobody:
        nobody.close()
        found = kept.named(nobody, ["S0", f"S{PAGE - 1}", "SOCKS", "SWEATER"])
    assert [product.sku for product in found.values()] == ["S0", f"S{PAGE - 1}", "SOCKS", "SWEATER"]


def test_what_is_read_ahead_stays_bounded(database: Database) -> None:
    """A large assortment is not read at all costs."""
    with database.transaction() as connection:
        products.put(connection, [Article(sku=f"S{number}", title="x") for number in range(PAGE + 1)])
    kept = Assortment(most_products=PAGE, open_connection=database.transaction)
    with database.transaction() as connection:
        kept.refresh(connection, _version(connection))
        until(lambda: len(kept._by_number) == PAGE)
        (other,) = {f"S{number}" for number in range(PAGE + 1)} - {
            one.sku for one in kept._by_number.values()
        }
        assert kept.named(connection, [other])[other].sku == other
    assert len(kept._by_number) == 1


def _version(connection: Connection) -> int:
    found: int = connection.execute(text("SELECT assortment_version FROM offers.catalogue")).scalar_one()
    return found
