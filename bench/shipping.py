"""The model that ships, made anew: `python -m bench.shipping > identity/scoring/model.json`.

What pairs of a generated world show, counted by its truth: pairs of one person, of two in one home, of
strangers. No generated world has all the mess of real files, so what is believed of those counts beside it.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bench import blocks
from gateway.access import secrets_file
from gateway.demo import files as generated
from gateway.demo.rows import Row
from gateway.demo.world import World
from gateway.settings import Settings
from gateway.wiring import identity_of
from identity.context import Context
from identity.scoring import catalogue, document, priors
from identity.scoring.comparison import Comparison
from identity.scoring.document import Document, Odds
from identity.scoring.kin import SHARED, Kin
from identity.scoring.training import fit, levels
from identity.scoring.training.levels import ABSENT, Levels, Pairs

VERSION: Final = "shipped-4"
WORLD: Final = World(77, date(2026, 11, 1))
RECORDS: Final = 60_000
MADE_FOR: Final = 1_000_000
"""Records of the shop that the model expects: among fewer it is more careful than it needs to be."""

BELIEVED: Final = 0.1
"""What is believed of real files counts so much beside what the world shows of one person, and of a home."""

SEEN_MIN: Final = 500
"""An attribute of which fewer pairs of one person speak is left to what is believed."""

CHANCE_MAX: Final = 1e-6
"""What no two strangers of the sample showed is at most so likely."""

JOIN_BITS: Final = 6.0
REVIEW_BITS: Final = 2.5

Counts = NDArray[np.float64]


def document_of(world: World, records: int, ctx: Context) -> dict[str, Any]:
    """The model that so many records of the world teach, as a document."""
    rows = list(generated.of_records(world, records))
    by_ref = {(row.source, row.key, row.generation): row for row in rows}
    known = [each.content.record(each.ref, each.channel, stub=False) for each in blocks.versions(rows, ctx)]
    said = [by_ref[record.ref.source, record.ref.key, record.ref.generation] for record in known]
    return document.written(_counted(fit.cards(fit.pools_of(known, ctx.policy)), said))


def _counted(cards: fit.Cards, said: Sequence[Row]) -> Document:
    person = np.array([row.person for row in said])
    home = np.array([row.household for row in said])
    at_home = _pairs_at_home(home)
    is_one = person[at_home[:, 0]] == person[at_home[:, 1]]
    drawn = fit.random_pairs(len(said), np.random.default_rng(1))
    strangers = drawn[home[drawn[:, 0]] != home[drawn[:, 1]]]
    of_homes = levels.between(cards.table, at_home, cards.comparisons)
    of_strangers = levels.between(cards.table, strangers, cards.comparisons)
    in_one_city = _shows(of_strangers, cards.comparisons, "city", "same")
    odds = {name: priors.odds(name) for name in catalogue.KNOWN}
    shares = dict(priors.AT_HOME)
    for place, comparison in enumerate(cards.comparisons):
        # What the city says is counted already: of one city, a postcode one digit off is the next district.
        chances = of_strangers[in_one_city] if comparison.name == "postcode" else of_strangers
        one, kin, chance = (
            _counts(found, place, comparison) for found in (of_homes[is_one], of_homes[~is_one], chances)
        )
        if one.sum() < SEEN_MIN:
            continue
        believed = odds[comparison.name]
        m = _blended(one, [each.m for each in believed])
        u = np.maximum(chance / chance.sum(), np.minimum([each.u for each in believed], CHANCE_MAX))
        odds[comparison.name] = tuple(map(Odds, _rounded(m), _rounded(u)))
        if comparison.name in SHARED:
            shares[comparison.name] = tuple(_rounded(_blended(kin, shares[comparison.name])))
    return Document(
        version=VERSION,
        prior=_prior(is_one.sum(), len(said)),
        odds=MappingProxyType(odds),
        terms=MappingProxyType({}),
        join_bits=JOIN_BITS,
        review_bits=REVIEW_BITS,
        kin=Kin(_prior((~is_one).sum(), len(said)), MappingProxyType(shares)),
    )


def _pairs_at_home(home: NDArray[np.int64]) -> Pairs:
    places = defaultdict(list)
    for place, number in enumerate(home.tolist()):
        places[number].append(place)
    return np.array([pair for found in places.values() for pair in combinations(found, 2)], dtype=np.int64)


def _shows(found: Levels, comparisons: Sequence[Comparison], name: str, level: str) -> NDArray[np.bool_]:
    """Which pairs agree in a comparison on a level."""
    place = [each.name for each in comparisons].index(name)
    shows: NDArray[np.bool_] = found[:, place] == [each.name for each in comparisons[place].levels].index(
        level
    )
    return shows


def _counts(found: Levels, place: int, comparison: Comparison) -> Counts:
    said = found[:, place]
    return np.bincount(said[said != ABSENT], minlength=len(comparison.levels)).astype(np.float64)


def _blended(counted: Counts, believed: Sequence[float]) -> Counts:
    shares = np.array(believed)
    found: Counts = (1 - BELIEVED) * counted / counted.sum() + BELIEVED * shares / shares.sum()
    return found


def _prior(pairs: int, records: int) -> float:
    """How likely two random records are such a pair where `MADE_FOR` records are kept."""
    return float(f"{2 * pairs / records / MADE_FOR:.2g}")


def _rounded(shares: Counts) -> list[float]:
    return [float(f"{share:.3g}") for share in shares]


def main() -> None:
    """Writes the model that ships to standard output."""
    with TemporaryDirectory() as home:
        settings = Settings(home=Path(home))
        ctx = identity_of(settings, secrets_file.load_or_create(settings.secrets_file))
        json.dump(document_of(WORLD, RECORDS, ctx), sys.stdout, indent=2, sort_keys=False)
        sys.stdout.write("\n")


if __name__ == "__main__":
    main()
