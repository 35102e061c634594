"""What is due for goods that come back: by share, and with what the kept goods would have cost."""

from hypothesis import given
from hypothesis import strategies as st

from offers.returns.refund import Brought, Sold, clawback, prorated, share

LINES = st.lists(
    st.tuples(st.integers(1, 9), st.integers(0, 5_000), st.integers(0, 10_000)), min_size=1, max_size=5
)
STEPS = st.lists(st.tuples(st.integers(0, 4), st.integers(1, 4)), min_size=1, max_size=8)


def _sold(lines: list[tuple[int, int, int]]) -> dict[str, Sold]:
    return {
        str(i): Sold(
            line=str(i),
            quantity_milli=1000 * pieces,
            amount_minor=amount,
            off_minor=amount * off_bp // 10_000,
        )
        for i, (pieces, amount, off_bp) in enumerate(lines)
    }


def _steps(sold: dict[str, Sold], steps: list[tuple[int, int]]) -> list[tuple[str, int]]:
    """Returns of whole pieces, none beyond what was sold."""
    left = {line.line: line.quantity_milli for line in sold.values()}
    found = []
    for number, pieces in steps:
        name = str(number % len(sold))
        taken = min(left[name], 1000 * pieces)
        if taken:
            left[name] -= taken
            found.append((name, taken))
    return found


@given(LINES, STEPS)
def test_shares_sum_to_what_was_paid(lines: list[tuple[int, int, int]], steps: list[tuple[int, int]]) -> None:
    """However a line is split over returns: never below zero or above its price, whole in the end."""
    sold = _sold(lines)
    past = dict.fromkeys(sold, (0, 0))
    for name, taken in _steps(sold, steps):
        before, refunded = past[name]
        one = Brought(line=name, before_milli=before, now_milli=taken, refunded_minor=refunded)
        due = prorated(sold, [one])[name]
        assert due >= 0
        past[name] = (before + taken, refunded + due)
    for name, (back, refunded) in past.items():
        assert refunded <= sold[name].paid_minor
        assert (refunded == sold[name].paid_minor) or back < sold[name].quantity_milli or not back


@given(LINES, STEPS, st.integers(0, 20_000))
def test_clawed_back_refunds_stay_within_what_was_paid(
    lines: list[tuple[int, int, int]], steps: list[tuple[int, int]], kept_off: int
) -> None:
    """Whatever the kept goods would cost: no refund below zero or above what came back cost, and who kept
    something paid at least the lower of what was paid and what it costs by itself.
    """
    sold = _sold(lines)
    past = dict.fromkeys(sold, (0, 0))
    paid = sum(line.paid_minor for line in sold.values())
    for name, taken in _steps(sold, steps):
        brought = [
            Brought(
                line=each,
                before_milli=before,
                now_milli=taken if each == name else 0,
                refunded_minor=refunded,
            )
            for each, (before, refunded) in past.items()
            if before or each == name
        ]
        rest = sum(
            line.amount_minor * (line.quantity_milli - past[line.line][0]) // line.quantity_milli
            for line in sold.values()
        )
        kept = max(0, rest - kept_off)
        refunded_before = sum(refunded for _, refunded in past.values())
        due = clawback(sold, brought, kept_minor=kept)
        assert set(due) == {name}
        assert due[name] >= 0
        after = refunded_before + due[name]
        assert after <= paid
        assert paid - after >= min(paid - refunded_before, kept)
        past[name] = (past[name][0] + taken, past[name][1] + due[name])


def test_a_threshold_cannot_be_bought_and_handed_back() -> None:
    """95 and 5 together cost 90; without the 5 the 95 cost 95: nothing is due. The law's exception: the
    shopper then has paid 90 for what costs 95, because a refund is never below zero.
    """
    sold = {
        "1": Sold(line="1", quantity_milli=1000, amount_minor=9500, off_minor=950),
        "2": Sold(line="2", quantity_milli=1000, amount_minor=500, off_minor=50),
    }
    back = Brought(line="2", before_milli=0, now_milli=1000)
    assert clawback(sold, [back], kept_minor=9500) == {"2": 0}
    assert prorated(sold, [back]) == {"2": 450}


def test_of_buy_one_get_one_the_paid_one_comes_back_at_the_price_of_the_gift() -> None:
    """100 paid, 60 free. Without the dear one the other costs 60: 40 are due; then the rest."""
    sold = {
        "1": Sold(line="1", quantity_milli=1000, amount_minor=10_000),
        "2": Sold(line="2", quantity_milli=1000, amount_minor=6_000, off_minor=6_000),
    }
    first = Brought(line="1", before_milli=0, now_milli=1000)
    assert clawback(sold, [first], kept_minor=6_000) == {"1": 4_000}
    gone = Brought(line="1", before_milli=1000, now_milli=0, refunded_minor=4_000)
    second = Brought(line="2", before_milli=0, now_milli=1000)
    assert clawback(sold, [gone, second], kept_minor=0) == {"2": 6_000}


def test_a_share_is_rounded_half_up_and_is_never_more_than_the_whole() -> None:
    """Half a cent is a cent; more of a line than was sold brings no more than it cost."""
    assert share(1, 500, 1000) == 1
    assert share(100, 5000, 1000) == 100


def test_goods_that_would_be_free_by_themselves_make_no_refund_larger() -> None:
    """What is kept costs nothing without the rest: what came back is still paid out once, not twice."""
    sold = {name: Sold(line=name, quantity_milli=1000, amount_minor=1000) for name in ("1", "2")}
    back = [Brought(line="1", before_milli=0, now_milli=1000)]
    assert clawback(sold, back, kept_minor=0) == {"1": 1000}


def test_what_is_due_is_spread_by_what_the_goods_cost() -> None:
    """Of two lines that come back together the dearer one gets more of what is due."""
    sold = {
        name: Sold(line=name, quantity_milli=1000, amount_minor=amount)
        for name, amount in (("1", 300), ("2", 100), ("3", 400))
    }
    back = [Brought(line=name, before_milli=0, now_milli=1000) for name in ("1", "2")]
    assert clawback(sold, back, kept_minor=400) == {"1": 300, "2": 100}
