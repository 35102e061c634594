"""Levels of agreement made weights: the sum that `identity.scoring.model` forms, term by term, in its order.

Splink's table (no_l, no_r, `mw_<comparison>`: the place of the level that holds, from 1, or 0;
`<column>_share_l`, `<column>_share_r`) goes into `weight` (l, r, units). Every number enters as its shortest
exact text and is added in the document's order, and the sum is rounded half to even as Python rounds, so the
units are equal and not only near.
"""

from collections.abc import Iterator, Sequence
from math import log2

from identity.bulk.store_workbench import DuckDBPyConnection
from identity.scoring import catalogue, names
from identity.scoring.comparison import Level
from identity.scoring.document import Document, Odds
from identity.scoring.kin import Kin
from identity.scoring.weigh import UNITS_PER_BIT


def add_up(con: DuckDBPyConnection, document: Document, spoken: Sequence[str], levels: str) -> None:
    """Adds to `weight` what the table says with which Splink answers, and drops that; of comparisons that it
    was not asked nobody speaks.
    """
    prior = exact(document.prior_bits)
    terms = dict(_terms(document, spoken))
    total = " + ".join((prior, *terms.values()))
    if document.kin is not None:
        kin = " + ".join((exact(document.kin.prior_bits), *_kin_terms(document, document.kin, spoken)))
        total = f"({total}) - greatest('0'::DOUBLE, {kin})"
    beside_name = [term for name, term in terms.items() if name not in catalogue.OF_NAME]
    if beside_name:
        most = exact(document.namesake_bits)
        are_namesakes = " AND ".join(
            _as_written(name) if name in spoken else "false" for name in catalogue.FULL_NAME
        )
        total = (
            f"CASE WHEN greatest({', '.join(beside_name)}) > 0 OR {total} <= {most} OR {are_namesakes}"
            f" THEN {total} ELSE {most} END"
        )
    con.execute(
        f"INSERT INTO weight SELECT no_l, no_r, round_even(({total}) * {UNITS_PER_BIT}, 0)::BIGINT"
        f" FROM {levels}"
    )
    con.execute(f"DROP TABLE {levels}")


def _as_written(comparison: str) -> str:
    levels = catalogue.comparison(comparison).levels
    places = (place for place, level in enumerate(levels, start=1) if level.name in names.AS_WRITTEN)
    return f"mw_{comparison} IN ({', '.join(map(str, places))})"


def shared_columns(document: Document, spoken: Sequence[str]) -> list[str]:
    """The columns whose values' shares enter what these comparisons say."""
    found = (
        level.term
        for name in spoken
        for level in catalogue.comparison(name).levels
        if level.term is not None and level.term in document.terms
    )
    return list(dict.fromkeys(found))


def _terms(document: Document, spoken: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each comparison and what it adds, in the document's order; what silence says where a side is silent."""
    for name, odds in document.odds.items():
        silent = exact(document.silence.get(name, 0.0))
        if name not in spoken:
            yield name, silent
            continue
        levels = catalogue.comparison(name).levels
        cases = []
        for place, (level, shown) in enumerate(zip(levels, odds, strict=True), start=1):
            cases.append(f"WHEN {place} THEN {bits_of(shown.bits, shown, corrected_by(level, document))}")
        yield name, f"CASE mw_{name} {' '.join(cases)} ELSE {silent} END"


def _kin_terms(document: Document, kin: Kin, spoken: Sequence[str]) -> Iterator[str]:
    """What each comparison that people of one home share adds for them, in the document's order."""
    for name, odds in document.odds.items():
        said = kin.bits(name, [each.u for each in odds])
        if said is None or name not in spoken:
            continue
        levels = catalogue.comparison(name).levels
        cases = [
            f"WHEN {place} THEN {bits_of(bits, shown, corrected_by(level, document))}"
            for place, (level, shown, bits) in enumerate(zip(levels, odds, said, strict=True), start=1)
        ]
        yield f"CASE mw_{name} {' '.join(cases)} ELSE '0'::DOUBLE END"


def corrected_by(level: Level, document: Document) -> str | None:
    """The column whose values' frequencies correct a level."""
    return level.term if level.term in document.terms else None


def bits_of(bits: float, odds: Odds, column: str | None) -> str:
    """What a level says, corrected by how frequent the values in a column are."""
    if column is None:
        return exact(bits)
    corrected = f"{exact(bits + log2(odds.u))} - greatest({column}_share_l, {column}_share_r)"
    return f"coalesce({corrected}, {exact(bits)})"


def exact(number: float) -> str:
    """A number as SQL reads it, to the last bit."""
    return f"'{number!r}'::DOUBLE"
