import random
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from identity.model import Assurance, Record
from identity.reading.survive import Sighting, Survivor, contact, survivors
from tests.identity.shoppers import DAY_ONE, POLICY, ref, shopper
from tests.identity.worlds import random_world

RULES = POLICY.survivorship


def seen(record: Record, *, day: int = 0, trust: int | None = None) -> Sighting:
    """A record with its source's trust, observed on a day."""
    default = POLICY.sources[record.ref.source].trust
    return Sighting(record, default if trust is None else trust, DAY_ONE + timedelta(days=day))


def values(*sightings: Sighting) -> dict[str, str]:
    """What survives, by attribute."""
    return {survivor.attribute: survivor.value for survivor in survivors(sightings, RULES)}


def test_the_more_trusted_source_counts_first() -> None:
    """What was checked at the loyalty desk outlasts what a cashier typed yesterday."""
    desk = shopper("loyalty/1", "anna huber")
    till = shopper("pos/1", "ana hubr")
    assert values(seen(desk), seen(till, day=9))["given_name"] == "anna"


def test_among_equals_the_newer_value_counts() -> None:
    """People marry and move."""
    old, new = shopper("web/1", "anna huber"), shopper("web/2", "anna maier")
    assert values(seen(old), seen(new, day=1))["family_name"] == "maier"


def test_among_contemporaries_the_more_frequent_value_counts() -> None:
    """Two records outvote one."""
    sightings = [
        seen(shopper(f"web/{n}", f"anna {name}")) for n, name in enumerate(("huber", "huber", "zuber"))
    ]
    assert values(*sightings)["family_name"] == "huber"


def test_an_initial_gives_way_to_a_name() -> None:
    """However trusted the source that only knows A."""
    assert (
        values(seen(shopper("loyalty/1", "a huber")), seen(shopper("pos/1", "anna huber")))["given_name"]
        == "anna"
    )


def test_an_address_survives_whole() -> None:
    """No street of one town in another."""
    old = shopper("loyalty/1", attributes={"street": "alte gasse", "city": "wien", "postcode": "1010"})
    new = shopper("loyalty/2", attributes={"street": "neue gasse", "city": "graz"})
    found = values(seen(old), seen(new, day=1))
    assert (found["street"], found["city"]) == ("neue gasse", "graz")
    assert "postcode" not in found


def test_a_place_alone_does_not_hide_an_address() -> None:
    """A newer record that knows only the postcode takes no street away."""
    full = shopper("loyalty/1", attributes={"street": "alte gasse", "city": "wien"})
    place = shopper("loyalty/2", attributes={"postcode": "1020"})
    assert values(seen(full), seen(place, day=1)) == {"street": "alte gasse", "city": "wien"}


def test_what_was_only_asserted_never_survives() -> None:
    """A stranger does not write into a profile."""
    stranger = shopper(
        "web/1", "eve huber", email="eve@x.at", proof=Assurance.ASSERTED, assurance=Assurance.ASSERTED
    )
    assert survivors([seen(stranger)], RULES) == ()
    assert contact("email", [seen(stranger)]) is None


def test_survivors_tell_where_they_come_from_as_people_write_it() -> None:
    """Provenance, and Müller rather than muller."""
    record = shopper("web/1", "anna muller")
    record = replace(record, attributes=replace(record.attributes, display=(("family_name", "Müller"),)))
    survivor = {each.attribute: each for each in survivors([seen(record, day=3)], RULES)}["family_name"]
    assert survivor == Survivor("family_name", "Müller", ref("web/1"), DAY_ONE + timedelta(days=3), 1)


def test_the_contact_is_the_best_proved_one() -> None:
    """A verified address before a newer one that was typed."""
    verified = shopper("web/1", email="a@x.at", assurance=Assurance.VERIFIED)
    typed = shopper("loyalty/1", email="b@x.at")
    found = contact("email", [seen(verified), seen(typed, day=9)])
    assert found is not None
    assert found.value == "a@x.at"


@given(st.integers(0, 1 << 32), st.integers(1, 8))
def test_survivors_do_not_depend_on_order(seed: int, size: int) -> None:
    """The same records show the same profile."""
    chance = random.Random(seed)
    sightings = [seen(record, day=chance.randrange(3)) for record in random_world(chance, size=size).records]
    expected = survivors(sightings, RULES)
    chance.shuffle(sightings)
    assert survivors(sightings, RULES) == expected
