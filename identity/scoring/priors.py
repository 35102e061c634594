"""What is believed before any data were seen: how often pairs of one person, and of two, show each level.

Training moves away from it as far as the data at hand insist, so that a level which a small file hardly
shows keeps a sane weight. The values of m are what the cleaner and the dirtier of real customer files have
in common; those of u only matter where nothing can be sampled.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from identity.scoring import catalogue
from identity.scoring.document import Odds

_NUMBER: Final = "same .9 1e-6 / typo .07 1e-5 / two typos .01 1e-4 / else .02 1"

_TABLE: Final = {
    "given_name": (
        "same .72 .008 / exchanged .01 1e-5 / nickname .05 .003 / part .02 .001 / look-alike .008 .003 / "
        "typo .09 .002 / short .01 .001 / sound .005 .001 / initial .02 .004 / middle .005 .0005 / "
        "misplaced .005 .001 / similar .012 .01 / else .05 .97"
    ),
    "middle_name": "same .6 .02 / initial .25 .04 / typo .05 .002 / else .1 .94",
    "family_name": (
        "same .81 .002 / part .01 .0005 / typo .09 .001 / sound .01 .0005 / "
        "initial .005 .001 / misplaced .005 .001 / similar .015 .01 / else .055 .985"
    ),
    "organisation_name": "same .65 .001 / typo .14 .001 / part .07 .001 / similar .04 .01 / else .1 .99",
    "employer": "same .6 .01 / typo .1 .001 / part .08 .005 / similar .04 .01 / else .18 .98",
    "date_of_birth": (
        "same .88 5e-5 / exchanged .01 3e-5 / typo .06 .001 / vague .005 .0005 / two parts .015 .006 / "
        "two digits .01 .02 / year .005 .015 / else .015 .96"
    ),
    "sex": "same .97 .5 / else .03 .5",
    "street": "same .7 .001 / typo .15 .001 / else .15 .998",
    "street_number": "same .78 .01 / typo .08 .1 / else .14 .89",
    "postcode": "same .8 .001 / typo .08 .005 / else .12 .994",
    "city": "same .8 .01 / typo .08 .001 / else .12 .989",
    "region": "same .9 .05 / else .1 .95",
    "email": ("same .6 1e-5 / mailbox .02 1e-6 / local part .05 1e-5 / similar .08 .0005 / else .25 .999"),
    "phone": "same .6 1e-5 / extension .02 1e-5 / tail .01 1e-5 / typo .05 1e-5 / else .32 1",
    **dict.fromkeys(catalogue.NUMBERS, _NUMBER),
}
_OWN: Final = "same .85 .01 / else .15 .99"


_HOME: Final = {
    "family_name": (
        ".7 same / .005 part / .08 typo / .01 sound / .003 initial / .001 misplaced / .01 similar / .191 else"
    ),
    "street": ".75 same / .13 typo / .12 else",
    "street_number": ".8 same / .08 typo / .12 else",
    "postcode": ".8 same / .08 typo / .12 else",
    "city": ".82 same / .08 typo / .1 else",
    "region": ".9 same / .1 else",
    "employer": ".1 same / .01 typo / .01 part / .02 similar / .86 else",
    "email": ".1 same / .005 mailbox / .01 local part / .02 similar / .865 else",
    "phone": ".3 same / .005 extension / .005 tail / .02 typo / .67 else",
}


def _parsed(table: str) -> tuple[Odds, ...]:
    entries = (entry.split()[-2:] for entry in table.split(" / "))
    return tuple(Odds(float(m), float(u)) for m, u in entries)


_PARSED: Final[Mapping[str, tuple[Odds, ...]]] = MappingProxyType(
    {name: _parsed(table) for name, table in _TABLE.items()}
)


AT_HOME: Final[Mapping[str, tuple[float, ...]]] = MappingProxyType(
    {name: tuple(float(entry.split()[0]) for entry in listed.split(" / ")) for name, listed in _HOME.items()}
)
"""How often two people of one home show each level of what homes share."""


def odds(comparison: str) -> tuple[Odds, ...]:
    """What is believed of a comparison's levels."""
    return _PARSED.get(comparison) or _parsed(_OWN)
