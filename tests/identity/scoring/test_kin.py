"""People of one home as the other explanation of records that agree."""

import json
import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.errors import ModelError
from identity.model import Assurance, Canonical, Identifier, Record, RecordKey
from identity.scoring import document, model, priors, shipped
from identity.scoring.kin import Kin
from identity.scoring.model import ScoredModel
from tests.identity.shoppers import POLICY, pool, shopper
from tests.identity.worlds import random_world

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")

from identity.scoring.training import fit

CHANCE = st.integers(0, 1 << 32).map(random.Random)
HOME = {"street": "ring", "street_number": "5", "postcode": "1010", "city": "wien"}


def with_kin() -> ScoredModel:
    """The model that ships, with people of one home as they are believed to be."""
    return ScoredModel(replace(shipped.default().document, kin=Kin(1e-4, priors.AT_HOME)))


@given(CHANCE)
def test_the_waterfall_ends_at_the_weight(chance: random.Random) -> None:
    """What one home explains is a step of its own, whichever side is left."""
    world, ours = random_world(chance, size=6), with_kin()
    left, right = pool(*world.records[:2]), pool(*world.records[2:])
    assert ours.weight(left, right) == ours.weight(right, left)
    told = ours.prior_bits + sum(each.bits for each in ours.evidence(left, right))
    assert model.units(told) == pytest.approx(ours.weight(left, right), abs=8)


@given(CHANCE)
def test_what_a_pair_weighs_may_be_reached(chance: random.Random) -> None:
    """Also when identifiers, by which a home was recognised, turn out to say nothing."""
    world, ours = random_world(chance, size=6), with_kin()
    left, right = pool(*world.records[:2]), pool(*world.records[2:])
    dead = frozenset(key for key in left.keys | right.keys if chance.random() < 0.5)
    for gone in (frozenset(), dead, left.keys | right.keys):
        weight = ours.weight(*(replace(each, keys=each.keys - gone) for each in (left, right)))
        assert ours.may_reach(weight, left, right)


def test_a_home_tells_nothing_of_who_lives_in_it() -> None:
    """Father and son of one name do not weigh enough; one person at that home does."""
    ours = with_kin()
    father, again, son = (
        shopper(f"web/{number}", "hans huber", born=born, attributes=HOME, phone="+43660123456")
        for number, born in enumerate(("1950-02-03", "1950-02-03", "1981-11-14"))
    )
    assert ours.weight(pool(father), pool(again)) >= ours.join_line
    assert ours.weight(pool(father), pool(son)) < ours.join_line
    homeless = ScoredModel(replace(ours.document, kin=None))
    assert homeless.weight(pool(father), pool(son)) >= ours.join_line
    assert ours.evidence(pool(father), pool(son))[-1].attribute == "home"


def test_who_shares_no_home_weighs_the_same() -> None:
    """What is taken off rests on what homes share."""
    one, other = (shopper(f"web/{n}", "hans huber", born="1950-02-03") for n in range(2))
    assert with_kin().weight(pool(one), pool(other)) == shipped.default().weight(pool(one), pool(other))


def test_a_document_with_homes_survives_writing_and_reading() -> None:
    """Equal documents give equal models."""
    content = with_kin().document
    assert document.parse(json.loads(json.dumps(document.written(content)))) == content


@pytest.mark.parametrize(
    "wrong",
    [
        {"shares": {"given_name": [0.5] * 12}},
        {"shares": {"street": [0.5, 0.5]}},
        {"shares": {"street": [0.5, 0.5, 0]}},
        {"shares": {}, "probability_two_random_records_live_together": 2},
    ],
)
def test_homes_that_are_wrong_name_the_field(wrong: dict[str, object]) -> None:
    """What homes do not share, levels that are missing and shares that are none are refused."""
    raw = document.written(with_kin().document)
    raw["kin"] |= wrong
    with pytest.raises(ModelError, match="kin"):
        model.load(raw)


def families(chance: random.Random, count: int) -> list[Record]:
    """Two records each of a father, a son of the same name and a daughter, by home."""
    found = []
    for number in range(count):
        family, street = f"hub{number % 40}er", f"gasse {number}"
        given = chance.choice(("hans", "karl", "peter", "josef"))
        phone = Identifier("phone", f"+4366412{number:05}", Assurance.TYPED)
        for place, (called, year) in enumerate(((given, 1950), (given, 1980), ("maria", 1985))):
            born = date(year, 1, 1) + timedelta(days=chance.randrange(360 * 5))
            for copy in "ab":
                said = Canonical(
                    given_name=called,
                    family_name=family,
                    date_of_birth=born if chance.random() < 0.9 else None,
                    street=street,
                    street_number=str(number % 30),
                    postcode=str(1000 + number),
                )
                ref = RecordKey("crm", f"{number}-{place}-{copy}")
                found.append(Record(ref, "store", said, (phone,) if chance.random() < 0.7 else ()))
    return found


def test_families_teach_what_homes_share_and_persons_do_not() -> None:
    """Fathers and sons of one name stay two, although all but the day of birth agrees."""
    records = families(random.Random(6), 60)
    fitted = fit.fit(records, POLICY)
    assert fitted.document.kin is not None
    told = {record.ref.key: pool(record) for record in records}

    def joined(one: str, other: str) -> float:
        pairs = ((told[f"{number}-{one}"], told[f"{number}-{other}"]) for number in range(60))
        known = [(a, b) for a, b in pairs if a.births and b.births]
        return sum(fitted.weight(a, b) >= fitted.join_line for a, b in known) / len(known)

    assert joined("0-a", "1-a") == 0
    assert joined("0-a", "0-b") > 0.9
    assert joined("2-a", "2-b") > 0.9


def colleagues(chance: random.Random, count: int) -> list[Record]:
    """Two records each of people who are written down at one of four offices, with its address, switchboard
    and name.
    """
    found = []
    for number in range(count):
        office = number % 4
        born = date(1950, 1, 1) + timedelta(days=chance.randrange(360 * 40))
        phone = Identifier("phone", f"+431200{office}000", Assurance.TYPED)
        for copy in "ab":
            said = Canonical(
                given_name=("hans", "karl", "peter", "josef", "maria", "anna", "eva")[number % 7],
                family_name=f"{chr(97 + number % 23) * 2}{chr(97 + number % 19) * 2}er",
                organisation_name=("adler", "bergmann", "conrad", "doppler")[office],
                date_of_birth=born if chance.random() < 0.6 else None,
                street=f"gasse {office}",
                street_number=str(office),
                postcode=str(1000 + office),
            )
            found.append(Record(RecordKey("crm", f"{number}-{copy}"), "store", said, (phone,)))
    return found


def test_an_office_is_a_home_to_many() -> None:
    """Colleagues of one given name stay two, of whom most share no key and are never compared."""
    records = colleagues(random.Random(6), 160)
    fitted = fit.fit(records, POLICY)
    assert fitted.document.kin is not None
    assert fitted.document.kin.prior == pytest.approx(0.25, abs=0.1)
    told = {record.ref.key: pool(record) for record in records}
    assert fitted.weight(told["0-a"], told["28-a"]) < fitted.join_line
    assert fitted.weight(told["0-a"], told["0-b"]) >= fitted.join_line


def test_where_nobody_lives_together_no_homes_are_learned() -> None:
    """The policy says so, or the files do."""
    policy = replace(POLICY, one_to_a_home=True)
    assert fit.fit(families(random.Random(7), 10), policy).document.kin is None
