"""Payment card numbers, which must not come in: payment is known by a reference, never by the card.

A number of 13 to 19 digits counts as one when it passes Luhn's check and lies in a range that card schemes
use.
"""

import re
from typing import Final

MASK: Final = "[card number removed]"

# 13 to 19 digits, perhaps grouped by single spaces or dashes, not part of a longer number.
_NUMBER: Final = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){12,18}(?![0-9])")

# (first, last) prefix of a scheme with the lengths it issues.
_RANGES: Final = (
    ("4", "4", (13, 16, 19)),  # Visa
    ("51", "55", (16,)),  # Mastercard
    ("2221", "2720", (16,)),
    ("34", "34", (15,)),  # American Express
    ("37", "37", (15,)),
    ("300", "305", range(14, 20)),  # Diners Club
    ("36", "36", range(14, 20)),
    ("38", "39", range(14, 20)),
    ("3528", "3589", range(16, 20)),  # JCB
    ("6011", "6011", range(16, 20)),  # Discover
    ("644", "649", range(16, 20)),
    ("65", "65", range(16, 20)),
    ("62", "62", range(16, 20)),  # UnionPay
    ("81", "81", range(16, 20)),
    ("5018", "5018", range(13, 20)),  # Maestro
    ("5020", "5020", range(13, 20)),
    ("5038", "5038", range(13, 20)),
    ("5893", "5893", range(13, 20)),
    ("6304", "6304", range(13, 20)),
    ("6759", "6759", range(13, 20)),
    ("6761", "6763", range(13, 20)),
    ("2200", "2204", range(16, 20)),  # Mir
    ("9792", "9792", (16,)),  # Troy
)


def is_card_number(digits: str) -> bool:
    """True for digits that a payment card could carry."""
    return 13 <= len(digits) <= 19 and _is_in_range(digits) and _passes_luhn(digits)


def contains_card_number(text: str) -> bool:
    """True when a payment card number stands anywhere in the text."""
    return len(text) >= 13 and any(is_card_number(_digits(found)) for found in _NUMBER.findall(text))


def mask(text: str) -> str:
    """The text with every payment card number in it taken out."""
    return _NUMBER.sub(lambda found: MASK if is_card_number(_digits(found[0])) else found[0], text)


def _digits(number: str) -> str:
    return number.replace(" ", "").replace("-", "")


def _is_in_range(digits: str) -> bool:
    return any(
        first <= digits[: len(first)] <= last and len(digits) in lengths for first, last, lengths in _RANGES
    )


def _passes_luhn(digits: str) -> bool:
    odd = sum(map(int, digits[-1::-2]))
    even = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (odd + even) % 10 == 0
