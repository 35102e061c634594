"""Preferences are a semilattice, and respected to the letter."""

from hypothesis import given
from hypothesis import strategies as st

from offers.model import Preferences, Product, Want
from offers.preferences.rules import (
    FOREVER_S,
    KINDS,
    Statement,
    newest,
    preferences,
    replacing,
    respected,
    standing,
)

NOW_S = 1_000

statements = st.lists(
    st.builds(
        Statement,
        st.sampled_from(KINDS),
        st.sampled_from(("till", "kiosk")),
        st.integers(1, 2 * NOW_S),
        st.sampled_from((NOW_S - 1, NOW_S + 1, FOREVER_S)),
        st.booleans(),
    ),
    max_size=8,
)


@given(statements, statements, statements)
def test_neither_order_nor_repetition_of_what_was_said_matters(
    one: list[Statement], two: list[Statement], three: list[Statement]
) -> None:
    """Two records that turn out to be one person's say together what each said, whoever is asked first."""

    def together(*parts: list[Statement]) -> list[Statement]:
        return [kept for part in parts for kept in newest(part).values()]

    all_at_once = newest(one + two + three)
    assert newest(together(together(one, two), three)) == all_at_once
    assert newest(together(three, together(two, one), one)) == all_at_once


@given(statements, statements)
def test_a_document_replaces_everything(before: list[Statement], wanted: list[Statement]) -> None:
    """Afterwards exactly what was wanted holds."""
    past = [one._replace(stated_at_s=min(one.stated_at_s, NOW_S - 1)) for one in before]
    stated = {(one.kind, one.subject): one._replace(stated_at_s=NOW_S, holds=True) for one in wanted}
    said = replacing(past, stated.values(), now_s=NOW_S)
    assert standing(past + said, at_s=NOW_S) == standing(list(stated.values()), at_s=NOW_S)


def test_of_two_words_from_one_moment_the_one_that_hides_counts() -> None:
    """Whoever asked for less is not shown more by a tie."""
    hide, show = Statement("product", "A", 5), Statement("product", "A", 5, holds=False)
    assert newest([hide, show]) == newest([show, hide]) == {("product", "A"): hide}


def test_who_never_said_anything_has_no_preferences() -> None:
    """The common case costs nothing to evaluate."""
    assert preferences([], at_s=NOW_S) is None


def test_a_snooze_ends() -> None:
    """Hidden until a moment, and shown from that moment on."""
    said = [Statement("campaign", "spring", 1, until_s=NOW_S)]
    assert preferences(said, at_s=NOW_S - 1) == Preferences(campaigns=frozenset({"spring"}))
    assert preferences(said, at_s=NOW_S) == Preferences()


def test_a_hidden_category_hides_all_below_it() -> None:
    """No toys, so no teddies."""
    teddy = Product(product_no=1, sku="TEDDY", title="Teddy", category="toys/soft")
    tea = Product(product_no=2, sku="TEA", title="Tea", category="food/tea")
    wants = {1: Want(1, viewed_at_s=5), 2: Want(2, viewed_at_s=5)}
    said = Preferences(categories=frozenset({"toys"}))
    assert respected(said, wants, {1: teddy, 2: tea}).keys() == {2}


def test_what_was_a_gift_says_nothing_about_her_until_she_looks_again() -> None:
    """Bought for a nephew: neither wanted nor owned by her. Looked at afterwards: hers."""
    teddy = Product(product_no=1, sku="TEDDY", title="Teddy")
    want = Want(1, viewed_at_s=5, bought_at_s=7)
    said = Preferences(gifts={"TEDDY": 7})
    assert respected(said, {1: want}, {1: teddy}) == {1: Want(1)}
    again = want._replace(viewed_at_s=8)
    assert respected(said, {1: again}, {1: teddy}) == {1: Want(1, viewed_at_s=8)}
