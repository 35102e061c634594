"""Money as integers in minor units: rounding, spreading, reading and writing amounts.

Invariant: the parts that `spread` gives sum to the whole, and no part is larger than its weight as long as
the whole is no larger than the sum of the weights.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

BP = 10_000

# ISO 4217: every other currency has two digits after the point.
_NO_DIGITS = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"}
    | {"PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_THREE_DIGITS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})

_MONEY = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,3}))? ([A-Z]{3})")
_POINT_LANGUAGES = frozenset({"en", "ja", "zh", "ko", "th", "he"})


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency, in minor units."""

    amount_minor: int
    currency: str


def half_up(numerator: int, denominator: int) -> int:
    """The quotient of two non-negative integers, rounded to the nearest, halves up."""
    return (2 * numerator + denominator) // (2 * denominator)


def ceiling(numerator: int, denominator: int) -> int:
    """The quotient rounded up."""
    return -(-numerator // denominator)


def share(amount_minor: int, rate_bp: int) -> int:
    """So many basis points of an amount, halves up."""
    return half_up(amount_minor * rate_bp, BP)


def spread(total_minor: int, weights: Sequence[int]) -> list[int]:
    """The total in parts proportional to the weights, by largest remainder; ties go to the earlier part.

    Weights of nothing but zeros get nothing, so there the parts sum to zero.
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [total_minor * weight // whole for weight in weights]
    missing = total_minor - sum(parts)
    if missing:
        by_remainder = sorted(range(len(weights)), key=lambda i: (-(total_minor * weights[i] % whole), i))
        for i in by_remainder[:missing]:
            parts[i] += 1
    return parts


def dearest(amount_minor: int, units: int, taken: int) -> int:
    """What the `taken` dearest of a line's units cost, its amount spread over all of them."""
    each, remainder = divmod(amount_minor, units)
    return each * taken + min(taken, remainder)


def digits(currency: str) -> int:
    """How many digits the currency has after the point: 0, 2 or 3."""
    if currency in _NO_DIGITS:
        return 0
    return 3 if currency in _THREE_DIGITS else 2


def parse(text: str) -> Money:
    """Money from `12.90 EUR`, exactly.

    Raises:
        ValueError: not an amount, or more digits than the currency has. The message says how to write it.
    """
    match = _MONEY.fullmatch(text)
    if match is None:
        raise ValueError("write money as digits and a currency, like 12.90 EUR")
    whole, fraction, currency = match.group(1), match.group(2) or "", match.group(3)
    places = digits(currency)
    if len(fraction) > places:
        raise ValueError(f"{currency} has {places} digits after the point")
    return Money(int(whole + fraction.ljust(places, "0")), currency)


def write(money: Money) -> str:
    """The text that `parse` reads back: `12.90 EUR`."""
    return f"{decimal(money.amount_minor, money.currency)} {money.currency}"


def display(amount_minor: int, currency: str, language: str) -> str:
    """The amount for people, with the language's decimal sign: `12,90 EUR` in German."""
    sign = "." if language[:2] in _POINT_LANGUAGES else ","
    return f"{decimal(amount_minor, currency, sign)} {currency}"


def decimal(amount_minor: int, currency: str, sign: str = ".") -> str:
    """The amount alone, with as many digits after the sign as the currency has: `-0.05`."""
    places = digits(currency)
    text = str(abs(amount_minor)).rjust(places + 1, "0")
    minus = "-" if amount_minor < 0 else ""
    return f"{minus}{text[:-places]}{sign}{text[-places:]}" if places else f"{minus}{text}"
