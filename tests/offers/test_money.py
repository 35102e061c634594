from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers import money
from offers.money import Money

AMOUNTS = st.integers(0, 10**12)
WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=40)


@given(AMOUNTS, st.integers(1, 10**6))
def test_half_up_is_the_nearest_integer_and_halves_go_up(numerator: int, denominator: int) -> None:
    """Compared with exact fractions."""
    exact = Fraction(numerator, denominator)
    assert money.half_up(numerator, denominator) == int(exact + Fraction(1, 2))
    assert money.half_up(2 * numerator + 1, 2) == numerator + 1


@given(AMOUNTS, st.integers(0, 10_000))
def test_a_share_is_never_more_than_the_whole(amount: int, rate_bp: int) -> None:
    """No percentage up to a hundred takes more than there is."""
    assert 0 <= money.share(amount, rate_bp) <= amount


@given(AMOUNTS, WEIGHTS)
def test_parts_sum_to_the_whole(total: int, weights: list[int]) -> None:
    """Spreading loses nothing and invents nothing, unless there is nothing to spread over."""
    parts = money.spread(total, weights)
    assert sum(parts) == (total if sum(weights) else 0)
    assert all(part >= 0 for part in parts)


@given(WEIGHTS, st.data())
def test_no_part_exceeds_its_weight(weights: list[int], data: st.DataObject) -> None:
    """A discount no larger than all lines together is on no line larger than the line."""
    total = data.draw(st.integers(0, sum(weights)))
    assert all(part <= weight for part, weight in zip(money.spread(total, weights), weights, strict=True))


@given(AMOUNTS, WEIGHTS)
def test_every_part_is_within_one_unit_of_its_exact_share(total: int, weights: list[int]) -> None:
    """Largest remainder: each part is its quota rounded down or up."""
    whole = sum(weights)
    for part, weight in zip(money.spread(total, weights), weights, strict=True):
        if whole:
            assert abs(Fraction(total * weight, whole) - part) < 1


def test_ties_go_to_the_earlier_part() -> None:
    """Two equal remainders and one unit: the first part gets it."""
    assert money.spread(101, [1, 1]) == [51, 50]
    assert money.spread(100, [1, 1, 1]) == [34, 33, 33]


@given(st.integers(0, 10**6), st.integers(1, 50), st.data())
def test_the_dearest_units_cost_most_and_all_cost_the_line(
    amount: int, units: int, data: st.DataObject
) -> None:
    """A line's amount spread over its units: the dearest first, all of them the whole."""
    taken = data.draw(st.integers(0, units))
    parts = sorted(money.spread(amount, [1] * units), reverse=True)
    assert money.dearest(amount, units, taken) == sum(parts[:taken])
    assert money.dearest(amount, units, units) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [("12.90 EUR", 1290), ("12.9 EUR", 1290), ("12 EUR", 1200), ("500 JPY", 500), ("1.250 KWD", 1250)],
)
def test_amounts_are_read_exactly_in_their_currency(text: str, amount: int) -> None:
    """Currencies with 0, 2 and 3 digits, and fewer digits than the currency has."""
    assert money.parse(text).amount_minor == amount


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("12.90", "like 12.90 EUR"),
        ("€12.90", "like 12.90 EUR"),
        ("-1 EUR", "like 12.90 EUR"),
        ("1e3 EUR", "like 12.90 EUR"),
        ("12.905 EUR", "2 digits"),
        ("1.5 JPY", "0 digits"),
        ("١٢ EUR", "like 12.90 EUR"),
    ],
)
def test_what_is_no_amount_is_refused_with_how_to_write_it(text: str, hint: str) -> None:
    """Nothing is guessed and nothing rounded."""
    with pytest.raises(ValueError, match=hint):
        money.parse(text)


@given(st.builds(Money, AMOUNTS, st.sampled_from(["EUR", "JPY", "KWD", "CHF"])))
def test_writing_and_reading_an_amount_gives_it_back(amount: Money) -> None:
    """What `write` spells `parse` reads."""
    assert money.parse(money.write(amount)) == amount


@pytest.mark.parametrize(
    ("language", "shown"),
    [("de-AT", "12,90 EUR"), ("fr", "12,90 EUR"), ("en", "12.90 EUR"), ("ja", "12.90 EUR")],
)
def test_people_see_their_decimal_sign(language: str, shown: str) -> None:
    """A comma where the language writes one."""
    assert money.display(1290, "EUR", language) == shown
    assert money.display(5, "EUR", "en") == "0.05 EUR"
    assert money.display(500, "JPY", language) == "500 JPY"


@given(st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_a_decimal_is_the_amount_exactly(amount: int, currency: str) -> None:
    """Also below zero, and with as many digits as the currency has."""
    shown = money.decimal(amount, currency)
    assert Fraction(shown) == Fraction(amount, 10 ** money.digits(currency))
    assert len(shown.partition(".")[2]) == money.digits(currency)
