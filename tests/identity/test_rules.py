"""What becomes of shoppers, rule by rule, as a retailer would tell it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from identity.model import Assurance, Identifier, Record
from tests.identity.shoppers import (
    DAY_ONE,
    different,
    partition,
    persons,
    ref,
    refusals,
    same,
    shopper,
)


def test_one_card_is_one_person_whatever_the_spelling() -> None:
    """A loyalty card links alone."""
    web = shopper("web/1", "anna huber", loyalty_card="77")
    card = shopper("loyalty/77", "anna hubr", loyalty_card="77")
    assert persons(web, card) == {"loyalty/77 web/1"}


def test_an_email_links_a_nameless_record() -> None:
    """A till knows only the address on the e-receipt."""
    web = shopper("web/1", "anna huber", email="a@x.at")
    till = shopper("pos/9", email="a@x.at")
    assert persons(web, till) == {"pos/9 web/1"}


def test_an_email_links_names_that_agree() -> None:
    """Nicknames, initials, swapped parts and typing errors are one name."""
    web = shopper("web/1", "robert smith", email="b@x.at")
    for number, name in enumerate(("bob smith", "r smith", "smith robert", "robert smyth")):
        other = shopper(f"pos/{number}", name, email="b@x.at")
        assert persons(web, other) == {f"pos/{number} web/1"}, name


def test_a_family_email_does_not_join_the_family() -> None:
    """Another given name behind the same address is another person, and not even worth a review."""
    anna = shopper("web/1", "anna huber", email="home@x.at")
    bernd = shopper("web/2", "bernd huber", email="home@x.at")
    assert persons(anna, bernd) == {"web/1", "web/2"}
    assert refusals(anna, bernd) == {}


def test_a_phone_alone_links_nobody() -> None:
    """Families and offices share phones."""
    assert persons(shopper("web/1", "anna huber", phone="1"), shopper("pos/9", phone="1")) == {
        "pos/9",
        "web/1",
    }


def test_a_phone_links_with_an_agreeing_name() -> None:
    """An initial is enough beside the surname."""
    anna = shopper("web/1", "anna huber", phone="1")
    assert persons(anna, shopper("pos/9", "a huber", phone="1")) == {"pos/9 web/1"}


def test_a_phone_and_a_surname_are_a_family() -> None:
    """A surname alone is no second attribute."""
    anna = shopper("web/1", "anna huber", phone="1")
    assert persons(anna, shopper("pos/9", "- huber", phone="1")) == {"pos/9", "web/1"}


def test_a_phone_links_with_a_date_of_birth() -> None:
    """The date of birth is personal."""
    anna = shopper("web/1", "anna huber", phone="1", born="1980-02-01")
    assert persons(anna, shopper("pos/9", phone="1", born="1980-02-01")) == {"pos/9 web/1"}


def test_twins_share_everything_but_the_name() -> None:
    """Same phone, same birthday, other given name: two people."""
    anna = shopper("web/1", "anna huber", phone="1", email="h@x.at", born="1980-02-01")
    clara = shopper("web/2", "clara huber", phone="1", email="h@x.at", born="1980-02-01")
    assert persons(anna, clara) == {"web/1", "web/2"}


@pytest.mark.parametrize("kind", ["email", "phone", "loyalty_card", "national_id", "account_id"])
def test_asserted_identifiers_join_nothing(kind: str) -> None:
    """A stranger with a browser's key types your address and is told nothing of you."""
    shown: dict[str, Any] = {kind: "x"}
    victim = shopper("web/1", "anna huber", **shown)
    stranger = shopper("web/2", "anna huber", assurance=Assurance.ASSERTED, **shown)
    assert persons(victim, stranger) == {"web/1", "web/2"}


def test_asserted_identifiers_dissolve_nothing() -> None:
    """Typing an address a hundred times does not make it generic."""
    victim = shopper("web/1", "anna huber", email="a@x.at")
    card = shopper("loyalty/1", "anna huber", email="a@x.at")
    strangers = [
        shopper(f"segment/{n}", f"name{n} surname", assurance=Assurance.ASSERTED, email="a@x.at")
        for n in range(100)
    ]
    assert "loyalty/1 web/1" in persons(victim, card, *strangers)


def test_asserted_attributes_speak_neither_for_nor_against() -> None:
    """A stranger's claim about a name vetoes nothing and excuses nothing."""
    account = shopper("web/1", "anna huber", email="a@x.at")
    claimed = shopper("app/1", "bernd maier", email="a@x.at", proof=Assurance.ASSERTED)
    assert persons(account, claimed) == {"app/1 web/1"}


