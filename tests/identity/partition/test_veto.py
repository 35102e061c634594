import random
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.canonical import keys
from identity.model import Record
from identity.partition import links, veto
from identity.partition.judgements import Bench, bench
from identity.scoring.pool import Pool
from identity.scoring.weigh import DeterministicModel
from tests.identity.shoppers import POLICY, different, same, shopper
from tests.identity.worlds import random_world, tight_policy

NOBODY = bench(())


CHANCE = st.integers(0, 1 << 32).map(random.Random)


def pool(*records: Record) -> Pool:
    """What some records say together, every key of theirs being live."""
    live = {key for record in records for key in keys.posted(record, (), POLICY)}
    pools = [links.member(record, live, DeterministicModel(), POLICY).pool for record in records]
    together = pools[0]
    for other in pools[1:]:
        together |= other
    return together


def rule(left: Pool, right: Pool, judged: Bench = NOBODY) -> str | None:
    """The rule that keeps two groups apart."""
    refusal = veto.veto(left, right, judged, POLICY)
    return refusal.rule if refusal else None


def licensed(record: Record, licence: str) -> Record:
    """The record with a number of the retailer's own."""
    return replace(record, attributes=replace(record.attributes, extra=(("x_licence", licence),)))


@given(CHANCE, st.integers(2, 8))
def test_a_veto_is_symmetric(chance: random.Random, size: int) -> None:
    """Reason and values included, whichever group is asked about which."""
    world = random_world(chance, size=size)
    decided = bench(world.judgements)
    cut = chance.randrange(1, size)
    left, right = pool(*world.records[:cut]), pool(*world.records[cut:])
    policy = tight_policy()
    assert veto.veto(left, right, decided, policy) == veto.veto(right, left, decided, policy)


@given(CHANCE, st.integers(2, 6))
def test_a_pool_does_not_depend_on_the_order_of_joining(chance: random.Random, size: int) -> None:
    """Groups that hold the same records say the same."""
    records = list(random_world(chance, size=size).records)
    expected = pool(*records)
    chance.shuffle(records)
    assert pool(*records) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        # Suffixes.
        (shopper("web/1", "karl huber", suffix="jr"), shopper("web/2", "karl huber", suffix="sr"), "suffix"),
        (shopper("web/1", "karl huber", suffix="jr"), shopper("web/2", "karl huber"), None),
        (
            shopper("web/1", "karl huber", attributes={"middle_name": "i"}),
            shopper("web/2", "karl huber", suffix="ii"),
            "suffix",
        ),
        (
            shopper("web/1", "karl huber", attributes={"middle_name": "i"}),
            shopper("web/2", "karl huber", suffix="ii", attributes={"middle_name": "ivo"}),
            None,
        ),
        (
            shopper("web/1", "karl huber", attributes={"middle_name": "i"}),
            shopper("web/2", "karl huber", suffix="jr"),
            None,
        ),
        # Given names.
        (shopper("web/1", "paula huber"), shopper("web/2", "paulette huber"), "given_name"),
        (shopper("web/1", "anna huber"), shopper("web/2", "bernd huber"), "given_name"),
        (shopper("web/1", "anna huber"), shopper("web/2", "huber anna"), None),
        (shopper("web/1", "bob huber"), shopper("web/2", "robert huber"), None),
        (shopper("web/1", "b huber"), shopper("web/2", "robert huber"), None),
        (shopper("web/1", "anna huber"), shopper("web/2", "- huber"), None),
        (
            shopper("web/1", "anna huber", loyalty_card="7"),
            shopper("web/2", "bernd huber", loyalty_card="7"),
            None,
        ),
        (
            shopper("web/1", "anna huber", email="a@x.at"),
            shopper("web/2", "bernd huber", email="a@x.at"),
            "given_name",
        ),
        # Dates of birth.
        (shopper("web/1", born="1980-02-01"), shopper("web/2", born="1955-09-23"), "exclusive"),
        (shopper("web/1", born="1980-02-01"), shopper("web/2", born="1980-02-07"), None),
        (shopper("web/1", born="1980-02-01"), shopper("web/2", born="1980-01-02"), None),
        (shopper("web/1", born="1980-01-01"), shopper("web/2", born="1980-09-23"), None),
        (
            shopper("web/1", "anna huber", born="1980-02-01"),
            shopper("web/2", "anna maier", born="1955-09-23"),
            None,
        ),
        (
            shopper("web/1", "j huber", born="1980-02-01"),
            shopper("web/2", "josef huber", born="1955-09-23"),
            "exclusive",
        ),
        (
            shopper("web/1", born="1980-02-01", email="a@x.at"),
            shopper("web/2", born="1955-09-23", email="a@x.at"),
            None,
        ),
        (
            shopper("web/1", born="1980-02-01", phone="1"),
            shopper("web/2", born="1955-09-23", phone="1"),
            "exclusive",
        ),
        # National ids.
        (
            shopper("web/1", national_id="1234567"),
            shopper("web/2", national_id="7654321"),
            "exclusive",
        ),
        (shopper("web/1", national_id="1234567"), shopper("web/2", national_id="1234576"), None),
        (
            shopper("web/1", national_id="1234567", born="1980-02-01"),
            shopper("web/2", national_id="7654321", born="1980-02-01"),
            None,
        ),
        (
            shopper("web/1", "karl huber", national_id="1234567", born="1950-02-01", email="a@x.at"),
            shopper("web/2", "karl huber", national_id="7654321", born="1985-09-23", email="a@x.at"),
            "exclusive",
        ),
        (
            shopper("web/1", "karl huber", national_id="1234567", born="1950-02-01"),
            shopper("web/2", "karl huber", national_id="1264597", born="1985-09-23"),
            None,
        ),
        (
            shopper("web/1", "karl huber", national_id="1234567", born="1950-02-01", passport="90001"),
            shopper("web/2", "karl huber", national_id="7654321", born="1985-09-23", passport="90001"),
            None,
        ),
        # Limits.
        (
            shopper("web/1", email=[f"{n}@x.at" for n in range(6)]),
            shopper("web/2", email="7@x.at"),
            "limit",
        ),
        (
            shopper("web/1", email=[f"{n}@x.at" for n in range(6)]),
            shopper("web/2", email="5@x.at"),
            None,
        ),
    ],
)
def test_what_keeps_two_records_apart(left: Record, right: Record, expected: str | None) -> None:
    """Each rule, and beside it what it does not mean."""
    assert rule(pool(left), pool(right)) == expected
    assert rule(pool(right), pool(left)) == expected


