"""Which refused links are asked about."""

import pytest

from identity.model import RecordKey
from identity.partition import lookouts
from identity.partition.groups import PossibleMatch
from identity.partition.links import Link, Strength
from identity.partition.veto import Refusal
from identity.scoring.weigh import UNITS_PER_BIT


def match(rule: str, strength: Strength, bits: float, *, ends: str = "ab") -> PossibleMatch:
    """A link between two records of one letter each that a rule refused."""
    left, right = (RecordKey("crm", end) for end in ends)
    link = Link(left, right, strength, "weight", 0, round(bits * UNITS_PER_BIT))
    return PossibleMatch(link, Refusal(rule, "Because."))


@pytest.mark.parametrize(
    ("refused", "is_asked"),
    [
        (match("given_name", Strength.PROBABLE, 38), False),
        (match("given_name", Strength.PROBABLE, 45), True),
        (match("given_name", Strength.DETERMINISTIC, 5), True),
        (match("suffix", Strength.POSSIBLE, 3), False),
        (match("review", Strength.POSSIBLE, 2), True),
        (match("judged", Strength.DETERMINISTIC, 60), False),
    ],
)
def test_a_home_explains_most_vetoes(refused: PossibleMatch, is_asked: bool) -> None:
    """Asked is where an identifier or more than a home speaks against the rule, and where no rule speaks."""
    assert lookouts.open_questions([refused]) == [refused] * is_asked


def test_of_several_owners_the_likeliest_is_asked_about() -> None:
    """A surname at an address may belong to everybody there: one item, and none for the others."""
    family = [
        match("ambiguous", Strength.PROBABLE, bits, ends=ends) for ends, bits in (("an", 20), ("bn", 22))
    ]
    assert lookouts.open_questions(family) == [family[1]]


def test_every_owner_by_an_identifier_is_asked_about() -> None:
    """Where a card or an address links a nameless record, a person can tell whose it is."""
    owners = [match("ambiguous", Strength.DETERMINISTIC, 20, ends=ends) for ends in ("an", "bn")]
    assert lookouts.open_questions(owners) == owners
