"""Holdouts and variants: drawn without randomness, evenly, once for ever, and noted as evidence."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from offers.evaluation.decision import Draw
from offers.evaluation.draw import lot
from offers.marketing.campaign import Audience, Message, Variant
from offers.marketing.campaign_rewards import Percent
from tests.offers.worlds import ANNA, catalogue, decide, line, promotion, taken_off, till, why

QUERY = till(line("1", "S1", 10_000))
TESTED = promotion(
    "tested",
    Percent(1000),
    audience=Audience(holdout_bp=1000),
    variants=(
        Variant("twenty", 2000, Percent(2000)),
        Variant("worded", 3000, None, (Message(None, "en", "Other words"),)),
    ),
)


@given(st.integers(), st.text(), st.text())
def test_a_lot_is_the_same_for_ever(seed: int, campaign: str, subject: str) -> None:
    """A number of four digits that depends on seed, campaign and person alone."""
    number = lot(seed, campaign, subject)
    assert 0 <= number < 10_000
    assert number == lot(seed, campaign, subject)


def test_lots_are_even_and_campaigns_draw_apart() -> None:
    """Every tenth holds a tenth of the people, and being held out once says nothing of the next time."""
    people = [f"person/{i}" for i in range(10_000)]
    tenths = [lot(7, "a", person) // 1000 for person in people]
    assert all(900 < tenths.count(tenth) < 1100 for tenth in range(10))
    both = sum(lot(7, "a", person) < 5000 and lot(7, "b", person) < 5000 for person in people)
    assert 2300 < both < 2700


def test_people_are_shared_out_as_written() -> None:
    """A tenth held out, a fifth and three tenths in the variants, the rest gets the campaign itself."""
    live = catalogue(TESTED)
    counts: dict[str, int] = {}
    for i in range(2000):
        decision = decide(live, QUERY, replace(ANNA, limit_members=(i,)))
        (draw,) = decision.draws
        counts[draw.variant] = counts.get(draw.variant, 0) + 1
        expected = {"holdout": {}, "twenty": {("tested", "1"): 2000}}.get(
            draw.variant, {("tested", "1"): 1000}
        )
        assert taken_off(decision) == expected
        assert why(decision) == ({"tested": "holdout"} if draw.variant == "holdout" else {})
        if draw.variant == "worded":
            assert decision.offers[0].title == "Other words"
    assert {name: round(count / 200) for name, count in counts.items()} == {
        "holdout": 1,
        "twenty": 2,
        "worded": 3,
        "main": 4,
    }


def test_the_evidence_says_how_probable_the_draw_was() -> None:
    """Propensity in basis points beside the variant."""
    draws = {decide([TESTED], QUERY, replace(ANNA, limit_members=(i,))).draws[0] for i in range(200)}
    assert draws == {
        Draw("tested", "holdout", 1000),
        Draw("tested", "twenty", 2000),
        Draw("tested", "worded", 3000),
        Draw("tested", "main", 4000),
    }


def test_a_person_draws_once_whichever_card_they_show() -> None:
    """The oldest record of the group draws; a consent withdrawn or a new version moves nobody."""
    first = decide([TESTED], QUERY, replace(ANNA, members=(9,), limit_members=(9, 3)))
    assert decide([TESTED], QUERY, replace(ANNA, members=(3,), limit_members=(3, 9))).draws == first.draws
    assert decide([TESTED], QUERY, replace(ANNA, limit_members=(3,), personal=False)).draws == first.draws


def test_a_stranger_draws_per_transaction() -> None:
    """The same answer while the till scans; without a transaction nobody is held out."""
    draws = [decide([TESTED], replace(QUERY, revision=revision)).draws for revision in range(3)]
    assert draws[0] == draws[1] == draws[2]
    assert decide([TESTED], replace(QUERY, transaction=None)).draws == ()


def test_who_would_get_nothing_anyway_is_no_evidence() -> None:
    """The lot is drawn after every condition, so that holdout and treated differ in nothing else."""
    assert decide([TESTED], till(line("1", "S1", 10_000, discountable=False)), ANNA).draws == ()
