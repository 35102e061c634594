import random
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.canonical import keys
from identity.model import Record, RecordKey
from identity.partition import links
from identity.partition.judgements import bench
from identity.partition.links import Link, Member, Strength
from identity.scoring.pool import Pool
from identity.scoring.weigh import UNITS_PER_BIT, DeterministicModel, Evidence
from tests.identity.shoppers import POLICY, different, same, shopper
from tests.identity.worlds import ToyModel, random_world, tight_policy

NOBODY = bench(())


@dataclass(frozen=True, slots=True)
class Fixed:
    """Weighs every pair the same; joins from two bits on, asks from one."""

    fixed: int
    version: str = "fixed"
    join_line: int = 2 * UNITS_PER_BIT
    review_line: int = UNITS_PER_BIT
    is_wary: bool = False
    own_attributes: frozenset[str] = frozenset()
    prior_bits: float = 0

    def blocking(self, _record: Record, /) -> tuple[str, ...]:
        """Finds nobody."""
        return ()

    def may_reach(self, line: int, _left: Pool, _right: Pool, /) -> bool:
        """Every pair weighs the same."""
        return line <= self.fixed

    def weight(self, _left: Pool, _right: Pool, /) -> int:
        """Always the same."""
        return self.fixed

    def evidence(self, _left: Pool, _right: Pool, /) -> tuple[Evidence, ...]:
        """Of no attribute."""
        return ()


def members(*records: Record) -> dict[RecordKey, Member]:
    """Records of which every key is live."""
    live = {key for record in records for key in keys.posted(record, (), POLICY)}
    return {record.ref: links.member(record, live, DeterministicModel(), POLICY) for record in records}


def found(*records: Record) -> list[tuple[Strength, str]]:
    """Class and basis of the links between records, in order."""
    made = links.among(members(*records), NOBODY, DeterministicModel(), POLICY)
    return [(link.strength, link.basis) for link in made]


def test_the_most_believed_type_makes_the_link() -> None:
    """Two records are linked once."""
    one = shopper("web/1", "anna huber", email="a@x.at", loyalty_card="7", phone="1")
    other = shopper("pos/1", "anna huber", email="a@x.at", loyalty_card="7", phone="1")
    assert found(one, other) == [(Strength.DETERMINISTIC, "loyalty_card")]


def test_links_come_in_order() -> None:
    """Decisions from the newest on, then types as they are believed, then weight, then the ends."""
    ends = [RecordKey("web", str(number)) for number in range(4)]
    expected = [
        Link(ends[2], ends[3], Strength.JUDGED, "judged", -2, 0),
        Link(ends[0], ends[1], Strength.JUDGED, "judged", -1, 0),
        Link(ends[0], ends[3], Strength.DETERMINISTIC, "loyalty_card", 3, 0),
        Link(ends[0], ends[2], Strength.DETERMINISTIC, "email", 5, 9),
        Link(ends[0], ends[1], Strength.DETERMINISTIC, "email", 5, 0),
        Link(ends[0], ends[2], Strength.DETERMINISTIC, "email", 5, 0),
        Link(ends[1], ends[2], Strength.PROBABLE, "weight", 0, 5),
        Link(ends[0], ends[1], Strength.PROBABLE, "weight", 0, 4),
        Link(ends[0], ends[1], Strength.POSSIBLE, "weight", 0, 6),
    ]
    shuffled = expected.copy()
    random.Random(1).shuffle(shuffled)
    assert sorted(shuffled, key=lambda link: link.order) == expected


def test_byte_order_of_ends_is_code_point_order() -> None:
    """What a database with C collation says, so that any two systems agree."""
    written = ["a", "Z", "ä", "\U0001f600", "\uffff", "a\x00b", "ab"]
    assert sorted(RecordKey("web", key) for key in written) == sorted(
        (RecordKey("web", key) for key in written), key=lambda ref: ref.key.encode()
    )


def test_without_a_model_nothing_but_identifiers_links() -> None:
    """The same name and address is no link yet."""
    place = {"street": "gasse", "city": "wien", "postcode": "1010"}
    assert (
        found(*(shopper(f"web/{n}", "anna huber", born="1980-02-01", attributes=place) for n in (1, 2))) == []
    )


def test_a_payment_account_links_like_an_address() -> None:
    """A card payment without a name, or with one that agrees."""
    paid = shopper("web/1", "anna huber", payment_reference="P")
    assert found(paid, shopper("pos/1", payment_reference="P")) == [
        (Strength.DETERMINISTIC, "payment_reference")
    ]
    assert found(paid, shopper("pos/1", "bernd huber", payment_reference="P")) == []


def test_a_decision_outranks_what_is_shared() -> None:
    """And links where nothing is shared."""
    known = members(shopper("web/1", loyalty_card="7"), shopper("web/2", loyalty_card="7"), shopper("crm/1"))
    judged = bench([same("web/1", "web/2"), same("crm/1", "web/1"), different("crm/1", "web/2")])
    made = links.among(known, judged, DeterministicModel(), POLICY)
    assert [(link.left.key, link.right.key, link.strength) for link in made] == [
        ("1", "1", Strength.JUDGED),
        ("1", "2", Strength.JUDGED),
    ]


