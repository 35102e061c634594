"""Segments: rules of alternatives, read and written back, filled by a sweep."""

from contextlib import nullcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from offers.marketing import campaigns
from offers.marketing.campaign import Audience, Away, Happened, Schedule
from offers.marketing.campaign_reader import Problems
from offers.model import Traits
from offers.segments import rule, service, store
from offers.segments.rule import Alternative, Segment
from tests.offers.floor import ANNA, NOW, campaign, context

DAY_S = 86_400
NOW_S = int(NOW.timestamp())
LOYAL = """
segment: loyal-viennese
name: Loyal people of Vienna, and whoever signed up this week
when:
  - {tiers: [gold], regions: [AT-10], last_visit: {after: 0s, before: 30d}}
  - {events: [{kind: signed_up, within: 7d}], without_events: [{kind: order_completed, within: 365d}]}
"""
words = st.text(st.characters(categories=["Ll"]), min_size=1, max_size=5)
happened = st.builds(Happened, words, st.integers(1, 10**6))
alternatives = st.builds(
    Alternative,
    st.builds(
        Audience,
        tiers=st.frozensets(words, min_size=1, max_size=2),
        regions=st.frozensets(words, max_size=2),
        consents=st.frozensets(words, max_size=2),
        last_visit=st.none() | st.builds(Away, st.integers(1, 9)),
    ),
    st.lists(happened, max_size=2).map(tuple),
    st.lists(happened, max_size=2).map(tuple),
)


def loyal() -> Segment:
    """The example."""
    found = rule.parse(LOYAL)
    assert isinstance(found, Segment), found
    return found


@given(st.lists(alternatives, min_size=1, max_size=3).map(tuple))
def test_a_segment_comes_back(when: tuple[Alternative, ...]) -> None:
    """Reading what was written gives an equal rule."""
    segment = Segment("some", "Some", when)
    assert rule.parse(rule.dump(segment)) == segment


def test_a_segment_is_any_of_its_alternatives_and_each_asks_for_all() -> None:
    """Gold in Vienna and here lately; or new and without an order."""

    def belongs(tier: str | None, **traits: object) -> bool:
        return rule.belongs(loyal(), Traits(**traits), tier, NOW_S)  # type: ignore[arg-type]

    here = {"region": "AT-1010", "last_visit_at_s": NOW_S - DAY_S}
    assert belongs("gold", **here)
    assert not belongs("silver", **here)
    assert not belongs("gold", **here | {"region": "AT-8010"})
    assert not belongs("gold", **here | {"last_visit_at_s": NOW_S - 31 * DAY_S})
    new = {"signed_up": NOW_S - DAY_S}
    assert belongs(None, events=new)
    assert not belongs(None, events=new | {"order_completed": NOW_S - 2 * DAY_S})
    assert not belongs(None)


def test_mistakes_are_named() -> None:
    """Each with its place."""
    found = rule.parse("segment: x\nname: X\nwhen:\n  - {}\n  - {tier: [gold]}\n  - {staff: only}\n")
    assert isinstance(found, Problems)
    told = "\n".join(found.sentences)
    assert "when[0]: ask for something" in told
    assert "did you mean tiers?" in told
    assert "does not ask for this" in told


def test_segments_fill_themselves_piece_by_piece(connection: Connection) -> None:
    """The sweep goes on where it stopped, ends, and begins anew with what has changed meanwhile."""
    service.put(connection, loyal(), ANNA)
    people = {number: (Traits(region="AT-1010", last_visit_at_s=NOW_S), "gold") for number in (3, 5, 8)}

    def sight(after: int) -> service.Sighted:
        return {
            number: seen for number, seen in sorted(people.items()) if number > after and number <= after + 5
        }

    assert [service.sweep(connection, sight, now=NOW) for _ in range(3)] == [2, 1, 0]
    assert service.size(connection, "loyal-viennese") == 3
    people[5] = (Traits(region="DE-10"), "gold")
    service.sweep(connection, sight, now=NOW)
    assert service.size(connection, "loyal-viennese") == 2
    found = store.traits_of(connection, 3)
    assert found is not None
    assert found.segments == {"loyal-viennese"}
    store.forget(connection, [3])
    assert store.traits_of(connection, 3) is None


def test_who_changed_a_segment_is_remembered(connection: Connection) -> None:
    """The same rule again is no change; ending it is one, and as the sweep passes nobody belongs to it."""
    service.put(connection, loyal(), ANNA)
    service.put(connection, loyal(), ANNA)
    service.end(connection, "loyal-viennese", ANNA)
    told = service.changes(connection, "loyal-viennese")
    assert [(one.action, one.author) for one in told] == [("apply", "anna"), ("end", "anna")]
    gold = {1: (Traits(region="AT-1010", last_visit_at_s=NOW_S), "gold")}
    service.sweep(connection, lambda after: gold if after == 0 else {}, now=NOW)
    assert service.size(connection, "loyal-viennese") == 0


@pytest.mark.parametrize(
    ("changes", "asks"),
    [
        ({}, False),
        ({"audience": Audience(tiers=frozenset({"gold"}), staff="included", holdout_bp=500)}, False),
        ({"trigger": Schedule(weekdays=frozenset({0}))}, False),
        ({"audience": Audience(segments=frozenset({"loyal"}))}, True),
        ({"audience": Audience(without_segments=frozenset({"loyal"}))}, True),
        ({"audience": Audience(regions=frozenset({"AT"}))}, True),
        ({"audience": Audience(attributes=(("x_club", frozenset({"yes"})),))}, True),
        ({"audience": Audience(consents=frozenset({"wine"}))}, True),
        ({"audience": Audience(last_visit=Away(DAY_S))}, True),
        ({"trigger": Happened("signed_up", DAY_S)}, True),
        ({"trigger": Away(DAY_S)}, True),
    ],
)
def test_a_live_campaign_may_ask_for_traits(
    connection: Connection, changes: dict[str, object], asks: bool
) -> None:
    """Whoever fills them is told without compiling a campaign, and the evaluator sees it alike."""
    ctx = context(lambda: nullcontext(connection))
    assert not service.is_asked(connection, ctx)
    campaign(connection, **changes)  # type: ignore[arg-type]
    assert service.is_asked(connection, ctx) is asks
    assert ctx.snapshots.catalogue(connection).asks_traits is asks
    campaigns.end(connection, "tenth", ANNA)
    assert not service.is_asked(connection, ctx)
    service.put(connection, loyal(), ANNA)
    assert service.is_asked(connection, ctx)