def test_two_full_names_that_share_an_initial_do_not_agree() -> None:
    """Johann and Josef are two brothers; only J. could be either."""
    johann = shopper("web/1", "johann huber", born="1980-02-01", loyalty_card="7")
    josef = shopper("web/2", "josef huber", born="1955-09-23", loyalty_card="7")
    assert rule(pool(johann), pool(josef)) == "given_name"


def test_a_number_excuses_another_name_or_another_birth_but_not_both() -> None:
    """Whoever differs in both used somebody else's number."""
    wife = pool(shopper("web/1", "anna huber", born="1980-02-01", national_id="1234567"))
    renamed = pool(shopper("crm/1", "klara huber", born="1980-02-01", national_id="1234567"))
    husband = pool(shopper("crm/2", "georg huber", born="1955-09-23", national_id="1234567"))
    assert rule(wife, renamed) is None
    assert rule(wife, husband) == "given_name"


def test_a_number_excuses_nothing_where_another_of_its_type_contradicts() -> None:
    """Who shows her own number and, once, her husband's is not her husband, on whom no birth is known."""
    wife = shopper("web/1", "anna huber", born="1980-02-01", national_id="1234567")
    slip = shopper("web/2", "anna huber", born="1980-02-01", national_id="7654321")
    husband = shopper("crm/1", "georg maier", national_id="7654321")
    assert rule(pool(slip), pool(husband)) is None
    assert rule(pool(wife, slip), pool(husband)) == "given_name"


def test_any_pair_of_values_can_veto() -> None:
    """A group does not hide one of its members behind another."""
    group = pool(shopper("web/1", "anna huber"), shopper("web/2", "bernd huber"))
    assert rule(group, pool(shopper("web/3", "anna huber"))) == "given_name"


FATHER, SON = "1980-02-01", "2009-09-23"


@pytest.mark.parametrize(
    ("father", "son", "expected"),
    [
        ([("karl huber", FATHER, {})] * 2, [("karl huber", SON, {})] * 2, "exclusive"),
        ([("karl huber", FATHER, {})] * 3, [("karl huber", SON, {})], None),
        ([("karl huber", FATHER, {})] * 2, [("karl huber", SON, {}), ("karl huber", "2003-01-17", {})], None),
        ([("karl huber", FATHER, {})] * 2, [("karl huber", "1980-02-07", {})] * 2, None),
        (
            [("karl huber", FATHER, {}), ("karl huber", FATHER, {"email": "karl@x.at"})],
            [("karl huber", SON, {}), ("karl huber", SON, {"email": "karl@x.at"})],
            None,
        ),
        (
            [("k huber", FATHER, {}), ("k huber", FATHER, {"email": "huber@x.at"})],
            [("karl huber", SON, {}), ("karl huber", SON, {"email": "huber@x.at"})],
            "exclusive",
        ),
        (
            [("karl huber", FATHER, {}), ("karl huber", FATHER, {"national_id": "1234567"})],
            [("karl huber", SON, {}), ("karl huber", SON, {"national_id": "1234567"})],
            None,
        ),
    ],
    ids=[
        "father and son of one name",
        "one slip",
        "two slips",
        "a typing error, copied",
        "another birthday told",
        "the family's mailbox",
        "a number for life",
    ],
)
def test_births_that_two_records_each_say_are_no_slips(
    father: list[tuple[str, str, dict[str, Any]]],
    son: list[tuple[str, str, dict[str, Any]]],
    expected: str | None,
) -> None:
    """Then neither a name nor a mailbox makes one person of two, only both, or a number for life."""
    left, right = (
        pool(
            *(
                shopper(f"{source}/{no}", name, born=born, **shown)
                for no, (name, born, shown) in enumerate(said)
            )
        )
        for source, said in (("web", father), ("crm", son))
    )
    assert rule(left, right) == rule(right, left) == expected


