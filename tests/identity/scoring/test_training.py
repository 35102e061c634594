"""Fitting the weights to records, without being told who is who."""

import random
from datetime import date, timedelta

import pytest

from identity.model import Assurance, Canonical, Identifier, Record, RecordKey
from identity.policy import Policy
from tests.identity.shoppers import POLICY

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")

from identity.canonical import keys
from identity.scoring import catalogue, document, pool, priors
from identity.scoring.document import Odds
from identity.scoring.model import ScoredModel
from identity.scoring.pool import Pool
from identity.scoring.training import fit

GIVEN = [
    "anna",
    "bernd",
    "clara",
    "david",
    "emma",
    "felix",
    "greta",
    "hans",
    "irene",
    "jakob",
    "karin",
    "lukas",
    "marie",
    "niklas",
    "olga",
    "peter",
]
FAMILY = [
    "huber",
    "gruber",
    "bauer",
    "wagner",
    "steiner",
    "moser",
    "mayer",
    "hofer",
    "leitner",
    "berger",
    "fuchs",
    "eder",
    "fischer",
    "schmid",
]


def people(chance: random.Random, count: int) -> list[Record]:
    """Two records of each person; the second has an error in every other one."""
    records = []
    for number in range(count):
        born = date(1950, 1, 1) + timedelta(days=chance.randrange(18_000))
        given, family = chance.choice(GIVEN), chance.choice(FAMILY)
        postcode = f"{chance.randrange(1000, 1100)}"
        for copy in range(2):
            is_wrong = copy and chance.random() < 0.5
            said = Canonical(
                given_name=given[1:] if is_wrong else given,
                family_name=family,
                date_of_birth=born,
                postcode=postcode if chance.random() < 0.9 else None,
            )
            records.append(Record(RecordKey("web", f"{number}-{copy}"), "online", said))
    return records


def weight(model: ScoredModel, left: Record, right: Record) -> int:
    """What the model says of two records."""
    return model.weight(said(left, POLICY), said(right, POLICY))


def said(record: Record, policy: Policy) -> Pool:
    """What a record says, every identifier of its being live."""
    return pool.of(record, frozenset(keys.identifier_keys(record, policy)), policy)


def test_it_finds_who_is_who_without_being_told() -> None:
    """True pairs lie above the line, others below, and the share of true pairs is about right."""
    records = people(random.Random(1), 150)
    fitted = fit.fit(records, POLICY)
    pairs = len(records) * (len(records) - 1) / 2
    assert fitted.document.prior * pairs == pytest.approx(150, rel=0.1)
    right = sum(weight(fitted, *records[at : at + 2]) >= fitted.join_line for at in range(0, 300, 2))
    wrong = sum(weight(fitted, records[at], records[at + 2]) >= fitted.join_line for at in range(0, 298, 2))
    assert right >= 145
    assert wrong == 0


def test_the_same_records_and_seed_give_the_same_model() -> None:
    """To the bit, so a model can be made again from what it was made of."""
    records = people(random.Random(2), 40)
    assert fit.fit(records, POLICY).document == fit.fit(records, POLICY).document


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_files_that_teach_nothing_leave_the_beliefs(count: int) -> None:
    """No record, one, or only nameless ones: a model comes out, and it weighs."""
    empty = [Record(RecordKey("web", str(number)), "online") for number in range(count)]
    fitted = fit.fit([*empty, *people(random.Random(3), 1)], POLICY)
    records = people(random.Random(4), 2)
    assert weight(fitted, records[0], records[1]) > weight(fitted, records[0], records[2])


@pytest.mark.parametrize("count", [0, 1, 3])
def test_records_that_say_nothing_give_a_model_that_loads(count: int) -> None:
    """There may be nothing at all in a file."""
    nothing = [Record(RecordKey("web", str(number)), "online") for number in range(count)]
    fitted = fit.fit(nothing, POLICY)
    assert document.parse(document.written(fitted.document)) == fitted.document


def test_a_household_does_not_teach_that_given_names_differ() -> None:
    """Who shares surname, address and phone but not the given name is taken for two people."""
    chance, records = random.Random(5), people(random.Random(5), 100)
    for number in range(150):
        family, postcode = chance.choice(FAMILY), f"{chance.randrange(1000, 1100)}"
        phone = Identifier("phone", f"+4366412{number:05}", Assurance.TYPED)
        for given in chance.sample(GIVEN, 2):
            home = Canonical(
                given_name=given, family_name=family, street=f"gasse {number}", postcode=postcode
            )
            records.append(Record(RecordKey("crm", f"{number}-{given}"), "store", home, (phone,)))
    fitted = fit.fit(records, POLICY)
    pairs = len(records) * (len(records) - 1) / 2
    assert fitted.document.prior * pairs == pytest.approx(100, rel=0.2)


def test_namesakes_of_a_town_are_no_persons() -> None:
    """A file in which nobody is twice teaches nothing about persons, however many share a name and a town."""
    chance, records = random.Random(6), []
    for number in range(1_500):
        town = chance.randrange(20)
        said = Canonical(
            given_name=chance.choice(GIVEN),
            family_name=f"{chance.choice(FAMILY)}{chr(97 + number % 26)}{chr(97 + number // 26 % 26)}",
            date_of_birth=date(1950, 1, 1) + timedelta(days=chance.randrange(18_000)),
            postcode=f"{1000 + town * 7}",
            city=f"stadt {chr(97 + town) * 3}",
            extra=(("x_tier", chance.choice(("gold", "red", "blue"))),),
        )
        records.append(Record(RecordKey("web", str(number)), "online", said))
    fitted = fit.fit(records, POLICY)
    assert fitted.document.prior * len(records) * (len(records) - 1) / 2 < 5


def test_beliefs_carry_a_file_too_small_to_teach() -> None:
    """Where few pairs are seen, an agreement that hardly any shows says about what is believed of it; a large
    file says for itself how often names meet.
    """
    believed = priors.odds("given_name")
    small, large = (
        _levels("given_name", fit.fit(people(random.Random(5), count), POLICY)) for count in (12, 400)
    )
    for place, level in enumerate(catalogue.comparison("given_name").levels):
        if level.name in ("nickname", "part"):
            assert small[level.name].u == pytest.approx(believed[place].u, rel=0.3)
    met = 0.75**2 + 0.25**2  # one name of four is cut short
    assert large["same"].u == pytest.approx(met / len(GIVEN), rel=0.1)


def _levels(name: str, model: ScoredModel) -> dict[str, Odds]:
    levels = catalogue.comparison(name).levels
    return {level.name: odds for level, odds in zip(levels, model.document.odds[name], strict=True)}
