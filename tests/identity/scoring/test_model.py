"""The model document at work."""

import json
import random
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.errors import ModelError
from identity.partition import links
from identity.scoring import document, model, shipped
from identity.scoring.document import Terms
from identity.scoring.model import ScoredModel
from tests.identity.shoppers import POLICY, pool, shopper
from tests.identity.worlds import random_world

CHANCE = st.integers(0, 1 << 32).map(random.Random)


@given(CHANCE)
def test_a_weight_is_symmetric_and_its_evidence_adds_up(chance: random.Random) -> None:
    """Whichever group is asked about which, the waterfall ends at the weight."""
    world = random_world(chance, size=6)
    ours = shipped.default()
    left, right = pool(*world.records[:2]), pool(*world.records[2:])
    assert ours.weight(left, right) == ours.weight(right, left)
    evidence = ours.evidence(left, right)
    assert model.units(ours.prior_bits + sum(each.bits for each in evidence)) == pytest.approx(
        ours.weight(left, right), abs=4
    )


@given(CHANCE)
def test_a_pool_says_no_more_than_its_best_records_do_per_attribute(chance: random.Random) -> None:
    """Pooled values are compared by their best agreement, each attribute once, whatever their number. A home
    is no attribute: it takes off what these say.
    """
    world = random_world(chance, size=5)
    ours = ScoredModel(replace(shipped.default().document, kin=None))
    best: dict[str, float] = {}
    for one in world.records[:3]:
        for other in world.records[3:]:
            for each in ours.evidence(pool(one), pool(other)):
                best[each.attribute] = max(each.bits, best.get(each.attribute, each.bits))
    for each in ours.evidence(pool(*world.records[:3]), pool(*world.records[3:])):
        if each.attribute in ours.document.odds:
            assert each.bits <= best[each.attribute]


@given(CHANCE)
def test_nobody_is_passed_over_who_could_weigh_enough(chance: random.Random) -> None:
    """A line that a pair reaches, with all its keys or with a few of them, was within its reach."""
    world = random_world(chance, size=2)
    ours = shipped.default()
    left, right = (pool(record) for record in world.records)
    for kept in (left.keys | right.keys, {key for key in left.keys | right.keys if chance.random() < 0.5}):
        one, other = (
            links.showing(record, whole.keys & kept, POLICY).pool
            for record, whole in zip(world.records, (left, right), strict=True)
        )
        weight = ours.weight(one, other)
        assert ours.may_reach(weight, left, right)


def test_most_pairs_cannot_reach_the_line() -> None:
    """Neighbours who share a city and little else are told from the line without a full comparison."""
    ours = shipped.default()
    anna = pool(shopper("web/1", "anna huber", born="1980-02-03"))
    assert not ours.may_reach(
        ours.review_line, anna, pool(shopper("crm/2", "bernd maier", born="1961-11-30"))
    )


def test_who_has_more_spellings_agrees_more_often_by_chance() -> None:
    """The best of two given names says one bit less; the family name, always the same, says what it says."""
    ours = shipped.default()
    twice = pool(shopper("web/1", "anna huber"), shopper("web/2", "georg huber"))
    alone, once = pool(shopper("web/3", "anna huber")), pool(shopper("web/4", "anna huber"))
    sure = {each.attribute: each.bits for each in ours.evidence(once, alone)}
    told = {each.attribute: each.bits for each in ours.evidence(twice, alone)}
    assert told["given_name"] == pytest.approx(sure["given_name"] - 1)
    assert told["family_name"] == sure["family_name"]


def test_a_document_survives_writing_and_reading() -> None:
    """Equal documents give equal models."""
    content = shipped.default().document
    again = document.parse(json.loads(json.dumps(document.written(content))))
    assert again == content


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format": 2}, "format"),
        ({"version": ""}, "version"),
        ({"lines": {"join_bits": "4"}}, "join_bits"),
        ({"settings": {"comparisons": []}}, "comparisons"),
    ],
)
def test_a_document_that_is_wrong_names_the_field(change: dict[str, object], told: str) -> None:
    """A misspelt document is refused, not guessed."""
    raw = document.written(shipped.default().document) | change
    with pytest.raises(ModelError, match=told):
        model.load(raw)


def test_levels_of_another_version_are_refused() -> None:
    """A document says what the code does, or it does not load."""
    raw = document.written(shipped.default().document)
    raw["settings"]["comparisons"][0]["comparison_levels"][1]["sql_condition"] = "1 = 1"
    with pytest.raises(ModelError, match="given_name"):
        model.load(raw)


def test_blocking_keys_meet_where_they_should() -> None:
    """Exchanged names, a typing error in one part and a day exchanged with a month still share a key."""
    ours = shipped.default()
    base = shopper("web/1", "anna huber", born="1980-02-03")
    for other in (
        shopper("web/2", "huber anna", born="1980-02-03"),
        shopper("web/3", "anna hubr", born="1980-03-02"),
        shopper("web/4", "ana huber", born="1981-02-03"),
    ):
        assert set(ours.blocking(base)) & set(ours.blocking(other))


def test_the_shipped_model_tells_a_household_apart() -> None:
    """A shared surname alone never reaches the line, a shared full name with the date of birth does."""
    ours = shipped.default()
    anna, again, bernd = (
        shopper("web/1", "anna huber", born="1980-02-03"),
        shopper("crm/1", "anna huber", born="1980-02-03"),
        shopper("crm/2", "bernd huber", born="1978-11-30"),
    )
    assert ours.weight(pool(anna), pool(again)) >= ours.join_line
    for other in combinations((anna, bernd), 2):
        assert ours.weight(pool(other[0]), pool(other[1])) < ours.review_line


def test_names_that_only_resemble_each_other_need_something_beside_them() -> None:
    """Anna and Anni Huber are something to look at, in one town they are one; the same name joins where it is
    rare enough, also with a typing error.
    """
    terms = {"family_name": Terms(100_000, {"huber": 0.1})}
    ours = ScoredModel(replace(shipped.default().document, prior=0.01, terms=terms))
    here = {"city": "wien"}

    def weight(left: str, right: str, attributes: dict[str, str] | None = None) -> int:
        one, other = (
            shopper("web/1", left, attributes=attributes),
            shopper("crm/1", right, attributes=attributes),
        )
        return ours.weight(pool(one), pool(other))

    for others in ("anni zwettler", "zwettler anna"):
        assert ours.review_line <= weight("anna zwettler", others) < ours.join_line
        assert weight("anna zwettler", others, here) >= ours.join_line
    assert weight("anna zwettler", "anna zwetler") >= ours.join_line > weight("anna huber", "anna huber")
    told = ours.evidence(pool(shopper("web/1", "anna zwettler")), pool(shopper("crm/1", "anni zwettler")))
    assert told[-1].level == "alone"


def test_names_join_where_nothing_else_is_compared() -> None:
    """Then nothing could stand beside them."""
    whole = shipped.default().document
    odds = {name: whole.odds[name] for name in ("given_name", "family_name")}
    terms = {"given_name": Terms(50, {"anna": 0.1}), "family_name": Terms(50, {"huber": 0.1})}
    ours = ScoredModel(replace(whole, odds=odds, prior=0.3, terms=terms, join_bits=5.0))
    both = pool(shopper("web/1", "anna huber")), pool(shopper("crm/1", "anna huber"))
    assert ours.weight(*both) >= ours.join_line
