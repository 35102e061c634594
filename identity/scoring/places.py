"""The levels of addresses."""

from collections.abc import Callable
from typing import Any, Final

from identity.scoring import views
from identity.scoring.comparison import Comparison, Level, otherwise
from identity.scoring.pool import Pool
from identity.scoring.similarity import edits, edits_sql, is_typo, is_typo_sql
from identity.scoring.views import PlaceView

TYPO: Final = 0.89999


def _places(pool: Pool) -> list[PlaceView]:
    return [views.place(canonical) for canonical in pool.canonicals]


def _value(view: PlaceView, column: str) -> str | None:
    return getattr(view, column, None) or None


def _text(name: str, what: str, near: Level) -> Comparison:
    value: Callable[[Any], str] = lambda view: getattr(view, name)  # noqa: E731
    return Comparison(
        name,
        _places,
        lambda a, b: not value(a) or not value(b),
        f"{name}_l is null or {name}_r is null",
        (
            Level(
                "same",
                f"The {what} are the same.",
                f"{name}_l = {name}_r",
                lambda a, b: value(a) == value(b),
                term=name,
            ),
            near,
            otherwise(f"The {what} differ."),
        ),
        lambda view, _column: value(view),
    )


STREET: Final = _text(
    "street",
    "streets",
    Level(
        "typo",
        "The streets differ by typing errors.",
        is_typo_sql("street", TYPO),
        lambda a, b: is_typo(a.street, b.street, TYPO),
    ),
)
CITY: Final = _text(
    "city",
    "cities",
    Level(
        "typo",
        "The cities differ by typing errors.",
        is_typo_sql("city", TYPO),
        lambda a, b: is_typo(a.city, b.city, TYPO),
    ),
)
POSTCODE: Final = _text(
    "postcode",
    "postcodes",
    Level(
        "typo",
        "The postcodes differ by one character.",
        edits_sql("postcode", 1),
        lambda a, b: edits(a.postcode, b.postcode) <= 1,
    ),
)
STREET_NUMBER: Final = _text(
    "street_number",
    "street numbers",
    Level(
        "typo",
        "The street numbers differ by one character.",
        edits_sql("street_number", 1),
        lambda a, b: edits(a.street_number, b.street_number) <= 1,
    ),
)
