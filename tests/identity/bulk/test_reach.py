"""Leaving out pairs that cannot reach the review line loses no link."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from identity import policy
from identity.bulk import files, mapping, store_links
from identity.bulk.engine import Engine, OneByOne
from identity.bulk.link import Intake, bring_in, find_pairs
from identity.bulk.progress import Silent
from identity.bulk.reading import Reading
from identity.bulk.splink_engine import SplinkEngine
from identity.bulk.store_workbench import Resources, count, workbench
from identity.bulk.workforce import Equipment, Workforce
from identity.scoring import shipped
from identity.scoring.document import Document, Terms
from identity.scoring.model import ScoredModel
from tests.identity.bulk.people import COLUMNS, written

pytestmark = pytest.mark.long

SHIPPED = shipped.default().document
FREQUENT = {
    "given_name": Terms(977, {"anna": 0.031, "bob": 0.007}),
    "family_name": Terms(500, {"muller": 0.02}),
    "birth": Terms(331, {"19900101": 0.01}),
    "email_local": Terms(90, {"anna1": 0.1}),
    "city": Terms(77, {"wien": 0.3, "koln": 1 / 3}),
}
SILENT = {"postcode": -4.1, "date_of_birth": -1 / 3, "national_id": -2.7}

Link = tuple[int, int, int, str, int, int]


def linked(path: Path, model: ScoredModel, engine: Engine) -> tuple[list[Link], int, int]:
    """The links that this engine's weights come to, how many pairs it weighed, and of how many."""
    by = policy.load()
    pairs = [(name, name.removesuffix("_2")) for name in COLUMNS if name != "key"]
    intake = Intake(files.sources([path]), mapping.of(pairs, by), "key")
    with workbench(Resources()) as con, Workforce(1, Equipment(Reading(by), model), Silent()) as workforce:
        bring_in(con, intake, workforce, Silent())
        candidates = find_pairs(con, workforce, Silent())
        engine.weigh(con, workforce)
        weighed = count(con, "weight")
        store_links.link(con, model, workforce)
        return con.execute("FROM link ORDER BY l, r").fetchall(), weighed, candidates


@pytest.mark.parametrize(
    "document",
    [
        SHIPPED,
        replace(SHIPPED, kin=None, terms=FREQUENT),
        replace(SHIPPED, terms=FREQUENT, silence=SILENT, review_bits=-7.5),
    ],
    ids=["shipped", "frequencies", "frequencies, homes, silence and a low line"],
)
def test_what_is_left_out_would_not_have_been_linked(
    tmp_path: Path, scale: Callable[[int, int], int], document: Document
) -> None:
    """The links are those of weighing every pair, one by one, in any untidy file; fewer pairs are weighed."""
    model = ScoredModel(document)
    for seed in range(scale(3, 100)):
        path = written(random.Random(seed), tmp_path / "people.csv", count=300)
        links, weighed, candidates = linked(path, model, SplinkEngine(model))
        expected, all_weighed, _ = linked(path, model, OneByOne())
        assert links == expected
        assert len(links) > 100
        assert all_weighed == candidates
        assert weighed < candidates