def test_where_nobody_lives_together_another_name_is_a_mistake() -> None:
    """Twins elsewhere: one home, one day of birth, two given names and two numbers. Who shares less is left
    to the weights, unless the births clearly differ too; suffixes and limits hold as ever.
    """
    home, away = {"street": "hauptstrasse", "postcode": "1010"}, {"street": "feldweg", "postcode": "8010"}
    one = pool(shopper("web/a", "anna huber", born="1980-05-05", attributes=home, national_id="1111111"))
    other = pool(shopper("crm/b", "klara huber", born="1980-05-05", attributes=home, national_id="9876543"))
    mover = pool(shopper("crm/c", "klara huber", attributes=away))
    stranger = pool(shopper("crm/f", "klara huber", born="1953-02-01", attributes=away))
    elder = pool(shopper("crm/d", "anna huber", suffix="sr"))
    younger = pool(shopper("crm/e", "anna huber", suffix="jr"))
    alone = replace(POLICY, one_to_a_home=True)
    assert rule(one, other) == rule(one, mover) == "given_name"
    assert veto.veto(one, other, NOBODY, alone) is veto.veto(one, mover, NOBODY, alone) is None
    refused = [veto.veto(one, stranger, NOBODY, alone), veto.veto(elder, younger, NOBODY, alone)]
    assert [found and found.rule for found in refused] == ["given_name", "suffix"]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("georg maier", "given_name"),
        ("georg huber", None),
        ("oqrg maier", None),
        ("ed maier", None),
        ("huber maier", None),
    ],
    ids=["wholly otherwise", "one surname", "nobody is called so", "what is left of a name", "exchanged"],
)
def test_where_nobody_lives_together_a_whole_other_name_is_somebody_else(
    other: str, expected: str | None
) -> None:
    """With the same birth: slips make no name of another, and seldom spoil both parts beyond recognition."""
    alone = replace(POLICY, one_to_a_home=True)
    one = pool(shopper("web/1", "klara huber", born="1980-05-05"))
    refusal = veto.veto(one, pool(shopper("web/2", other, born="1980-05-05")), NOBODY, alone)
    assert (refusal and refusal.rule) == expected


@pytest.mark.parametrize(
    ("name", "born", "expected"),
    [
        ("xyqul huber", "1980-05-05", None),
        ("georg huber", "1953-02-01", "given_name"),
        ("georg huber", None, "given_name"),
        ("georg maier", "1980-05-05", "given_name"),
    ],
    ids=["one birth", "births differ", "no birth", "wholly otherwise"],
)
def test_where_no_two_of_a_home_have_one_birth_it_excuses_another_given_name(
    name: str, born: str | None, expected: str | None
) -> None:
    """Husband and wife are told by their births; who has one is written wrongly, in whatever home."""
    home = {"street": "hauptstrasse", "postcode": "1010"}
    known = replace(POLICY, one_to_a_birth=True)
    one = pool(shopper("web/1", "klara huber", born="1980-05-05", attributes=home))
    other = pool(shopper("web/2", name, born=born, attributes=home))
    assert rule(one, other) == "given_name"
    refusal = veto.veto(one, other, NOBODY, known)
    assert (refusal and refusal.rule) == expected


def test_where_nobody_lives_together_the_files_tell_what_is_a_name() -> None:
    """The list knows few names of the world; one that nobody else bears may be a slip."""
    one = pool(shopper("web/1", "melba beard", born="1986-07-20"))
    other = pool(shopper("web/2", "josue stanley", born="1986-07-20"))
    alone = replace(POLICY, one_to_a_home=True)
    assert veto.veto(one, other, NOBODY, replace(alone, given_names=frozenset(("melba",)))) is None
    found = veto.veto(one, other, NOBODY, replace(alone, given_names=frozenset(("melba", "josue"))))
    assert found is not None
    assert found.rule == "given_name"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("josue huber", "given_name"), ("xyqul huber", None), ("- huber", None), ("georg huber", "given_name")],
    ids=["a name of the files", "nobody's", "no name", "a listed name"],
)
def test_where_slips_name_nobody_such_a_name_tells_nothing(name: str, expected: str | None) -> None:
    """Husband and wife both have names; what is left of hers after a slip is none."""
    known = replace(POLICY, slips_name_nobody=True, given_names=frozenset(("josue",)))
    one, other = pool(shopper("web/1", "klara huber")), pool(shopper("web/2", name))
    refusal = veto.veto(one, other, NOBODY, known)
    assert (refusal and refusal.rule) == expected


