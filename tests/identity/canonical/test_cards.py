import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.canonical import cards

# The schemes' published test numbers.
NUMBERS = [
    "4111111111111111",
    "4222222222222",
    "5555555555554444",
    "2223003122003222",
    "378282246310005",
    "30569309025904",
    "3530111333300000",
    "6011111111111117",
    "6200000000000005",
    "6759649826438453",
]


@pytest.mark.parametrize("number", NUMBERS)
def test_card_numbers_are_recognised_however_they_are_grouped(number: str) -> None:
    """Spaces and dashes do not hide a card number, nor does text around it."""
    grouped = " ".join(number[i : i + 4] for i in range(0, len(number), 4))
    assert cards.contains_card_number(f"card {grouped}, thanks")
    assert cards.contains_card_number(grouped.replace(" ", "-"))
    assert cards.mask(f"paid by {grouped} today") == f"paid by {cards.MASK} today"


@pytest.mark.parametrize(
    "number",
    [
        "\uff14\uff11\uff11\uff11" + 4 * "\uff11\uff11\uff11",  # full width
        "\u0664" + 15 * "\u0661",  # Arabic
        "4111\u00a01111\u00a01111\u00a01111",
        "4111\u20131111\u20131111\u20131111",
        "4111.1111.1111.1111",
        "3782.822463.10005",
    ],
)
def test_card_numbers_are_recognised_however_they_are_typed(number: str) -> None:
    """Digits of another script, spaces that do not break, long dashes and dots hide nothing."""
    assert cards.contains_card_number(f"card {number}, thanks")
    assert cards.mask(f"paid by {number} today") == f"paid by {cards.MASK} today"


def test_the_numbers_of_articles_and_orders_stay_in_an_event() -> None:
    """Shops number variants with 14 digits, some of which could be a card's; what they cost is read again."""
    number = "30569309025904"
    sent = {"order_id": number, "products": [{"sku": number, "product_id": int(number), "note": number}]}
    assert cards.mask_all(sent) == {
        "order_id": number,
        "products": [{"sku": number, "product_id": int(number), "note": cards.MASK}],
    }
    assert cards.mask_all({"sku": f"4111 1111 1111 1111 {number}"}) == {"sku": f"{cards.MASK} {cards.MASK}"}


def test_the_number_of_a_customer_stays_in_an_event() -> None:
    """Thirteen digits alone, under its name: longer ones are cards whatever they are called."""
    sent = {"userId": "4222222222222", "customer_id": 4222222222222, "note": "4222222222222"}
    assert cards.mask_all(sent) == sent | {"note": cards.MASK}
    assert cards.mask_all({"userId": "4111111111111111"}) == {"userId": cards.MASK}


def test_card_numbers_are_masked_wherever_a_value_holds_them() -> None:
    """As a number, as a name and in lists as well; a fraction is no card, and all else stays what it was."""
    sent = {
        "whole": 4111111111111111,
        "less": -4111111111111111,
        "float": 4111111111111111.0,
        "share": 0.4111111111111111,
        "4111 1111 1111 1111": [{"note": "by 4111111111111111"}, None, True, 12, 1.5],
    }
    assert cards.mask_all(sent) == {
        "whole": cards.MASK,
        "less": cards.MASK,
        "float": cards.MASK,
        "share": 0.4111111111111111,
        cards.MASK: [{"note": f"by {cards.MASK}"}, None, True, 12, 1.5],
    }


@pytest.mark.parametrize(
    "text",
    [
        "48.20817437182736",  # a place
        "4111.111.1111.11111",
        "4111111111111112",  # one digit off: Luhn
        "9111111111111111",  # no scheme
        "41111111111111111111",  # 20 digits
        "0664 1234567",
        "9002490100490",  # a GTIN
        "2026-11-21 10:00:00",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    """What only looks long is no card number."""
    assert not cards.contains_card_number(text)
    assert cards.mask(text) == text


@given(st.text(alphabet="0123456789 -.x\u0664\u00a0", max_size=60))
def test_masked_text_holds_no_card_number(text: str) -> None:
    """Masking leaves nothing behind and is done once."""
    masked = cards.mask(text)
    assert not cards.contains_card_number(masked)
    assert cards.mask(masked) == masked
