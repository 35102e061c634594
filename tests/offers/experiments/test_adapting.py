"""Shares follow what arms earn: more people for what is likely to be best, some for every arm."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from offers.experiments import adapting, moving
from offers.experiments.evidence import Arm, Spend
from offers.marketing import campaigns
from offers.marketing.campaign import Audience, Campaign, Variant
from offers.marketing.campaign_rewards import Percent
from offers.marketing.campaigns import Author
from tests.offers.floor import Till
from tests.offers.worlds import NOW, promotion

MARKETER = Author(name="anna", at=NOW)
LATER = NOW + timedelta(days=2)


def arm(name: str, persons: int, each_minor: int, spread_minor: int) -> Arm:
    """Half of its people paid so much more than the mean, half so much less."""
    squares = sum((each_minor + sign * spread_minor) ** 2 for sign in (1, -1)) * persons // 2
    spend = Spend(currency="EUR", paid_minor=persons * each_minor, squares=squares, discount_minor=0)
    return Arm(name=name, share_bp=5_000, persons=persons, buyers=persons, users=0, spend=(spend,))


ARMS = st.lists(
    st.tuples(st.integers(100, 5_000), st.integers(0, 9_000), st.integers(0, 9_000)), min_size=2, max_size=5
)


@settings(max_examples=30)
@given(ARMS, st.integers(1_000, 10_000))
def test_shares_are_all_there_is_and_nobody_is_given_up(arms: list[tuple[int, int, int]], total: int) -> None:
    """To the basis point; and the order in which arms are named decides nothing."""
    tried = [arm(f"arm-{place}", *each) for place, each in enumerate(arms)]
    found = adapting.shares(tried, "EUR", total)
    assert found is not None
    assert sum(found.values()) == total
    assert min(found.values()) >= min(adapting.FLOOR_BP, total // len(arms))
    chances = adapting.chances_of_best([(float(each), float(error)) for _, each, error in arms])
    assert sum(chances) == pytest.approx(1, abs=2e-3)


def test_what_is_clearly_best_gets_all_but_the_floor() -> None:
    """And what cannot be told apart gets the same."""
    best = adapting.shares([arm("good", 900, 6_000, 900), arm("bad", 900, 3_000, 900)], "EUR", 9_000)
    assert best == {"good": 8_500, "bad": 500}
    same = adapting.shares([arm("one", 900, 3_000, 900), arm("two", 900, 3_000, 900)], "EUR", 9_000)
    assert same == {"one": 4_500, "two": 4_500}


def test_a_chance_of_two_is_the_textbook_s() -> None:
    """The difference of two normal variables is normal: at one standard deviation it is 84 %."""
    ahead, behind = adapting.chances_of_best([(1_005.0, 3.0), (1_000.0, 4.0)])
    assert ahead == pytest.approx(0.8413447, abs=1e-6)
    assert behind == pytest.approx(1 - 0.8413447, abs=1e-6)


def test_an_arm_that_hardly_anybody_was_dealt_says_nothing_yet() -> None:
    """Shares stay until each has been tried."""
    few = adapting.PERSONS_MIN - 1
    assert adapting.shares([arm("a", few, 1, 1), arm("b", 900, 9, 1)], "EUR", 10_000) is None


def adaptive(name: str = "autumn") -> Campaign:
    """A campaign with two rewards and a holdout, whose shares may move."""
    dearer = Variant("twenty", 4_000, Percent(2_000))
    held_out = Audience(holdout_bp=1_000)
    return promotion(name, Percent(1_000), variants=(dearer,), adaptive=True, audience=held_out)


def publish(connection: Connection, campaign: Campaign) -> None:
    """Live, by a marketer."""
    campaigns.apply(connection, campaign, MARKETER)
    campaigns.activate(connection, campaign.id, MARKETER)


def deal(connection: Connection, campaign: str, *, main_minor: int, twenty_minor: int) -> None:
    """So many persons of each arm, and what each of them paid since."""
    amounts = {"main": main_minor, "twenty": twenty_minor, "holdout": 1_000}
    for place, (name, amount_minor) in enumerate(amounts.items()):
        first = 1_000 * (place + 1)
        given = {"campaign": campaign, "arm": name, "first": first, "amount": amount_minor, "at": NOW}
        connection.execute(_EXPOSE, given | {"persons": 200})
        connection.execute(_SELL, given | {"persons": 200})


_EXPOSE = text("""
    INSERT INTO offers.exposure (campaign, person_no, arm, records, first_at)
    SELECT :campaign, n, :arm, ARRAY[n], :at FROM generate_series(:first + 1, :first + :persons) AS n
""")
_SELL = text("""
    INSERT INTO offers.till_transaction
           (id, store_no, terminal, business_day, number, kind, stated_at, occurred_at, received_at, currency,
            lines, tenders, applied, record_no, flags, digest, answer)
    SELECT gen_random_uuid(), (SELECT min(store_no) FROM offers.store), '01', CAST(:at AS date), n::text,
           'sale', :at, :at, :at, 'EUR',
           json_build_array(json_build_object('amount', :amount + n % 7, 'kind', 'sale')),
           '[]', '[]', n, '{}', '', '{}'
      FROM generate_series(:first + 1, :first + :persons) AS n
""")


def test_shares_move_once_a_day_as_a_version_of_their_own(till: Till) -> None:
    """With the gateway as its author; the holdout stays, and going back is activating the version before."""
    connection = till.connection
    publish(connection, adaptive())
    deal(connection, "autumn", main_minor=2_000, twenty_minor=5_000)
    assert moving.move_shares(connection, now=NOW + timedelta(hours=1)) == 0
    assert moving.move_shares(connection, now=LATER) == 1
    moved = campaigns.content(connection, "autumn")
    assert [one.share_bp for one in moved.variants] == [8_500]
    assert moved.audience.holdout_bp == 1_000
    assert campaigns.get(connection, "autumn").live_version == 2
    told = campaigns.changes(connection, "autumn")[-1]
    assert (told.author, told.action, told.reason) == (
        "gateway",
        "activate",
        "shares follow what the arms earn",
    )
    assert moving.move_shares(connection, now=LATER) == 0
    assert moving.move_shares(connection, now=LATER + timedelta(days=2)) == 0  # it would hardly change
    campaigns.activate(connection, "autumn", replace(MARKETER, at=LATER), version=1)


@pytest.mark.parametrize("way", ["fixed", "draft", "paused", "untried"])
def test_shares_stay_where_nobody_let_them_move(till: Till, way: str) -> None:
    """A campaign that is not adaptive, a draft that waits, a paused one, and one that nobody was dealt."""
    connection = till.connection
    publish(connection, replace(adaptive(), adaptive=way != "fixed"))
    if way != "untried":
        deal(connection, "autumn", main_minor=2_000, twenty_minor=5_000)
    if way == "draft":
        campaigns.apply(connection, replace(adaptive(), name="Winter"), MARKETER)
    if way == "paused":
        campaigns.pause(connection, "autumn", MARKETER)
    before = campaigns.get(connection, "autumn")
    assert moving.move_shares(connection, now=LATER) == 0
    assert campaigns.get(connection, "autumn") == before
