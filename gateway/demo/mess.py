"""The ways in which text goes wrong between a mouth and a database: each a function of a draw and the text.

Every function returns text that differs from what it was given, or the same text when there is nothing to get
wrong.
"""

from collections.abc import Callable
from functools import lru_cache

from anyascii import anyascii

Draw = Callable[[], float]
"""A source of numbers in [0, 1): `random.Random(seed).random`."""

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_LOOKALIKES = (
    ("rn", "m"),
    ("m", "rn"),
    ("cl", "d"),
    ("l", "1"),
    ("o", "0"),
    ("i", "l"),
    ("s", "5"),
    ("vv", "w"),
    ("u", "v"),
)
_JUNK_NAMES = ("XXX", "TEST", "N/A", "UNKNOWN", "CUSTOMER", "NO NAME", "ASDF", "CASH", "---", "GUEST")
_JUNK_PHONES = ("0000000000", "1111111111", "9999999999", "1234567890", "0123456789")
_JUNK_EMAILS = ("none@none.com", "no@email.com", "na@na.na", "test@test.com", "x@x.xx")


def _beside() -> dict[str, str]:
    """Each letter's neighbours on the keyboard."""
    near: dict[str, str] = {}
    for row in _ROWS:
        for place, letter in enumerate(row):
            near[letter] = row[max(0, place - 1) : place] + row[place + 1 : place + 2]
    return near


_NEIGHBOURS = _beside()


def keyboard(draw: Draw, text: str) -> str:
    """A finger on the next key, or a letter struck twice or not at all."""
    if len(text) < 4:
        return text
    place = 1 + int(draw() * (len(text) - 1))
    kind = draw()
    if kind < 0.25:
        return text[:place] + text[place:][1:]
    if kind < 0.5:
        return text[:place] + text[place] + text[place:]
    near = _NEIGHBOURS.get(text[place].lower())
    return text[:place] + near[int(draw() * len(near))] + text[place + 1 :] if near else text


def ocr(draw: Draw, text: str) -> str:
    """A scanned form's letter taken for another that looks like it."""
    start = int(draw() * len(_LOOKALIKES))
    for step in range(len(_LOOKALIKES)):
        seen, read = _LOOKALIKES[(start + step) % len(_LOOKALIKES)]
        if seen in text[1:]:
            return text[0] + text[1:].replace(seen, read, 1)
    return text


def transposition(draw: Draw, text: str) -> str:
    """Two neighbouring letters in the wrong order."""
    if len(text) < 4:
        return text
    place = 1 + int(draw() * (len(text) - 2))
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def digit(draw: Draw, text: str) -> str:
    """One digit of a date's day or a house number typed wrong; text without digits stays."""
    places = [place for place, letter in enumerate(text) if letter.isdigit()]
    if not places:
        return text
    place = places[-1]
    return f"{text[:place]}{(int(text[place]) + 1 + int(draw() * 9)) % 10}{text[place + 1 :]}"


TYPOS = (("typo_keyboard", keyboard), ("typo_ocr", ocr), ("typo_transposition", transposition))


@lru_cache(maxsize=16_384)
def folded(text: str) -> str:
    """The text in plain letters, as an older till prints it."""
    return anyascii(text)


def swapped_date(text: str) -> str:
    """Day and month of an ISO date exchanged, where both are months."""
    year, month, day = text.split("-")
    return f"{year}-{day}-{month}" if int(day) <= 12 else text


def abbreviated(street: str, abbreviations: tuple[tuple[str, str], ...]) -> str:
    """The street with its kind written short."""
    for long, short in abbreviations:
        if long in street:
            return street.replace(long, short)
    return street


def junk_name(draw: Draw) -> str:
    """What a cashier types into a name field that must not be empty."""
    return _JUNK_NAMES[int(draw() * len(_JUNK_NAMES))]


def junk_phone(draw: Draw) -> str:
    """What a cashier types into a phone field that must not be empty."""
    return _JUNK_PHONES[int(draw() * len(_JUNK_PHONES))]


def junk_email(draw: Draw) -> str:
    """What a cashier types into an e-mail field that must not be empty."""
    return _JUNK_EMAILS[int(draw() * len(_JUNK_EMAILS))]