def test_a_value_that_many_people_show_becomes_generic() -> None:
    """office@ belongs to five surnames, so to nobody; one review names the key."""
    records = [shopper(f"web/{n}", f"{name} {name}", email="office@x.at") for n, name in enumerate("bdfmr")]
    found = partition(*records, shopper("pos/9", email="office@x.at"))
    assert len(found.groups) == 6
    assert [key.value for key in found.generic] == ["office@x.at"]


def test_a_generic_value_comes_alive_again_without_memory() -> None:
    """No hysteresis: fewer people behind it and it links again."""
    records = [shopper(f"web/{n}", f"{name} {name}", email="office@x.at") for n, name in enumerate("bdf")]
    assert "pos/9" in " ".join(persons(*records[:1], shopper("pos/9", email="office@x.at")) - {"pos/9"})


def test_father_and_son_share_a_name() -> None:
    """A suffix keeps apart whom everything else would join."""
    father = shopper("web/1", "karl huber", suffix="sr", email="k@x.at")
    son = shopper("web/2", "karl huber", suffix="jr", email="k@x.at")
    assert persons(father, son) == {"web/1", "web/2"}
    assert refusals(father, son) == {"web/1 web/2": "suffix"}


def test_a_contradicted_birthday_keeps_apart_unless_something_else_agrees() -> None:
    """One wrong field among agreeing ones is a typing error."""
    till = shopper("pos/1", loyalty_card="7", born="1980-02-01")
    other = shopper("pos/2", loyalty_card="7", born="1955-09-23")
    assert refusals(till, other) == {"pos/1 pos/2": "exclusive"}
    anna = shopper("pos/1", "anna huber", loyalty_card="7", born="1980-02-01")
    again = shopper("pos/2", "anna huber", loyalty_card="7", born="1955-09-23")
    assert persons(anna, again) == {"pos/1 pos/2"}


def test_a_birthday_off_by_a_typing_error_contradicts_nothing() -> None:
    """Day and month exchanged is how Europeans and Americans misread each other."""
    till = shopper("pos/1", loyalty_card="7", born="1980-02-01")
    assert persons(till, shopper("pos/2", loyalty_card="7", born="1980-01-02")) == {"pos/1 pos/2"}


def test_different_given_names_keep_a_shared_mailbox_apart() -> None:
    """A nameless bridge between husband and wife joins neither, whoever came first."""
    anna = shopper("web/1", "anna huber", email="home@x.at")
    bernd = shopper("web/2", "bernd huber", email="home@x.at")
    till = shopper("pos/9", email="home@x.at")
    assert persons(anna, bernd, till) == {"pos/9", "web/1", "web/2"}
    assert refusals(anna, bernd, till) == {"pos/9 web/1": "ambiguous", "pos/9 web/2": "ambiguous"}


@pytest.mark.parametrize("name", ["- huber", "- hubr"])
def test_a_surname_alone_is_as_ambiguous_as_none(name: str) -> None:
    """It tells no member of the family from another."""
    anna = shopper("web/1", "anna huber", email="home@x.at")
    bernd = shopper("web/2", "bernd huber", email="home@x.at")
    assert persons(anna, bernd, shopper("pos/9", name, email="home@x.at")) == {"pos/9", "web/1", "web/2"}


def test_an_initial_that_fits_two_is_ambiguous() -> None:
    """A. Huber is Anna or Andreas."""
    anna = shopper("web/1", "anna huber", email="home@x.at")
    andreas = shopper("web/2", "dietmar huber", email="home@x.at")
    both = shopper("web/3", "andreas huber", email="home@x.at")
    assert persons(anna, andreas, shopper("pos/9", "a huber", email="home@x.at")) == {"pos/9 web/1", "web/2"}
    assert persons(anna, both, shopper("pos/9", "a huber", email="home@x.at")) == {"pos/9", "web/1", "web/3"}


def test_a_chain_of_nameless_records_between_two_people_joins_neither() -> None:
    """Which end won would depend on whose key sorts first."""
    anna = shopper("web/1", "anna huber", email="a@x.at")
    bernd = shopper("web/2", "bernd maier", email="b@x.at")
    one = shopper("pos/1", email="a@x.at", loyalty_card="7")
    other = shopper("pos/2", email="b@x.at", loyalty_card="7")
    assert persons(anna, bernd, one, other) == {"pos/1 pos/2", "web/1", "web/2"}


