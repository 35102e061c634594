"""The columns that a level's SQL names, had from one value at a time.

Invariant: what stands in a column is what `identity.scoring.columns` says of a pool that holds the value
alone, so a new level or column there needs no change here, unless it looks at two values at once.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, Final

from identity.model import Canonical, RecordKey
from identity.scoring import catalogue, columns
from identity.scoring.pool import Name, Pool

Columns = dict[str, Any]

_NOTHING: Final = Pool(
    frozenset(), frozenset(), frozenset(), frozenset(), frozenset(), frozenset(), frozenset()
)
_NOBODY: Final = RecordKey("", "")


@dataclass(frozen=True, slots=True)
class Part:
    """A value that columns are made of: `named` in the table of records, `sample` has all its columns."""

    named: str
    sample: str
    columns_of: Callable[[str], Columns]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that the part gives."""
        return tuple(self.columns_of(self.sample))


def _of_name(part: str, value: str) -> Columns:
    name = Name(**{**dict.fromkeys(Name._fields, ""), part: value})
    found = columns.row(replace(_NOTHING, names=frozenset((name,))))
    return {column: found[column] for column in _BY_NAME[part]}


_BY_NAME: Final = {
    "given": (
        "given_name",
        "given_words",
        "given_kin",
        "is_given_known",
        "given_stem",
        "given_form",
        "given_sound",
        "is_given_skeleton",
    ),
    "middle": ("middle_name",),
    "family": ("family_name", "family_words", "family_sound", "is_family_skeleton"),
    "organisation": ("organisation_name", "organisation_name_words"),
}
"""Which part of a name decides which columns."""


def _name_part(part: str) -> Part:
    return Part(part, "anna", lambda value: _of_name(part, value))


def _contact(kind: str, sample: str) -> Part:
    return Part(kind, sample, partial(columns.contact, kind))


def _birth(value: str) -> Columns:
    told = frozenset(((_NOBODY, date.fromisoformat(value)),))
    return columns.row(replace(_NOTHING, told_births=told))


def _employer(value: str) -> Columns:
    said = Canonical(given_name="anna", organisation_name=value)
    found = columns.row(replace(_NOTHING, canonicals=frozenset((said,))))
    return {column: found[column] for column in ("employer", "employer_words")}


NAME_PARTS: Final = tuple(map(_name_part, _BY_NAME))
CONTACTS: Final = (
    _contact("email", "a@example.com"),
    _contact("phone", "+436601234567"),
    *(_contact(kind, "1234567") for kind in catalogue.NUMBERS),
)
BIRTH: Final = Part("birth_said", "1990-01-31", _birth)
EMPLOYER: Final = Part("employer_said", "huber gmbh", _employer)
PARTS: Final = (*NAME_PARTS, BIRTH, EMPLOYER, *CONTACTS)
PLAIN: Final = ("sex", "street", "street_number", "unit", "city", "region", "postcode")
