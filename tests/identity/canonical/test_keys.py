import pytest

from identity.canonical import keys
from identity.model import Assurance, Canonical, Identifier, Key, Record
from tests.identity.shoppers import DAY_ONE, POLICY, ref, shopper


def test_keys_come_in_the_order_of_belief() -> None:
    """Which 64 of many take part depends on nothing but the record."""
    record = shopper("web/1", email=["b@x.at", "a@x.at"], phone="1", loyalty_card="7", national_id="123")
    assert keys.identifier_keys(record, POLICY) == (
        Key("national_id", "123"),
        Key("loyalty_card", "7"),
        Key("email", "a@x.at"),
        Key("email", "b@x.at"),
        Key("phone", "1"),
    )


def test_at_most_64_identifiers_take_part() -> None:
    """The rest is stored, and somebody is asked to look."""
    record = shopper("crm/1", email=[f"{number:03}@x.at" for number in range(70)], loyalty_card="7")
    assert len(keys.identifier_keys(record, POLICY)) == 64
    assert keys.identifier_keys(record, POLICY)[0] == Key("loyalty_card", "7")
    assert keys.left_out(record, POLICY) == 7


def test_asserted_and_never_valid_identifiers_are_no_keys() -> None:
    """Neither what anybody may claim nor what was valid for no time links."""
    asserted = Identifier("email", "a@x.at", Assurance.ASSERTED)
    never = Identifier("email", "b@x.at", Assurance.TYPED, DAY_ONE, DAY_ONE)
    assert keys.identifier_keys(Record(ref("web/1"), "online", identifiers=(asserted, never)), POLICY) == ()


def test_a_device_is_a_key_only_where_a_sign_in_bounds_it() -> None:
    """Then even an asserted one, because the sign-in vouches for it."""
    loose = shopper("web/1", anonymous_id="b", assurance=Assurance.ASSERTED)
    bound = shopper("web/2", anonymous_id="b", assurance=Assurance.ASSERTED, bound_to="A")
    assert keys.posted(loose, (), POLICY) == ()
    assert keys.posted(bound, (), POLICY) == (Key("anonymous_id", "b"), keys.bound_key("A"))


@pytest.mark.parametrize(
    ("canonical", "token"),
    [
        (Canonical(given_name="anna", family_name="mayer"), "nr|a"),
        (Canonical(given_name="andreas", family_name="meier"), "nr|a"),
        (Canonical(given_name="bernd", family_name="mayer"), "nr|b"),
        (Canonical(family_name="mayer"), "nr|"),
        (Canonical(full_name="madonna"), "ntn|"),
        (Canonical(organisation_name="huber ltd"), "aprlt|"),
        (Canonical(city="wien"), None),
    ],
)
def test_the_name_token_is_how_the_surname_sounds_and_an_initial(
    canonical: Canonical, token: str | None
) -> None:
    """It counts people behind a value; spelling variants of one are one."""
    assert keys.name_token(canonical) == token


def test_nameless_records_each_count_as_somebody() -> None:
    """Five receipts without a name may be five people."""
    one, other = shopper("pos/1", email="a@x.at"), shopper("pos/2", email="a@x.at")
    assert keys.token(one) != keys.token(other)
    assert keys.token(shopper("web/1", "anna huber")) == keys.token(shopper("pos/1", "anna hubr"))
    assert keys.token(shopper("web/1", bound_to="A")) == keys.token(shopper("web/2", bound_to="A"))


def test_an_asserted_name_is_no_token() -> None:
    """A stranger does not choose which people stand behind a value."""
    claimed = shopper("web/1", "anna huber", proof=Assurance.ASSERTED)
    assert keys.token(claimed) != keys.token(shopper("web/2", "anna huber"))


def test_liveness_is_one_test_of_two_counts() -> None:
    """Up to the cap of records and the number of names, and not one more."""
    rule = POLICY.identifiers["email"]
    assert keys.is_live("email", records=rule.cap, tokens=rule.generic, policy=POLICY)
    assert not keys.is_live("email", records=rule.cap + 1, tokens=1, policy=POLICY)
    assert not keys.is_live("email", records=rule.generic + 1, tokens=rule.generic + 1, policy=POLICY)


def test_liveness_counts_the_records_that_post_a_key() -> None:
    """Five names behind an address are too many, five records of one name are not."""
    many = [shopper(f"web/{n}", f"{name} {name}", email="a@x.at") for n, name in enumerate("bdfmr")]
    one = [shopper(f"web/{n}", "anna huber", email="a@x.at") for n in range(5)]
    for records, expected in ((many, frozenset()), (one, {Key("email", "a@x.at")})):
        lists = keys.posts((record, keys.identifier_keys(record, POLICY)) for record in records)
        assert keys.live(lists, POLICY) == expected