def test_a_stronger_link_comes_before_ambiguity_arises() -> None:
    """Each till record belongs to its card; the family's address between them changes nothing."""
    anna = shopper("web/1", "anna huber", loyalty_card="7")
    bernd = shopper("web/2", "bernd huber", loyalty_card="8")
    one = shopper("pos/1", loyalty_card="7", email="home@x.at")
    other = shopper("pos/2", loyalty_card="8", email="home@x.at")
    assert persons(anna, bernd, one, other) == {"pos/1 web/1", "pos/2 web/2"}


def test_a_number_for_life_tells_whose_a_nameless_record_is() -> None:
    """The family's address beside it is the family's; a number that both show tells nothing."""
    anna = shopper("web/1", "anna huber", email="home@x.at", national_id="1234567")
    bernd = shopper("web/2", "bernd huber", email="home@x.at")
    slip = shopper("web/3", "bernd huber", email="home@x.at", national_id="1234567", born="1955-09-23")
    till = shopper("pos/9", email="home@x.at", national_id="1234567")
    assert persons(anna, bernd, till) == {"pos/9 web/1", "web/2"}
    born = replace(anna, attributes=replace(anna.attributes, date_of_birth=date(1980, 2, 1)))
    assert persons(born, slip, till) == {"pos/9", "web/1", "web/3"}


def test_nothing_tells_which_of_two_namesakes_a_record_is() -> None:
    """Father and son share name and mailbox: of a third record only a number or a card tells whose it is."""
    father = shopper(
        "web/1", "karl huber", email="home@x.at", born="1950-02-01", national_id="1234567", loyalty_card="7"
    )
    son = shopper("web/2", "karl huber", email="home@x.at", born="1985-09-23", national_id="7654321")
    either = shopper("pos/9", "karl huber", email="home@x.at")
    assert persons(father, son, either) == {"pos/9", "web/1", "web/2"}
    assert refusals(father, son, either)["pos/9 web/1"] == "ambiguous"
    assert persons(father, son, either, shopper("pos/8", "karl huber", email="home@x.at")) == {
        "pos/8 pos/9",
        "web/1",
        "web/2",
    }
    assert persons(father, either) == {"pos/9 web/1"}
    carded = shopper("pos/9", "karl huber", email="home@x.at", loyalty_card="7")
    assert persons(father, son, carded) == {"pos/9 web/1", "web/2"}
    told = shopper("pos/9", "karl huber", email="home@x.at", national_id="7654321")
    assert persons(father, son, told) == {"pos/9 web/2", "web/1"}
    assert persons(father, son, either, judged=[same("pos/9", "web/2")]) == {"pos/9 web/2", "web/1"}


def test_saying_who_it_is_not_settles_an_ambiguity() -> None:
    """Once somebody rules Bernd out, the till record is Anna's."""
    records = (
        shopper("web/1", "anna huber", email="home@x.at"),
        shopper("web/2", "bernd huber", email="home@x.at"),
        shopper("pos/9", email="home@x.at"),
    )
    assert persons(*records, judged=[different("pos/9", "web/2")]) == {"pos/9 web/1", "web/2"}
    assert persons(*records, judged=[same("pos/9", "web/2")]) == {"pos/9 web/2", "web/1"}


def test_a_card_shared_by_named_people_is_one_person_by_the_card() -> None:
    """A strong identifier that two named records show excuses differing given names: a changed name is one
    too.
    """
    anna = shopper("web/1", "anna huber", loyalty_card="7")
    bernd = shopper("loyalty/7", "bernd huber", loyalty_card="7")
    assert persons(anna, bernd) == {"loyalty/7 web/1"}


def test_a_strong_identifier_of_a_nameless_record_excuses_nothing() -> None:
    """The nameless till record in between has the card of both, yet it vouches for nobody's name."""
    anna = shopper("web/1", "anna huber", email="a@x.at", account_id="1")
    bernd = shopper("web/2", "bernd huber", loyalty_card="7")
    bridge = shopper("pos/1", email="a@x.at", loyalty_card="7")
    assert not any("web/1" in group and "web/2" in group for group in persons(anna, bernd, bridge))


def test_a_person_has_only_so_many_addresses() -> None:
    """The seventh e-mail address is somebody else's or a mistake."""
    many = shopper("crm/1", "anna huber", loyalty_card="7", email=[f"a{n}@x.at" for n in range(6)])
    one_more = shopper("web/1", "anna huber", loyalty_card="7", email="new@x.at")
    assert refusals(many, one_more) == {"crm/1 web/1": "limit"}


