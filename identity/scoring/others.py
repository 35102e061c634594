"""The levels of everything else: sex, and the retailer's own attributes."""

from typing import Final

from identity.scoring.comparison import Comparison, Level, otherwise
from identity.scoring.pool import Pool

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
