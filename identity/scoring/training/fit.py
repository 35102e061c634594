"""Records in, a model out: fitted to the records at hand, by their own values, without per-file tuning.

Invariant: the same records and seed give the same model, to the bit.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from identity.canonical import keys
from identity.model import Key, Record
from identity.policy import Policy
from identity.scoring import blocking, catalogue, columns, compare, pool, priors
from identity.scoring import names as names_levels
from identity.scoring.comparison import Comparison
from identity.scoring.document import Document, Odds, Terms
from identity.scoring.kin import HOMES
from identity.scoring.model import ScoredModel
from identity.scoring.pool import Name, Pool
from identity.scoring.training import levels, lines
from identity.scoring.training.estimate import Estimate, Floats, Sample, estimate
from identity.scoring.training.levels import Levels, Pairs

RANDOM_PAIRS: Final = 400_000
CANDIDATES_MAX: Final = 2_000_000
KIN_BELIEVED: Final = 0.1  # pairs of one home for each record, before anything was compared
LISTS: Final = {"given_words", "given_kin", "family_words", "organisation_name_words", "employer_words"}
UNRELATED: Final = ("look-alike", "misplaced", "similar", "else")
"""The levels of given names that may be those of two people."""
TELLING: Final = frozenset(
    ("family_name", "organisation_name", "date_of_birth", "street", *catalogue.IDENTIFIERS)
)
"""What tells people apart: all but given names, places, and what many have in common."""
RARE: Final = 0.05  # of strangers agree: more is a category
FLAGS: Final = {"is_given_known", "is_given_skeleton", "is_family_skeleton"}


@dataclass(frozen=True, slots=True)
class Cards:
    """Records as rows for scoring: an Arrow table with their numbers as `no`, and what they say."""

    table: Any
    names: Sequence[Name | None]
    comparisons: tuple[Comparison, ...]
    terms: Mapping[str, Terms]

    @property
    def count(self) -> int:
        """How many records there are."""
        return int(self.table.num_rows)


def fit(records: Sequence[Record], policy: Policy, *, seed: int = 1) -> ScoredModel:
    """The model fitted to these records. With fewer than two nothing can be learned: beliefs stand."""
    pools = pools_of(records, policy)
    return of_cards(cards(pools), candidates(pools), live_together=not policy.one_to_a_home, seed=seed)


def pools_of(records: Sequence[Record], policy: Policy) -> list[Pool]:
    """What each record says under those of its keys that are live among them."""
    own = {name for record in records for name, _ in record.attributes.extra}
    posted = {record.ref: keys.posted(record, blocking.keys(record, own), policy) for record in records}
    live = keys.live(keys.posts((record, posted[record.ref]) for record in records), policy)
    return [pool.of(record, live.intersection(posted[record.ref]), policy) for record in records]


def of_cards(held: Cards, pairs: Pairs, *, live_together: bool, seed: int = 1) -> ScoredModel:
    """The model fitted to these cards and the pairs of them that share a live key."""
    random = np.random.default_rng(seed)
    if len(pairs) > CANDIDATES_MAX:
        share = len(pairs) / CANDIDATES_MAX
        pairs = pairs[np.sort(random.choice(len(pairs), CANDIDATES_MAX, replace=False))]
    else:
        share = 1.0
    in_all = max(held.count * (held.count - 1) / 2, 1.0) / share
    found = levels.between(held.table, pairs, held.comparisons)
    drawn = levels.between(held.table, random_pairs(held.count, random), held.comparisons)
    is_refused = _differently_named(held, pairs, found)
    if live_together:  # else two differences are two mistakes, and there are persons for certain
        is_refused |= _untold(held, found, drawn)
    sample = Sample(
        found,
        _shares(held, pairs, found),
        is_refused,
        drawn,
        in_all,
    )
    learned = estimate(
        sample,
        held.comparisons,
        believed_pairs=min(0.3 * held.count, in_all / 2) / share,
        kin_pairs=KIN_BELIEVED * held.count / share if live_together and _has_homes(held) else None,
    )
    return ScoredModel(_document(held, learned, lines.join_bits(learned, held.count)))


def cards(pools: Sequence[Pool]) -> Cards:
    """The cards of records, and the comparisons for which they hold anything."""
    rows = [columns.row(each) for each in pools]
    held = {name for row in rows for name, value in row.items() if value is not None}
    comparisons = [each for name, each in catalogue.KNOWN.items() if each.column in held]
    comparisons += [catalogue.comparison(name) for name in sorted(held) if name.startswith("x_")]
    comparisons = comparisons or [names_levels.GIVEN]  # of records that say nothing: a model needs one
    named = sorted(held | {column for each in comparisons for column in columns.named_in(each)})
    table = {name: pa.array([row.get(name) for row in rows], _type(name)) for name in named}
    table["no"] = pa.array(range(len(rows)), pa.int64())
    terms = {
        level.term: _terms(row.get(level.term) for row in rows)
        for each in comparisons
        for level in each.levels
        if level.term is not None
    }
    names = [next(iter(each.names), None) for each in pools]
    return Cards(pa.table(table), names, tuple(comparisons), terms)


def candidates(pools: Sequence[Pool]) -> Pairs:
    """The pairs of places whose records share a live key."""
    under: dict[Key, list[int]] = defaultdict(list)
    for place, each in enumerate(pools):
        for key in each.keys:
            under[key].append(place)
    found = {pair for places in under.values() for pair in combinations(places, 2)}
    return np.array(sorted(found), dtype=np.int64).reshape(-1, 2)


def random_pairs(count: int, random: np.random.Generator) -> Pairs:
    """Pairs of two records drawn by chance, all pairs when there are not more."""
    if count * (count - 1) // 2 <= RANDOM_PAIRS:
        left, right = np.triu_indices(count, 1)
        return np.stack([left, right], axis=1).astype(np.int64)
    drawn = random.integers(0, count, (2 * RANDOM_PAIRS, 2))
    ordered = drawn[drawn[:, 0] < drawn[:, 1]]
    return np.unique(ordered, axis=0).astype(np.int64)


def _has_homes(held: Cards) -> bool:
    """Whether the records say anything that the people of a home share."""
    return any(each.name in HOMES for each in held.comparisons)


def _type(name: str) -> Any:
    if name in LISTS:
        return pa.list_(pa.string())
    return pa.bool_() if name in FLAGS else pa.string()


def _terms(values: Iterable[Any]) -> Terms:
    """Shares of the values that were seen more than once; all others count as seen once."""
    counts = Counter(value for value in values if value is not None)
    in_all = max(sum(counts.values()), 1)
    return Terms(in_all, {value: times / in_all for value, times in counts.items() if times > 1})


def _shares(held: Cards, pairs: Pairs, found: Levels) -> Floats:
    """The greater share of a pair's two values, where the level that holds is corrected by it."""
    shares = np.full(found.shape, np.nan)
    for place, comparison in enumerate(held.comparisons):
        for step, level in enumerate(comparison.levels):
            if level.term is None:
                continue
            terms = held.terms[level.term]
            said = held.table[level.term].to_pylist()
            each = np.array([np.nan if value is None else terms.share(value) for value in said])
            here = found[:, place] == step
            shares[here, place] = np.fmax(each[pairs[here, 0]], each[pairs[here, 1]])
    return shares


