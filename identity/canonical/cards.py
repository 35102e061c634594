"""Payment card numbers, which must not come in: payment is known by a reference, never by the card.

A number of 13 to 19 digits counts as one when it passes Luhn's check and lies in a range that card schemes
use.
"""

import re
import unicodedata
from typing import Any, Final

MASK: Final = "[card number removed]"

# 13 to 19 digits of any script, not part of a longer number: perhaps grouped by single spaces or dashes, or
# by dots as on the card.
_GAP: Final = " \u00a0\u2007\u2009\u202f\u2010-\u2015\u2212-"
_NUMBER: Final = re.compile(
    rf"(?<!\d)(?:\d(?:[{_GAP}]?\d){{12,18}}|\d{{4}}\.\d{{4}}\.\d{{4}}\.\d{{4}}|\d{{4}}\.\d{{6}}\.\d{{5}})(?!\d)"
)

# What names goods and orders in an event is none, nor is a customer's number of 13 digits.
_GOODS: Final = frozenset(
    ("sku", "gtin", "product_id", "productId", "variant", "variant_id", "variation_id", "order_id")
)
_CUSTOMERS: Final = frozenset(("userId", "user_id", "customer_id", "customerId", "account_id"))

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


def is_customer_number(text: str) -> bool:
    """True for thirteen digits alone: so many shops number their customers with."""
    return len(text) == 13 and text.isascii() and text.isdecimal()


def contains_card_number(text: str) -> bool:
    """True when a payment card number stands anywhere in the text."""
    return len(text) >= 13 and any(is_card_number(_digits(found)) for found in _NUMBER.findall(text))


def mask(text: str) -> str:
    """The text with every payment card number in it taken out."""
    return _NUMBER.sub(lambda found: MASK if is_card_number(_digits(found[0])) else found[0], text)


def mask_all(value: Any) -> Any:
    """A JSON value in whose texts, names and numbers every payment card number is taken out.

    A fraction is none, whatever its digits, nor is the number of an article, an order or a customer under its
    usual name.
    """
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {
            mask(name): each if _is_named_otherwise(name, each) else mask_all(each)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [mask_all(each) for each in value]
    is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return MASK if is_whole and is_card_number(str(abs(int(value)))) else value


def _is_named_otherwise(name: str, value: Any) -> bool:
    number = str(value) if isinstance(value, int | str) else ""
    return number.isdecimal() and (name in _GOODS or (name in _CUSTOMERS and is_customer_number(number)))


def _digits(number: str) -> str:
    return "".join(str(unicodedata.decimal(each)) for each in number if each.isdecimal())


def _is_in_range(digits: str) -> bool:
    return any(
        first <= digits[: len(first)] <= last and len(digits) in lengths for first, last, lengths in _RANGES
    )


def _passes_luhn(digits: str) -> bool:
    odd = sum(map(int, digits[-1::-2]))
    even = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (odd + even) % 10 == 0
