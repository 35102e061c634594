"""Which values say nothing: what people and systems put into a field that must not stay empty.

Words are compared folded. A list cannot be complete; values that nobody thought of become generic by being
shared.
"""

import re
from datetime import date
from typing import Final

_ABSENT_WORDS: Final = """
na, n a, none, null, nil, nan, undefined, unknown, unbekannt, inconnu, sconosciuto, not available
not applicable, not given, no data, keine, keine angabe, k a, kein, leer, empty, missing, tbd, tba, todo
xxx, asdf, asdfg, asdfgh, qwert, qwertz, qwerty, abc, abcd, blank, x, deleted, anonymized, anonymised
redacted
"""
_NAME_WORDS: Final = """
test, tester, testing, testperson, test user, test customer, test test, guest, guest user, guest customer
gast, customer, kunde, kundin, client, cliente, laufkunde, laufkundschaft, barverkauf, walk in, walkin, cash
cash customer, anonymous, anonym, anonymus, user, username, no name, noname, nobody, name, firstname
lastname, first name, last name, given name, family name, surname, vorname, nachname, familienname
max mustermann, mustermann, musterfrau, jane doe, john doe, dummy, fake, sample, example, admin
administrator, shop, store, filiale, kassa, kasse, pos
"""
_SURNAME_WORDS: Final = "guest, gast, test, tester, null, na, kunde, cash, name, shop, nil, store, sample, x"
_LOCAL_WORDS: Final = """
noreply, no-reply, no_reply, no.reply, donotreply, do-not-reply, none, na, n-a, null, test, guest, gast
unknown, nobody, anonymous, anonym, noemail, no-email, nomail, kein, keine, asdf, xxx, x
"""
# What systems and cashiers put where a number should be.
_NUMBER_WORDS: Final = """
object object, true, false, not set, not known, no card, no number, no id, keine karte, keine nummer
null null, user id, customer id, account id, anonymous id, device id, card number
"""


def _words(listed: str) -> frozenset[str]:
    return frozenset(re.split(r"[,\n]\s*", listed.strip()))


ABSENT: Final = _words(_ABSENT_WORDS)
NAMES: Final = _words(_NAME_WORDS)
# An identifier is compared without what stands between its words.
_FILLERS: Final = frozenset(word.replace(" ", "") for word in ABSENT | NAMES | _words(_NUMBER_WORDS))
# Real surnames, which count unless the given name beside them is no name either.
REAL_SURNAMES: Final = _words(_SURNAME_WORDS)
LOCAL_PARTS: Final = _words(_LOCAL_WORDS)
# What databases and forms put in when nobody knows.
BIRTHS: Final = frozenset((date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1970, 1, 1)))

_REPEATED: Final = re.compile(r"(.)\1+\Z")
_RUNS: Final = ("0123456789012345678", "9876543210987654321", "abcdefghijklmnopqrstuvwxyz")


def is_absent(folded: str) -> bool:
    """True for text that stands for no value, in any field."""
    return not folded or folded in ABSENT


def is_no_name(folded: str) -> bool:
    """True for what is typed where a name should be: no letters, one letter over and over, a placeholder."""
    squeezed = folded.replace(" ", "")
    if is_absent(folded) or folded in NAMES or not any(map(str.isalpha, squeezed)):
        return True
    return len(squeezed) > 2 and _REPEATED.match(squeezed) is not None


def is_filler(value: str) -> bool:
    """True for an identifier that nobody has: a placeholder word, zeros, one character over and over."""
    squeezed = "".join(filter(str.isalnum, value.casefold()))
    if squeezed in _FILLERS or not squeezed.strip("0"):
        return True
    return len(squeezed) >= 6 and _REPEATED.match(squeezed) is not None


def is_run(value: str) -> bool:
    """True for digits or letters typed in a row, which a number that people dictate must not be."""
    squeezed = "".join(filter(str.isalnum, value.casefold()))
    return len(squeezed) >= 6 and any(squeezed in run for run in _RUNS)
