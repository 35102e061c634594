"""Numbers that people carry: phones, cards, accounts, payment references, devices.

Invariant: each kind is a one-to-one function of (seed, person's number), so two people never share a value by
accident, and what belongs to another household can be written down without making that household.
"""

from gateway.demo.lists import Country

SLOTS = 16
"""Numbers of one household: its people, and what they share."""

SHARED_SLOT = SLOTS - 1
FORMER_SLOT = 8
"""Added to a person's slot: the number used before."""

_LETTERS = str.maketrans("0123456789abcdef", "ABCDEFGHJKLMNPQR")
_MASK = (1 << 64) - 1
_STRIDE = 2_654_435_761
"""A prime that no count of phone numbers or cards is a multiple of: stepping by it meets every number once.
"""


def mix(*parts: int) -> int:
    """Return 64 bits that depend on all parts; equal parts give equal bits on every machine (splitmix64's
    finish).
    """
    state = 0x9E3779B97F4A7C15
    for part in parts:
        state = (state ^ part) * 0xBF58476D1CE4E5B9 & _MASK
        state = (state ^ state >> 27) * 0x94D049BB133111EB & _MASK
        state ^= state >> 31
    return state


def share(*parts: int) -> float:
    """Return a number in [0, 1) that depends on all parts."""
    return mix(*parts) / (_MASK + 1)


def phone(country: Country, seed: int, number: int) -> str:
    """Return the mobile number with this number, in E.164."""
    tail = 10 ** (country.phone_digits - 1)
    per_prefix = (len(country.phone_first) - 1) * tail  # the last first digit is left to the stores
    place = (number * _STRIDE + seed) % (per_prefix * len(country.phone_prefixes))
    prefix, rest = divmod(place, per_prefix)
    first, rest = divmod(rest, tail)
    return (
        f"+{country.calling_code}{country.phone_prefixes[prefix]}"
        f"{country.phone_first[first]}{rest:0{country.phone_digits - 1}d}"
    )


def national(country: Country, number: str) -> str:
    """Return an E.164 number of this country as people write it at home."""
    digits = number[1 + len(country.calling_code) :]
    groups = []
    for length in country.phone_groups:
        groups.append(digits[:length])
        digits = digits[length:]
    return country.trunk + " ".join(group for group in (*groups, digits) if group)


def store_phone(country: Country, store: int) -> str:
    """Return the number that a store's cashiers type when the customer gives none: a country has ten such
    stores.
    """
    tail = (2_718_281 + store % 10 * 1_010_101) % 10 ** (country.phone_digits - 1)
    start = f"+{country.calling_code}{country.phone_prefixes[0]}{country.phone_first[-1]}"
    return f"{start}{tail:0{country.phone_digits - 1}d}"


def card(number: int) -> str:
    """Return a loyalty card's number: an EAN-13 of the range that retailers use inside their stores."""
    body = f"29{(number * _STRIDE) % 10_000_000_000:010d}"
    return f"{body}{-(sum(map(int, body[::2])) + 3 * sum(map(int, body[1::2]))) % 10}"


def account(number: int) -> str:
    """Return an online account's number."""
    return f"A{number:08d}"


def customer(number: int) -> str:
    """Return a till customer's number."""
    return f"T{number:08d}"


def payment_reference(seed: int, number: int) -> str:
    """Return a payment account reference: 29 characters, the same for every token of one bank card."""
    # Letters only: a long run of digits would look like the card number that it must not be.
    return "V001" + f"{mix(seed, number, 1):016x}{number:09x}".translate(_LETTERS)


def device(seed: int, number: int) -> str:
    """Return an installation's or browser's identifier, in the form of a UUID."""
    text = f"{mix(seed, number, 2):016x}{mix(seed, number, 3):016x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"
