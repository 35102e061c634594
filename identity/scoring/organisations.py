"""The levels of organisations: of the one that a record is about, and of the one that a person works for."""

from collections.abc import Callable
from typing import Final

from identity.scoring import pool as pools
from identity.scoring import views
from identity.scoring.comparison import Comparison, Level, otherwise
from identity.scoring.pool import Pool
from identity.scoring.similarity import is_typo, is_typo_sql, jaro_winkler, jaro_winkler_sql
from identity.scoring.views import OrganisationView

TYPO: Final = 0.91999
SIMILAR: Final = 0.84999


def _is_part(a: OrganisationView, b: OrganisationView) -> bool:
    return len(a.words & b.words) == min(len(a.words), len(b.words))


def _is_part_sql(column: str) -> str:
    left, right = f"{column}_words_l", f"{column}_words_r"
    shared = f"array_length(list_intersect({left}, {right}))"
    return f"{shared} = least(array_length({left}), array_length({right}))"


def _comparison(column: str, whose: str, said: Callable[[Pool], list[OrganisationView]]) -> Comparison:
    return Comparison(
        column,
        said,
        lambda _a, _b: False,
        f"{column}_l is null or {column}_r is null",
        (
            Level(
                "same",
                f"{whose} names are the same.",
                f"{column}_l = {column}_r",
                lambda a, b: a.name == b.name,
                term=column,
            ),
            Level(
                "typo",
                f"{whose} names differ by a typing error.",
                is_typo_sql(column, TYPO),
                lambda a, b: is_typo(a.name, b.name, TYPO),
            ),
            Level(
                "part",
                f"{whose} names differ by what one leaves out.",
                _is_part_sql(column),
                _is_part,
            ),
            Level(
                "similar",
                f"{whose} names are similar.",
                jaro_winkler_sql(column, SIMILAR),
                lambda a, b: jaro_winkler(a.name, b.name) >= SIMILAR,
            ),
            otherwise(f"{whose} names differ."),
        ),
        lambda view, _column: view.name,
    )


def _organisations(pool: Pool) -> list[OrganisationView]:
    return [views.organisation(name.organisation) for name in pool.names if name.organisation]


def _employers(pool: Pool) -> list[OrganisationView]:
    found = map(pools.employer, pool.canonicals)
    return [views.organisation(employer) for employer in found if employer]


ORGANISATION: Final = _comparison("organisation_name", "The organisations'", _organisations)
EMPLOYER: Final = _comparison("employer", "The employers'", _employers)
