"""What it tells that a side says nothing."""

import json
import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.errors import ModelError
from identity.model import Canonical, Record, RecordKey
from identity.scoring import anonymity, catalogue, document, model, shipped
from identity.scoring.model import ScoredModel
from tests.identity.shoppers import POLICY, pool, shopper
from tests.identity.worlds import random_world

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")

import numpy as np

from identity.scoring.training import fit, silence
from identity.scoring.training.levels import ABSENT

CHANCE = st.integers(0, 1 << 32).map(random.Random)
SILENCE = {"postcode": -4.5, "date_of_birth": -3.0, "city": -2.25}


def with_silence() -> ScoredModel:
    """The model that ships, fitted to files that always name a place and a birth."""
    return ScoredModel(replace(shipped.default().document, silence=SILENCE))


@given(CHANCE)
def test_the_waterfall_ends_at_the_weight(chance: random.Random) -> None:
    """Silence is a step of its own, whichever side is silent."""
    world, ours = random_world(chance, size=6), with_silence()
    left, right = pool(*world.records[:2]), pool(*world.records[2:])
    assert ours.weight(left, right) == ours.weight(right, left)
    told = ours.prior_bits + sum(each.bits for each in ours.evidence(left, right))
    assert model.units(told) == pytest.approx(ours.weight(left, right), abs=8)
    assert ours.weight(left, right) <= shipped.default().weight(left, right)


@given(CHANCE)
def test_what_a_pair_weighs_may_be_reached(chance: random.Random) -> None:
    """Silence only lowers, so whoever may be reached is not missed."""
    world, ours = random_world(chance, size=6), with_silence()
    left, right = pool(*world.records[:2]), pool(*world.records[2:])
    assert ours.may_reach(ours.weight(left, right), left, right)


def test_one_silent_side_is_enough() -> None:
    """And a value on both sides says what it always said."""
    whole = shopper("web/1", "hans huber", born="1950-02-03", attributes={"postcode": "1010", "city": "wien"})
    part = shopper("web/2", "hans huber", born="1950-02-03", attributes={"city": "wien"})
    ours, plain = with_silence(), shipped.default()
    assert ours.weight(pool(whole), pool(whole)) == plain.weight(pool(whole), pool(whole))
    assert ours.weight(pool(whole), pool(part)) == plain.weight(pool(whole), pool(part)) - model.units(4.5)
    assert [each.attribute for each in ours.evidence(pool(part), pool(part)) if each.level == "silent"] == [
        "postcode"
    ]


def test_a_document_with_silence_survives_writing_and_reading() -> None:
    """Equal documents give equal models."""
    content = with_silence().document
    assert document.parse(json.loads(json.dumps(document.written(content)))) == content


@pytest.mark.parametrize("wrong", [{"postcode": 1.0}, {"nothing": -1.0}, {"postcode": "much"}])
def test_silence_that_is_wrong_is_refused(wrong: dict[str, object]) -> None:
    """It never speaks for a pair, and only of attributes that are compared."""
    raw = document.written(shipped.default().document) | {"silence": wrong}
    with pytest.raises(ModelError):
        model.load(raw)


def test_a_model_that_is_kept_knows_no_silence() -> None:
    """Who comes later may say less than the files did."""
    assert anonymity.anonymous(with_silence().document).silence == {}


def staff(chance: random.Random, count: int, leaves_out: float) -> Iterable[Record]:
    """Two records a person, who name a post unless they leave it out, and of every tenth person a third
    record of somebody else, that has copied name and birth, and names no post.
    """
    for number in range(count):
        said = Canonical(
            given_name=chance.choice(("hans", "karl", "peter", "josef", "anna", "maria")),
            family_name=f"hub{number % 90}er",
            date_of_birth=date(1950, 1, 1) + timedelta(days=chance.randrange(15_000)),
            postcode=str(1000 + number % 400),
        )
        for copy in "ab":
            post = None if chance.random() < leaves_out else f"post {number % 50}"
            extra = (("x_post", post),) if post else ()
            yield Record(RecordKey("crm", f"{number}-{copy}"), "store", replace(said, extra=extra))
        if number % 10 == 0:
            yield Record(RecordKey("crm", f"{number}-c"), "store", replace(said, postcode=None))


def test_fragments_teach_that_silence_tells() -> None:
    """Where everybody else names a post, a fragment without one weighs less than before it was asked."""
    fitted = fit.fit(list(staff(random.Random(1), 200, leaves_out=0.0)), POLICY).document
    assert fitted.silence["x_post"] <= -2
    assert fitted.silence["postcode"] <= -2
    assert set(fitted.silence) == {"x_post", "postcode"}


def test_what_few_can_say_makes_no_pair_sure() -> None:
    """Fragments that copy a rare number weigh more than most, but not by what all others say."""
    said_post, said_number = (0, ABSENT), (ABSENT, 0)
    candidates = np.array([said_post] * 200 + [said_number] * 10, dtype=np.int8)
    strangers = np.array([(1, ABSENT)] * 950 + [(ABSENT, ABSENT)] * 50, dtype=np.int8)
    post, number = (np.where(candidates[:, place] == 0, bits, 0.0) for place, bits in ((0, 6.0), (1, 14.0)))
    others = np.where(candidates[:, 0] == 0, 20.0, 18.0)
    found = silence.learned(
        (catalogue.comparison("postcode"), catalogue.comparison("national_id")),
        candidates,
        strangers,
        others + post + number,
        np.ones(210, dtype=bool),
        lambda place: (post, number)[place],
    )
    assert found[0] < -3
    assert found[1] == 0


def test_values_that_are_missing_by_chance_tell_nothing() -> None:
    """Pairs of one person leave them out as often as strangers do."""
    for leaves_out in (0.03, 0.2, 0.5):
        assert (
            "x_post" not in fit.fit(list(staff(random.Random(2), 200, leaves_out)), POLICY).document.silence
        )


def test_few_pairs_teach_nothing() -> None:
    """Twenty pairs are believed beforehand, so a small file has no say."""
    assert not fit.fit(list(staff(random.Random(3), 20, leaves_out=0.0)), POLICY).document.silence