def _untold(held: Cards, found: Levels, random: Levels) -> Any:
    """Pairs of which nothing agrees that tells people apart, although both sides say such things: namesakes
    of one town.

    Candidates hold all of them, and a town's name and postcode speak twice for one thing. Where hardly
    anybody is in a file twice they would be taken for persons, and teach that births and surnames differ.
    """
    is_said, is_alike = np.zeros((2, len(found)), dtype=bool)
    for place, comparison in enumerate(held.comparisons):
        is_telling = comparison.name in TELLING
        if is_telling or _is_rarely_shared(comparison, random[:, place]):
            alike = [step for step, odds in enumerate(priors.odds(comparison.name)) if odds.m > odds.u]
            is_alike |= np.isin(found[:, place], alike)
            is_said |= is_telling & (found[:, place] != levels.ABSENT)
    return is_said & ~is_alike


def _is_rarely_shared(comparison: Comparison, random: NDArray[np.int8]) -> bool:
    """Whether it is an attribute of a retailer's own in which few strangers agree: birthplace, not tier."""
    said = random[random != levels.ABSENT]
    return comparison.name.startswith("x_") and len(said) > 0 and float(np.mean(said == 0)) <= RARE


def _differently_named(held: Cards, pairs: Pairs, found: Levels) -> Any:
    """Pairs with clearly different given names and no number shared that a person has for life."""
    doubtful = np.zeros(len(found), dtype=bool)
    for place, comparison in enumerate(held.comparisons):
        names = [level.name for level in comparison.levels]
        if comparison.name == names_levels.GIVEN.name:
            doubtful |= np.isin(found[:, place], [names.index(name) for name in UNRELATED])
    for place, comparison in enumerate(held.comparisons):
        if comparison.name in catalogue.NUMBERS:
            doubtful &= ~np.isin(found[:, place], [0, 1])
    refused = np.zeros(len(found), dtype=bool)
    for row in np.flatnonzero(doubtful):
        left, right = held.names[pairs[row, 0]], held.names[pairs[row, 1]]
        refused[row] = left is not None and right is not None and compare.given_names_of(left, right).differs
    return refused


def _document(held: Cards, learned: Estimate, join_bits: float) -> Document:
    odds = {
        each.name: tuple(map(Odds, learned.m[place].tolist(), learned.u[place].tolist()))
        for place, each in enumerate(held.comparisons)
    }
    review_bits = join_bits - lines.REVIEW_BITS
    return Document(
        "fitted", learned.prior, odds, held.terms, join_bits, review_bits, learned.kin, learned.silence
    ).named()
