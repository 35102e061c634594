"""Those whom two records bring along are asked too before a weight makes one person of them."""

from itertools import combinations, pairwise

import pytest

from identity.partition import links
from identity.partition.cluster import Partition
from identity.partition.company import ASKED_MAX, Companies
from identity.partition.links import Link, Strength
from tests.identity.shoppers import POLICY, partition, ref, written
from tests.identity.told import ANNAS, BERTAS, MIXING, Told, called_alike, one_that_mixes, told


def test_a_record_that_mixes_two_people_does_not_make_one_of_them() -> None:
    """It goes to those with whom it weighs most; single links would chain all seven."""
    found = partition(*called_alike(*ANNAS, *BERTAS, MIXING), model=one_that_mixes())
    assert groups(found) == {"app/9 web/1 web/2 web/3", "pos/1 pos/2 pos/3"}
    (match,) = found.matches
    assert match.refusal.rule == "review"
    assert match.refusal.sentence == "Two records agree, but the others of both speak against it."


def test_a_spoilt_record_stays_with_its_person() -> None:
    """It agrees with one of the others, and the rest is not sure that it is somebody else's."""
    model = told(app_9__web_1=5, app_9__web_2=-8, app_9__web_3=-8)
    found = partition(*called_alike(*ANNAS, MIXING), model=model)
    assert groups(found) == {"app/9 web/1 web/2 web/3"}


def test_who_is_one_by_proof_is_one_whoever_contradicts() -> None:
    """She moved and married, and kept her card: each record is like those before or those after."""
    with_card = called_alike("web/1", "pos/1", cards=("C1",))
    records = [*with_card, *called_alike(*ANNAS[1:], *BERTAS[1:])]
    assert groups(partition(*records, model=told())) == {"pos/1 pos/2 pos/3 web/1 web/2 web/3"}


@pytest.mark.parametrize(("bits", "is_contradiction"), [(-6.0, False), (-6.5, True)])
def test_the_average_tells_from_the_line_of_doubt_on(bits: float, is_contradiction: bool) -> None:
    """One strong pair is outweighed by the others, from either end."""
    other = (3 * bits - 10) / 2
    asked = companies(*BERTAS, "web/1", model=told(pos_1__web_1=10, pos_2__web_1=other, pos_3__web_1=other))
    for pair in pairwise(BERTAS):
        asked.join(link(*pair))
    assert asked.contradict(link("pos/1", "web/1")) is is_contradiction
    assert asked.contradict(link("pos/2", "web/1")) is is_contradiction


def test_one_pair_that_dissents_may_be_a_slip() -> None:
    """Where nobody else can be asked the link decides."""
    found = partition(*called_alike("pos/1", "pos/2", MIXING), model=told(app_9__pos_1=5))
    assert groups(found) == {"app/9 pos/1 pos/2"}


def test_large_companies_cost_no_more_than_a_few_pairs() -> None:
    """And each pair is weighed once."""
    one, two = (tuple(f"{source}/{number}" for number in range(100)) for source in ("pos", "web"))
    bits = {frozenset(map(ref, pair)): 9.0 for whole in (one, two) for pair in combinations(whole, 2)}
    model = Told(bits=bits)
    asked = companies(*one, *two, model=model)
    for whole in (one, two):
        for pair in pairwise(whole):
            asked.join(link(*pair))
    model.asked.clear()
    for _ in range(2):
        assert asked.contradict(link("pos/7", "web/7"))
    assert len(model.asked) == ASKED_MAX**2


def link(left: str, right: str) -> Link:
    """A link of weight between two records."""
    return Link(ref(left), ref(right), Strength.PROBABLE, "weight", 0, 0)


def groups(found: Partition) -> set[str]:
    """The persons, each as its records with spaces between."""
    return {written(group) for group in found.groups}


def companies(*named: str, model: Told) -> Companies:
    """Records that nothing links yet."""
    known = {each.ref: links.showing(each, frozenset(), POLICY) for each in called_alike(*named)}
    return Companies(known, (), model)
