"""Amounts that others write as decimals, in minor units; exact, for no binary fraction comes near them."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from babel.numbers import get_currency_precision

_DECIMAL: Final = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,9})?\Z")


class NotAnAmountError(ValueError):
    """The text is no amount; its message says why."""


def minor(text: str, currency: str) -> int:
    """A decimal amount in the currency's minor units, halves up. Raises NotAnAmountError."""
    written = text.strip()
    if _DECIMAL.match(written) is None:
        raise NotAnAmountError(f"{written[:20]!r} is no decimal amount")
    return int(Decimal(written).scaleb(digits(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def digits(currency: str) -> int:
    """How many decimals the currency has: EUR 2, JPY 0, KWD 3."""
    return get_currency_precision(currency)
