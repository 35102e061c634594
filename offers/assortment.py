"""This process's copy of the products that queries touch, filled on demand and bounded.

Invariant: a copy is never older than the catalogue version it was read at; `refresh` drops what changed since.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from offers.model import Product


class Assortment:
    """Products by number and by code (sku or GTIN). Safe to share between the threads of one process."""

    def named(self, connection: Connection, codes: Iterable[str]) -> Mapping[str, Product]:
        """The products with these skus or GTINs; unknown codes are left out. One statement for all it lacks."""
        raise NotImplementedError

    def numbered(self, connection: Connection, product_nos: Iterable[int]) -> Mapping[int, Product]:
        """The products with these numbers. One statement for all it lacks."""
        raise NotImplementedError