@pytest.mark.parametrize(
    ("street", "expected"),
    [("hauptstrasse", None), ("hauptstrsase", None), ("feldweg", "given_name")],
    ids=["one home", "a home written wrongly", "two homes"],
)
def test_where_nobody_lives_together_one_home_excuses_a_whole_other_name(
    street: str, expected: str | None
) -> None:
    """Somebody else's name was written there; whether it is one person the weights know."""
    alone = replace(POLICY, one_to_a_home=True)
    left, right = (
        pool(shopper(key, name, born="1980-05-05", attributes={"street": where, "postcode": "1010"}))
        for key, name, where in (
            ("web/1", "klara huber", "hauptstrasse"),
            ("web/2", "georg maier", street),
        )
    )
    refusal = veto.veto(left, right, NOBODY, alone)
    assert (refusal and refusal.rule) == expected


@pytest.mark.parametrize(
    ("licence", "expected"), [("8323", None), ("8324", "given_name")], ids=["the same", "another"]
)
def test_where_nobody_lives_together_a_number_of_the_retailers_own_excuses_as_a_home_does(
    licence: str, expected: str | None
) -> None:
    """Where files know no homes: births ten years apart and a spoilt name are two mistakes."""
    alone = replace(POLICY, one_to_a_home=True, registers=frozenset(("x_licence",)))
    one = pool(licensed(shopper("web/1", "jesse hoffman", born="1970-01-12"), "8323"))
    other = pool(licensed(shopper("web/2", "cemxw hofman", born="1980-12-01"), licence))
    assert rule(one, other) == "given_name"
    refusal = veto.veto(one, other, NOBODY, alone)
    assert (refusal and refusal.rule) == expected


def test_a_nameless_record_does_not_vouch() -> None:
    """The same card excuses differing names only where it was shown beside a name."""
    with_bridge = pool(shopper("web/1", "anna huber"), shopper("pos/1", loyalty_card="7"))
    assert rule(with_bridge, pool(shopper("web/2", "bernd huber", loyalty_card="7"))) == "given_name"


def test_the_newest_decision_that_touches_both_sides_decides() -> None:
    """Same overrides every rule but a newer different."""
    father = pool(shopper("web/1", "karl huber", suffix="sr"), shopper("web/3", "karl huber"))
    son = pool(shopper("web/2", "karl huber", suffix="jr"))
    assert rule(father, son, bench([same("web/3", "web/2", day=1)])) is None
    newer = [same("web/3", "web/2", day=1), different("web/1", "web/2", day=2)]
    assert rule(father, son, bench(newer)) == "judged"
    older = [same("web/3", "web/2", day=1), different("web/1", "web/2", day=0)]
    assert rule(father, son, bench(older)) is None
    elsewhere = [different("web/7", "web/2", day=2)]
    assert rule(father, son, bench(elsewhere)) == "suffix"


def test_sentences_hold_no_personal_values() -> None:
    """A reason is stored, logged and shown to anybody who may see that there is one."""
    known = ("anna", "bernd", "1980", "1955", "123", "765", "x.at")
    records = [
        shopper("web/1", "anna huber", born="1980-02-01", national_id="1234567", suffix="jr"),
        shopper("web/2", "bernd maier", born="1955-09-23", national_id="7654321"),
        shopper("web/3", born="1955-09-23", email=[f"{n}@x.at" for n in range(7)]),
        shopper("web/4", born="1980-02-01", suffix="sr", email="9@x.at"),
    ]
    refusals = [veto.veto(pool(one), pool(other), NOBODY, POLICY) for one, other in combinations(records, 2)]
    told = [refusal for refusal in refusals if refusal is not None]
    assert {refusal.rule for refusal in told} == {"suffix", "given_name", "exclusive", "limit"}
    assert not any(value in refusal.sentence for refusal in told for value in known)


def test_a_record_beyond_a_limit_joins_nobody() -> None:
    """Somebody's address book is no shopper, whichever side it is on."""
    hub = pool(shopper("crm/1", email=[f"{n}@x.at" for n in range(7)]))
    assert rule(hub, pool(shopper("web/1", "anna huber"))) == "limit"
    assert rule(pool(shopper("web/1", "anna huber")), hub) == "limit"
