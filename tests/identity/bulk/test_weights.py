"""A pair weighs the same online and in bulk, to the unit."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from identity import policy
from identity.bulk import files, mapping, store_keys, store_links, store_names, store_rows
from identity.bulk.link import Intake, bring_in
from identity.bulk.progress import Silent
from identity.bulk.reading import Reading
from identity.bulk.rows import member
from identity.bulk.splink_engine import SplinkEngine
from identity.bulk.store_workbench import Resources, count, workbench
from identity.bulk.workforce import Equipment, Workforce
from identity.scoring import priors, shipped
from identity.scoring.document import Terms
from identity.scoring.kin import Kin
from identity.scoring.model import ScoredModel
from tests.identity.bulk.people import COLUMNS, written

pytestmark = pytest.mark.long

HOMES = Kin(0.001, priors.AT_HOME)
EVERY_PAIR = -1000.0
"""A review line that every pair reaches, so none is left out."""


@pytest.mark.parametrize(
    ("kin", "silence"), [(None, {}), (HOMES, {"postcode": -4.1, "date_of_birth": -1 / 3, "city": -2.7})]
)
def test_weights_are_the_same_online_and_in_bulk(
    tmp_path: Path, kin: Kin | None, silence: dict[str, float]
) -> None:
    """Non-ASCII, empty and very long values, several phones, frequencies of names: equal to the unit, whether
    the model knows people of one home and what silence tells or not.
    """
    by = policy.load()
    terms = {
        "given_name": Terms(977, {"anna": 0.031, "bob": 0.007}),
        "birth": Terms(331, {"19900101": 0.01}),
        "email": Terms(1000, {}),
        "city": Terms(77, {"wien": 0.3, "koln": 1 / 3}),
    }
    model = ScoredModel(
        replace(shipped.default().document, terms=terms, kin=kin, silence=silence, review_bits=EVERY_PAIR)
    )
    path = written(random.Random(3), tmp_path / "people.csv", count=400)
    pairs = [(name, name.removesuffix("_2")) for name in COLUMNS if name != "key"]
    intake = Intake(files.sources([path]), mapping.of(pairs, by), "key")
    with workbench(Resources()) as con, Workforce(1, Equipment(Reading(by), model), Silent()) as workforce:
        bring_in(con, intake, workforce, Silent())
        store_keys.find(con, workforce)
        store_links.pair_up(con)
        candidates = count(con, "pair")
        store_names.gather(con)
        SplinkEngine(model).weigh(con, workforce)
        found = {(left, right): units for left, right, units in con.execute("FROM weight").fetchall()}
        rows = store_rows.rows(con, "record", shown="live")
        pools = {row.no: member(row, by).pool for row in rows}
    assert len(found) == candidates > 1000
    different = {
        pair: (units, model.weight(pools[pair[0]], pools[pair[1]]))
        for pair, units in found.items()
        if units != model.weight(pools[pair[0]], pools[pair[1]])
    }
    assert not different
