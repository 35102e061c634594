"""The levels of everything else: sex, organisations, and the retailer's own attributes."""

from typing import Final

from identity.scoring.comparison import Comparison, Level, otherwise
from identity.scoring.pool import Pool
from identity.scoring.similarity import is_typo, is_typo_sql, jaro_winkler, jaro_winkler_sql

TYPO: Final = 0.91999
SIMILAR: Final = 0.84999

SEX: Final = Comparison(
    "sex",
    lambda pool: pool.values("sex"),
    lambda _a, _b: False,
    "sex_l is null or sex_r is null",
    (
        Level("same", "The sexes are the same.", "sex_l = sex_r", lambda a, b: a == b, term="sex"),
        otherwise("The sexes differ."),
    ),
    lambda view, _column: view,
)


def _organisations(pool: Pool) -> list[str]:
    return [name.organisation for name in pool.names if name.organisation]


ORGANISATION: Final = Comparison(
    "organisation_name",
    _organisations,
    lambda _a, _b: False,
    "organisation_name_l is null or organisation_name_r is null",
    (
        Level(
            "same",
            "The organisations' names are the same.",
            "organisation_name_l = organisation_name_r",
            lambda a, b: a == b,
            term="organisation_name",
        ),
        Level(
            "typo",
            "The organisations' names differ by a typing error.",
            is_typo_sql("organisation_name", TYPO),
            lambda a, b: is_typo(a, b, TYPO),
        ),
        Level(
            "similar",
            "The organisations' names are similar.",
            jaro_winkler_sql("organisation_name", SIMILAR),
            lambda a, b: jaro_winkler(a, b) >= SIMILAR,
        ),
        otherwise("The organisations' names differ."),
    ),
    lambda view, _column: view,
)


def own(attribute: str) -> Comparison:
    """The comparison of one of the retailer's own attributes, by equality."""

    def said(pool: Pool) -> set[str]:
        found = (dict(canonical.extra).get(attribute) for canonical in pool.canonicals)
        return {value for value in found if value}

    return Comparison(
        attribute,
        said,
        lambda _a, _b: False,
        f"{attribute}_l is null or {attribute}_r is null",
        (
            Level(
                "same",
                f"The values of {attribute} are the same.",
                f"{attribute}_l = {attribute}_r",
                lambda a, b: a == b,
                term=attribute,
            ),
            otherwise(f"The values of {attribute} differ."),
        ),
        lambda view, _column: view,
    )