def test_weight_makes_probable_and_possible_links() -> None:
    """From the join line and from the review line on."""

    def linked(bits: float) -> Strength | None:
        one, other = members(shopper("web/1"), shopper("web/2")).values()
        link = links.between(one, other, None, Fixed(int(bits * UNITS_PER_BIT)), POLICY)
        return link.strength if link else None

    assert [linked(bits) for bits in (0.99, 1, 1.99, 2, 50)] == [
        None,
        Strength.POSSIBLE,
        Strength.POSSIBLE,
        Strength.PROBABLE,
        Strength.PROBABLE,
    ]


def test_weight_may_doubt_what_it_counted() -> None:
    """Where all else speaks against two records, an address is a slip, to be looked at; a number for life is
    one as soon as two people are likelier, unless the births are the same too and the given names do not
    differ. A card, of which the model knows nothing, was passed on only where all else speaks twenty bits
    louder.
    """
    for bits, kind in ((0, "national_id"), (-6, "email")):
        shared: dict[str, Any] = {kind: "1234567"}
        assert _doubted(bits, **shared) is Strength.DETERMINISTIC
        assert _doubted(bits - 0.01, **shared) is Strength.POSSIBLE
    assert _doubted(-50, national_id="1234567", born="1980-02-01") is Strength.DETERMINISTIC
    assert _doubted(-50, ANNA, MARRIED, **TOGETHER) is Strength.DETERMINISTIC
    assert _doubted(-50, ANNA, BERND, **TOGETHER) is Strength.POSSIBLE
    assert _doubted(0, ANNA, BERND, **TOGETHER) is Strength.DETERMINISTIC
    assert _doubted(-26, loyalty_card="7") is Strength.DETERMINISTIC
    assert _doubted(-26.01, loyalty_card="7") is Strength.POSSIBLE
    assert _doubted(-26, loyalty_card="7", national_id="1234567") is Strength.DETERMINISTIC
    assert _doubted(-50, loyalty_card="7", born="1980-02-01") is Strength.DETERMINISTIC


def test_a_wary_model_believes_no_identifier_below_the_joining_line() -> None:
    """Where there are fragments, mailboxes and numbers, even beside one birth, are what these copied."""
    for shared in (MAILBOX, TOGETHER):
        one, other = members(shopper("web/1", **shared), shopper("web/2", **shared)).values()
        line = 2 * UNITS_PER_BIT
        for units, expected in ((line, Strength.DETERMINISTIC), (line - 1, Strength.POSSIBLE)):
            link = links.between(one, other, None, Fixed(units, is_wary=True), POLICY)
            assert link is not None
            assert link.strength is expected


@pytest.mark.parametrize(
    ("one", "other", "is_doubted"),
    [
        ({"born": "1980-02-01"}, {"born": "1981-02-01"}, True),
        ({"born": "1980-02-01"}, {"born": "1980-02-01"}, False),
        ({"born": "1980-02-01"}, {}, False),
        ({"national_id": "1234567"}, {"national_id": "7654321"}, True),
        ({"national_id": "1234567"}, {"tax_id": "7654321"}, False),
    ],
)
def test_what_one_has_for_life_doubts_an_address_sooner(
    one: dict[str, str], other: dict[str, str], is_doubted: bool
) -> None:
    """Who moves keeps birth and number, so where these differ two people are two."""
    assert _doubted(0, one, other, email="a@x.example.com") is Strength.DETERMINISTIC
    expected = Strength.POSSIBLE if is_doubted else Strength.DETERMINISTIC
    assert _doubted(-0.01, one, other, email="a@x.example.com") is expected


ANNA, MARRIED, BERND = {"name": "anna huber"}, {"name": "anna maier"}, {"name": "bernd maier"}
MAILBOX: dict[str, Any] = {"email": "a@x.example.com"}
TOGETHER: dict[str, Any] = {"national_id": "1234567", "born": "1980-02-01"}


def _doubted(
    bits: float, left: dict[str, Any] | None = None, right: dict[str, Any] | None = None, **shared: Any
) -> Strength | None:
    """How a pair that weighs so many bits is linked, when both sides show what is shared."""
    one, other = members(
        shopper("web/1", **shared, **(left or {})), shopper("web/2", **shared, **(right or {}))
    ).values()
    link = links.between(one, other, None, Fixed(int(bits * UNITS_PER_BIT)), POLICY)
    return link.strength if link else None


@given(st.integers(0, 1 << 32), st.integers(2, 16))
def test_focus_gives_the_links_that_touch_it(seed: int, size: int) -> None:
    """Asking for some records gives of all links those that have an end there."""
    chance = random.Random(seed)
    world = random_world(chance, size=size)
    model, policy, decided = ToyModel(), tight_policy(), bench(world.judgements)
    posted = {each.ref: keys.posted(each, model.blocking(each), policy) for each in world.records}
    live = keys.live(keys.posts((each, posted[each.ref]) for each in world.records), policy)
    known = {each.ref: links.member(each, live, model, policy) for each in world.records}
    focus = set(chance.sample(sorted(known), chance.randrange(size)))
    everything = links.among(known, decided, model, policy)
    touching = tuple(link for link in everything if link.left in focus or link.right in focus)
    assert links.among(known, decided, model, policy, focus=focus) == touching
