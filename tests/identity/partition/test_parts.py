from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.model import Assurance, Consent
from identity.partition.parts import (
    CROSS_CHANNEL,
    PERSONAL_OFFERS,
    allows_personal_offers,
    is_granted,
    profiles,
)
from tests.identity.shoppers import DAY_ONE

PERSON = [("w1", "online"), ("w2", "online"), ("p1", "store")]


def said(
    granted: bool, *, day: int = 0, purpose: str = CROSS_CHANNEL, proof: Assurance = Assurance.TYPED
) -> Consent:
    """A statement made on a day."""
    return Consent(purpose, granted, DAY_ONE + timedelta(days=day), proof)


STATEMENTS = st.lists(
    st.builds(
        said,
        st.booleans(),
        day=st.integers(0, 3),
        purpose=st.sampled_from([CROSS_CHANNEL, PERSONAL_OFFERS]),
        proof=st.sampled_from([Assurance.ASSERTED, Assurance.TYPED]),
    ),
    max_size=6,
)


def test_a_person_is_whole_by_consent_and_cut_by_channel_without() -> None:
    """Nothing said is no consent."""
    cut = (frozenset({"w1", "w2"}), frozenset({"p1"}))
    assert profiles(PERSON, []) == cut
    assert profiles(PERSON, [said(True)]) == (frozenset({"w1", "w2", "p1"}),)
    assert profiles(PERSON, [said(True), said(False, day=1)]) == cut


def test_consent_again_brings_everything_back() -> None:
    """Cut and join are exact, because neither copies anything."""
    history = [said(True), said(False, day=1), said(True, day=2)]
    assert profiles(PERSON, history) == profiles(PERSON, history[:1])


def test_of_two_statements_at_one_moment_the_withdrawal_counts() -> None:
    """When in doubt, apart."""
    assert not is_granted(CROSS_CHANNEL, [said(True), said(False)])
    assert not is_granted(CROSS_CHANNEL, [said(False), said(True)])


def test_an_asserted_statement_is_none() -> None:
    """A stranger can neither consent for a shopper nor withdraw."""
    assert not is_granted(CROSS_CHANNEL, [said(True, proof=Assurance.ASSERTED)])
    assert is_granted(CROSS_CHANNEL, [said(True), said(False, day=1, proof=Assurance.ASSERTED)])


@pytest.mark.parametrize(
    ("channels", "offers", "allowed"),
    [
        (None, None, False),
        (True, None, True),
        (False, None, False),
        (True, False, False),
        (False, True, True),
    ],
)
def test_personal_offers_follow_their_own_statement_first(
    channels: bool | None, offers: bool | None, allowed: bool
) -> None:
    """Without one, who let channels be joined let offers be personal."""
    statements = [said(channels)] if channels is not None else []
    statements += [said(offers, purpose=PERSONAL_OFFERS)] if offers is not None else []
    assert allows_personal_offers(statements) is allowed


@given(STATEMENTS, st.permutations(range(6)))
def test_the_order_in_which_statements_arrive_means_nothing(
    statements: list[Consent], order: list[int]
) -> None:
    """Only when they were made does."""
    shuffled = [statements[place] for place in order if place < len(statements)]
    assert profiles(PERSON, shuffled) == profiles(PERSON, statements)
    assert allows_personal_offers(shuffled) == allows_personal_offers(statements)


@given(STATEMENTS)
def test_every_record_is_shown_in_one_profile(statements: list[Consent]) -> None:
    """Parts cover the person and do not overlap."""
    parts = profiles(PERSON, statements)
    assert sorted(ref for part in parts for ref in part) == sorted(ref for ref, _ in PERSON)
