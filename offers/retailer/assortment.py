"""This process's copy of the products, bounded: filled behind the first queries, and on demand.

Invariant: a copy is as new as the newest assortment version that `refresh` was told of.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager, suppress
from threading import Lock, Thread
from typing import Final

from sqlalchemy import Connection

from offers.model import Product
from offers.retailer import store_products

MOST_PRODUCTS: Final = 50_000
MOST_UNKNOWN: Final = 10_000
MOST_CHANGES: Final = 5_000
PAGE: Final = 500
"""So many products are read ahead at a time: tills ask between two pages."""

OpenConnection = Callable[[], AbstractContextManager[Connection]]
_log = logging.getLogger(__name__)


class Assortment:
    """Products by number and by code (sku or GTIN). Safe to share between the threads of one process.

    With `open_connection` they are read ahead, so that hardly a basket has to ask for one of its lines.
    """

    def __init__(
        self, most_products: int = MOST_PRODUCTS, *, open_connection: OpenConnection | None = None
    ) -> None:
        self._most = most_products
        self._open = open_connection
        self._lock = Lock()
        self._version = 0
        self._by_number: dict[int, Product] = {}
        self._by_code: dict[str, Product] = {}
        # Codes that no product has, so that a till scanning strange things costs no statement each time.
        self._unknown: set[str] = set()

    def named(self, connection: Connection, codes: Collection[str]) -> Mapping[str, Product]:
        """The products with these skus or GTINs; unknown codes are left out. One statement for what it
        lacks.
        """
        by_code = self._by_code
        with suppress(KeyError):
            return {code: by_code[code] for code in codes}
        asked = set(codes)
        missing = [code for code in asked if code not in by_code and code not in self._unknown]
        found = {code: by_code[code] for code in asked if code in by_code}
        if missing:
            version = self._version
            read = store_products.by_code(connection, missing)
            found |= self._keep(read, missing, version)
        return found

    def numbered(self, connection: Connection, product_nos: Collection[int]) -> Mapping[int, Product]:
        """The products with these numbers. One statement for what it lacks."""
        by_number = self._by_number
        with suppress(KeyError):
            return {number: by_number[number] for number in product_nos}
        found = {number: by_number.get(number) for number in product_nos}
        missing = [number for number, product in found.items() if product is None]
        if missing:
            version = self._version
            read = store_products.by_number(connection, missing)
            self._keep(read, (), version)
            found |= {product.product_no: product for product, _ in read}
        return {number: product for number, product in found.items() if product is not None}

    def refresh(self, connection: Connection, version: int) -> bool:
        """Drop what changed up to a version that a query has read; whether there was anything to do."""
        if version <= self._version:
            return False
        changed = store_products.changed_since(connection, self._version, limit=MOST_CHANGES)
        with self._lock:
            starts_over = version > self._version and self._drop(changed)
            self._version = max(self._version, version)
        if starts_over and self._open is not None:
            Thread(target=self._read_ahead, args=(self._open,), name="assortment", daemon=True).start()
        return True

    def _read_ahead(self, open_connection: OpenConnection) -> None:
        """Fill up with all products, as far as there is room."""
        after = 0
        try:
            while len(self._by_number) + PAGE <= self._most:
                version = self._version
                with open_connection() as connection:
                    page = store_products.after(connection, after, limit=PAGE)
                self._keep(page, (), version)
                if len(page) < PAGE:
                    return
                after = page[-1][0].product_no
        except Exception as error:  # noqa: BLE001  (whoever needs a product asks for it)
            _log.warning("products not read ahead", extra={"error": type(error).__name__})

    def _keep(
        self, read: list[store_products.Found], asked: Iterable[str], version: int
    ) -> dict[str, Product]:
        """Keep what was read, unless the assortment moved on meanwhile; return it by the codes asked for."""
        skus = {product.sku: product for product, _ in read}
        gtins = {gtin: product for product, gtin in reversed(read) if gtin is not None}
        by_code = gtins | skus  # a sku wins over another's GTIN
        with self._lock:
            if version == self._version:
                self._make_room(len(read))
                self._by_number |= {product.product_no: product for product, _ in read}
                for gtin, product in gtins.items():
                    self._by_code.setdefault(gtin, product)
                self._by_code |= skus
                self._unknown |= {code for code in asked if code not in by_code}
        return {code: by_code[code] for code in asked if code in by_code}

    def _make_room(self, coming: int) -> None:
        # Starting over is rare, costs a few statements, and needs no order of use on the hot path.
        if len(self._by_number) + coming > self._most:
            self._by_number, self._by_code = {}, {}
        if len(self._unknown) > MOST_UNKNOWN:
            self._unknown = set()

    def _drop(self, changed: list[int]) -> bool:
        """Drop these products, or all where there are too many; whether it was all."""
        self._unknown = set()
        if self._version == 0 or len(changed) >= MOST_CHANGES:
            self._by_number, self._by_code = {}, {}
            return True
        gone = set(changed)
        self._by_number = {no: one for no, one in self._by_number.items() if no not in gone}
        self._by_code = {code: one for code, one in self._by_code.items() if one.product_no not in gone}
        return False
