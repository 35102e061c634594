"""The levels of addresses."""

from typing import Final, NamedTuple

from identity.scoring.comparison import Comparison, Level, otherwise
from identity.scoring.pool import Pool
from identity.scoring.similarity import edits, edits_sql, is_typo, is_typo_sql

TYPO: Final = 0.89999


def _text(name: str, what: str, near: Level) -> Comparison:
    return Comparison(
        name,
        lambda pool: pool.values(name),
        lambda _a, _b: False,
        f"{name}_l is null or {name}_r is null",
        (
            Level(
                "same",
                f"The {what} are the same.",
                f"{name}_l = {name}_r",
                lambda a, b: a == b,
                term=name,
            ),
            near,
            otherwise(f"The {what} differ."),
        ),
        lambda view, _column: view,
    )


STREET: Final = _text(
    "street",
    "streets",
    Level(
        "typo",
        "The streets differ by typing errors.",
        is_typo_sql("street", TYPO),
        lambda a, b: is_typo(a, b, TYPO),
    ),
)
CITY: Final = _text(
    "city",
    "cities",
    Level(
        "typo",
        "The cities differ by typing errors.",
        is_typo_sql("city", TYPO),
        lambda a, b: is_typo(a, b, TYPO),
    ),
)
POSTCODE: Final = _text(
    "postcode",
    "postcodes",
    Level(
        "typo",
        "The postcodes differ by one character.",
        edits_sql("postcode", 1),
        lambda a, b: edits(a, b) <= 1,
    ),
)
STREET_NUMBER: Final = _text(
    "street_number",
    "street numbers",
    Level(
        "typo",
        "The street numbers differ by one character.",
        edits_sql("street_number", 1),
        lambda a, b: edits(a, b) <= 1,
    ),
)


class RegionView(NamedTuple):
    """A region, and what of the address says as much; "" where absent."""

    region: str
    city: str
    postcode: str


def _regions(pool: Pool) -> list[RegionView]:
    return [
        RegionView(each.region, each.city or "", each.postcode or "")
        for each in pool.canonicals
        if each.region
    ]


def _is_told(left: RegionView, right: RegionView) -> bool:
    """Whether the city or the postcode says it: who lives in one city lives in one region."""
    return bool(left.city and left.city == right.city) or bool(
        left.postcode and left.postcode == right.postcode
    )


REGION: Final = Comparison(
    "region",
    _regions,
    _is_told,
    "region_l is null or region_r is null or city_l = city_r or postcode_l = postcode_r",
    (
        Level(
            "same",
            "The regions are the same.",
            "region_l = region_r",
            lambda a, b: a.region == b.region,
            term="region",
        ),
        otherwise("The regions differ."),
    ),
    lambda view, _column: view.region,
)
"""What the region says beyond city and postcode: it stays where those are misspelt or have changed."""
