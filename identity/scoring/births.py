"""The levels of dates of birth."""

from typing import Final

from identity.scoring import views
from identity.scoring.comparison import Comparison, Level, otherwise
from identity.scoring.pool import Pool
from identity.scoring.similarity import edits, edits_sql
from identity.scoring.views import BirthView

_PLACEHOLDER: Final = "0101"
_PARTS: Final = ((0, 4), (4, 6), (6, 8))


def _births(pool: Pool) -> list[BirthView]:
    return [views.birth(born) for born in pool.births]


def _is_vague(a: BirthView, b: BirthView) -> bool:
    """The first of January stands for an unknown day in many systems."""
    return a.digits[:4] == b.digits[:4] and _PLACEHOLDER in (a.digits[4:], b.digits[4:])


def _is_two_parts(a: BirthView, b: BirthView) -> bool:
    return sum(a.digits[start:end] == b.digits[start:end] for start, end in _PARTS) == 2


_SAME_YEAR: Final = "left(birth_l, 4) = left(birth_r, 4)"
_SAME_MONTH: Final = "substr(birth_l, 5, 2) = substr(birth_r, 5, 2)"
_SAME_DAY: Final = "right(birth_l, 2) = right(birth_r, 2)"

BIRTH: Final = Comparison(
    "date_of_birth",
    _births,
    lambda _a, _b: False,
    "birth_l is null or birth_r is null",
    (
        Level(
            "same",
            "The dates of birth are the same.",
            "birth_l = birth_r",
            lambda a, b: a.digits == b.digits,
            term="birth",
        ),
        Level(
            "exchanged",
            "Day and month of birth have changed places.",
            "birth_l = birth_exchanged_r",
            lambda a, b: a.digits == b.exchanged,
        ),
        Level(
            "typo",
            "The dates of birth differ by one digit.",
            edits_sql("birth", 1),
            lambda a, b: edits(a.digits, b.digits) <= 1,
        ),
        Level(
            "vague",
            "The years of birth are the same, and the day is unknown on one side.",
            f"{_SAME_YEAR} and '{_PLACEHOLDER}' in (right(birth_l, 4), right(birth_r, 4))",
            _is_vague,
        ),
        Level(
            "two parts",
            "Two of day, month and year of birth are the same.",
            f"({_SAME_YEAR} and {_SAME_MONTH}) or ({_SAME_YEAR} and {_SAME_DAY}) or "
            f"({_SAME_MONTH} and {_SAME_DAY})",
            _is_two_parts,
        ),
        Level(
            "two digits",
            "The dates of birth differ by two digits.",
            edits_sql("birth", 2),
            lambda a, b: edits(a.digits, b.digits) <= 2,
        ),
        Level(
            "year",
            "The years of birth are the same.",
            _SAME_YEAR,
            lambda a, b: a.digits[:4] == b.digits[:4],
        ),
        otherwise("The dates of birth differ."),
    ),
    lambda view, _column: view.digits,
)
