"""Pairs that cannot reach the review line, left out before an engine compares the others.

Below that line nothing is linked unless a live identifier is shared. A pair weighs at most the sum of what
each comparison says on the best level that its cheap conditions leave open, and at most the same sum for one
person rather than people of one home: what these explain is taken off wherever that lowers the weight. Most
candidates fail one or the other, for a small part of what comparing them costs.

Invariant: `link` is the same with it and without.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

from identity.bulk.store_weights import bits_of, corrected_by, exact, shared_columns
from identity.bulk.store_workbench import DuckDBPyConnection
from identity.scoring import catalogue, columns
from identity.scoring.comparison import ELSE
from identity.scoring.document import Document
from identity.scoring.kin import Kin
from identity.scoring.model import NOISE_BITS
from identity.scoring.similarity import loosened

Said = dict[str, list[str]]
"""What each level of each comparison says, in SQL."""

_SHARED = (
    "SELECT a.no, b.no, 0 FROM live a JOIN live b ON a.type = b.type AND a.value = b.value AND a.no < b.no"
    " JOIN card l ON l.no = a.no JOIN card r ON r.no = b.no WHERE NOT l.several AND NOT r.several"
)
"""Pairs that share a live identifier and that rows of `card` can say all of: candidates, every one."""


def narrow(con: DuckDBPyConnection, document: Document, spoken: Sequence[str]) -> None:
    """Leaves in `blocked_pair` those that may reach the line, and those that share a live identifier."""
    line = exact(document.review_bits - NOISE_BITS)
    bounds = [_most(document, document.prior_bits, _of_one_person(document, spoken))]
    if document.kin is not None:
        kin = document.kin
        bounds.append(
            _most(document, document.prior_bits - kin.prior_bits, _beyond_home(document, kin, spoken))
        )
    con.execute(
        "CREATE TABLE possible AS SELECT join_key_l, join_key_r, match_key FROM (SELECT b.*"
        f" {''.join(f', {side}' for side in _sides(document, spoken))} FROM blocked_pair b"
        " JOIN card l ON l.no = join_key_l JOIN card r ON r.no = join_key_r)"
        f" WHERE {' AND '.join(f'{bound} >= {line}' for bound in bounds)} UNION {_SHARED}"
    )
    con.execute("DROP TABLE blocked_pair")
    con.execute("ALTER TABLE possible RENAME TO blocked_pair")


def _sides(document: Document, spoken: Sequence[str]) -> Iterator[str]:
    """The columns of both records that conditions and frequencies take."""
    named = set(chain.from_iterable(columns.named_in(catalogue.comparison(name)) for name in spoken))
    shares = {f"{column}_share" for column in shared_columns(document, spoken)}
    for column in sorted(named | shares):
        yield from (f"{side}.{column} AS {column}_{side}" for side in "lr")


def _of_one_person(document: Document, spoken: Sequence[str]) -> Said:
    """What the levels say, as it is added up."""
    return {
        name: [
            bits_of(each.bits, each, corrected_by(level, document))
            for level, each in zip(catalogue.comparison(name).levels, document.odds[name], strict=True)
        ]
        for name in spoken
    }


def _beyond_home(document: Document, kin: Kin, spoken: Sequence[str]) -> Said:
    """What the levels say beyond what they say for people of one home; frequencies correct both alike and
    cancel out.
    """
    said = _of_one_person(document, spoken)
    for name in spoken:
        odds = document.odds[name]
        of_home = kin.bits(name, [each.u for each in odds])
        if of_home is not None:
            said[name] = [exact(each.bits - bits) for each, bits in zip(odds, of_home, strict=True)]
    return said


def _most(document: Document, prior: float, said: Said) -> str:
    """At least the sum of what the comparisons say."""
    silence = sum(document.silence.get(name, 0.0) for name in document.odds.keys() - said.keys())
    return " + ".join((exact(prior + silence), *(_at_most(document, name, said[name]) for name in said)))


def _at_most(document: Document, name: str, said: Sequence[str]) -> str:
    """At least what one comparison says: of a condition that is only loosened, the level or one after it."""
    comparison = catalogue.comparison(name)
    most = ""
    for level, bits in reversed(list(zip(comparison.levels, said, strict=True))):
        condition = loosened(level.sql)
        if level.sql == ELSE:
            most = bits
        elif condition == level.sql:
            most = f"CASE WHEN {condition} THEN {bits} ELSE {most} END"
        else:
            most = f"greatest(CASE WHEN {condition} THEN {bits} ELSE '-inf'::DOUBLE END, {most})"
    return f"(CASE WHEN {comparison.null_sql} THEN {exact(document.silence.get(name, 0.0))} ELSE {most} END)"