def test_a_recycled_number_links_only_at_one_time() -> None:
    """A phone number given to somebody else later joins nobody to its former owner."""

    def owner(key: str, start: int, end: int) -> Record:
        validity = (DAY_ONE + timedelta(days=start), DAY_ONE + timedelta(days=end))
        number = Identifier("loyalty_card", "7", Assurance.TYPED, *validity)
        return Record(ref(key), "store", identifiers=(number,))

    assert persons(owner("pos/1", 0, 10), owner("pos/2", 10, 20)) == {"pos/1", "pos/2"}
    assert persons(owner("pos/1", 0, 11), owner("pos/2", 10, 20)) == {"pos/1 pos/2"}


def test_browsing_hangs_on_the_account_that_bounds_it() -> None:
    """A shared tablet joins no two people; each stretch belongs to who was signed in."""
    anna = shopper("web/1", "anna huber", account_id="A")
    bernd = shopper("web/2", "bernd huber", account_id="B")
    of_anna = shopper("web/anon", bound_to="A", anonymous_id="tablet")
    of_bernd = shopper("web/anon/2", bound_to="B", anonymous_id="tablet")
    nobodys = shopper("web/other", anonymous_id="tablet")
    assert persons(anna, bernd, of_anna, of_bernd, nobodys) == {
        "web/1 web/anon",
        "web/2 web/anon/2",
        "web/other",
    }


def test_a_kiosk_where_everybody_signs_in_is_nobodys_device() -> None:
    """Beyond so many accounts a device says nothing about any."""
    accounts = [shopper(f"web/{n}", f"{name} {name}", account_id=name) for n, name in enumerate("bdfmr")]
    stretches = [
        shopper(f"web/k/{n}", bound_to=name, anonymous_id="kiosk") for n, name in enumerate("bdfmr", 1)
    ]
    assert len(persons(*accounts, *stretches)) == 10
    assert len(persons(*accounts[:4], *stretches[:4])) == 4


def test_a_decision_overrides_every_rule() -> None:
    """Somebody who knows better joins father and son; somebody later parts them again."""
    father = shopper("web/1", "karl huber", suffix="sr", email="k@x.at")
    son = shopper("web/2", "karl huber", suffix="jr", email="k@x.at")
    joined = same("web/1", "web/2", day=1)
    assert persons(father, son, judged=[joined]) == {"web/1 web/2"}
    assert persons(father, son, judged=[joined, different("web/1", "web/2", day=2)]) == {"web/1", "web/2"}
    assert persons(father, son, judged=[joined, different("web/1", "web/2", day=0)]) == {"web/1 web/2"}


def test_of_two_decisions_at_one_moment_the_one_that_keeps_apart_counts() -> None:
    """Apart can be mended; together has shown somebody's history already."""
    one, other = shopper("web/1", "anna huber"), shopper("web/2", "anna huber")
    assert persons(one, other, judged=[same("web/1", "web/2"), different("web/1", "web/2")]) == {
        "web/1",
        "web/2",
    }


def test_an_unmerge_is_one_decision_on_two_sets() -> None:
    """A strong identifier that two named records show excuses differing given names."""
    records = [shopper(f"pos/{n}", "anna huber", loyalty_card="7") for n in range(4)]
    apart = different("pos/0 pos/1", "pos/2 pos/3")
    assert persons(*records, judged=[apart]) == {"pos/0 pos/1", "pos/2 pos/3"}
    third = shopper("web/1", "anna huber", loyalty_card="7")
    found = persons(*records, third, judged=[apart])
    assert not any("pos/0" in group and "pos/2" in group for group in found)


def test_a_decision_that_keeps_apart_survives_everything_that_is_put_again() -> None:
    """New values on both sides, and a third record similar to both, change nothing."""
    apart = different("web/1", "web/2")
    for round_number in range(20):
        one = shopper("web/1", "anna huber", email=["a@x.at", f"{round_number}@x.at"], loyalty_card="7")
        other = shopper("web/2", "anna huber", email=["a@x.at"], loyalty_card="7")
        third = shopper("crm/1", "anna huber", email=["a@x.at"], loyalty_card="7", phone=str(round_number))
        found = persons(one, other, third, judged=[apart])
        assert not any("web/1" in group and "web/2" in group for group in found)


def test_a_join_is_remembered_with_its_order_and_link() -> None:
    """How a person came together can be told."""
    found = partition(
        shopper("web/1", "anna huber", email="a@x.at", loyalty_card="7"),
        shopper("loyalty/7", "anna huber", loyalty_card="7"),
        shopper("pos/9", email="a@x.at"),
    )
    assert [join.link.basis for join in found.joins] == ["loyalty_card", "email"]
