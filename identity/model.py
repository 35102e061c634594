"""The words of identity as values: records, identifiers, judgements, consents.

Invariant: everything here is immutable, already normalised and free of clock, chance and storage, so that
whoever holds the same values comes to the same partition.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import Final, NamedTuple


class Assurance(IntEnum):
    """How sure we are that an identifier belongs to whoever showed it. The numbers are stored: keep them."""

    ASSERTED = 0  # a public key said so: anybody can claim it, so it never links
    TYPED = 1
    SCANNED = 2
    AUTHENTICATED = 3
    VERIFIED = 4


class Verdict(StrEnum):
    """What a person decided about two sets of records."""

    SAME = "same"
    DIFFERENT = "different"


class RecordKey(NamedTuple):
    """What a source calls one of its shoppers, and which generation of that name.

    A tuple, because keys are hashed and ordered by the million. Code points order as their UTF-8 bytes do, so
    plain comparison is the byte order that the partition promises.
    """

    source: str
    key: str
    generation: int = 1


class Key(NamedTuple):
    """A value by which records are found: an identifier's type and value, or a key of type `block`."""

    type: str
    value: str


@dataclass(frozen=True, slots=True)
class Identifier:
    """A normalised identifier, valid in [valid_from, valid_to) by event time; None is open."""

    type: str
    value: str
    assurance: Assurance
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    @property
    def key(self) -> Key:
        """What records that show this identifier share."""
        return Key(self.type, self.value)


@dataclass(frozen=True, slots=True)
class Canonical:
    """A record's attributes in comparison form: lower-case ASCII text, None when absent or junk.

    `extra` holds the retailer's own `x_<name>` attributes sorted by name, compared by equality. `display`
    holds, sorted, the text as people write it wherever it differs from the comparison form.
    """

    record_type: str | None = None  # person | organisation
    given_name: str | None = None
    middle_name: str | None = None
    family_name: str | None = None
    name_suffix: str | None = None  # jr, sr, ii, iii, ...
    full_name: str | None = None  # only when it could not be taken apart
    organisation_name: str | None = None
    date_of_birth: date | None = None
    sex: str | None = None  # f | m | x
    street_number: str | None = None
    street: str | None = None
    unit: str | None = None
    city: str | None = None
    region: str | None = None
    postcode: str | None = None
    country: str | None = None  # ISO 3166 alpha-2
    extra: tuple[tuple[str, str], ...] = ()
    display: tuple[tuple[str, str], ...] = ()

    @property
    def named(self) -> bool:
        """True when a name, of a person or an organisation, was given at all."""
        return bool(self.given_name or self.family_name or self.full_name or self.organisation_name)

    def shown(self, attribute: str) -> str | None:
        """The attribute as a person would like to read it."""
        for name, text in self.display:
            if name == attribute:
                return text
        value = dict(self.extra).get(attribute) if attribute.startswith("x_") else getattr(self, attribute)
        return value.isoformat() if isinstance(value, date) else value

    def as_written(self) -> dict[str, str]:
        """What normalising takes and gives this record for: every attribute as people write it."""
        shown = dict(self.display)
        return {name: shown.get(name) or str(value) for name, value in self.present()}

    def present(self) -> Iterator[tuple[str, str | date]]:
        """The attributes that have a value, in a fixed order."""
        for name in ATTRIBUTES:
            value = getattr(self, name)
            if value is not None:
                yield name, value
        yield from self.extra


ATTRIBUTES: Final = tuple(f.name for f in fields(Canonical) if f.name not in ("extra", "display"))
ADDRESS: Final = ("street_number", "street", "unit", "city", "region", "postcode", "country")
"""The attributes that are one address."""
ADDRESS_LINE: Final = "full_address"
"""A whole address in one text: sent, taken apart into the attributes, never kept."""


@dataclass(frozen=True, slots=True)
class Record:
    """What one source says about one shopper.

    `proof` is the assurance of whoever wrote the attributes: asserted attributes neither link nor survive.
    `bound_to` is set on records of browsers only: the account whose sign-ins bound the stretch of browsing
    that the record holds.
    """

    ref: RecordKey
    channel: str
    attributes: Canonical = Canonical()
    identifiers: tuple[Identifier, ...] = ()
    stub: bool = False
    bound_to: str | None = None
    proof: Assurance = Assurance.TYPED


@dataclass(frozen=True, slots=True)
class Judgement:
    """A decision that everything in `left` is, or is not, the same shopper as everything in `right`."""

    left: frozenset[RecordKey]
    right: frozenset[RecordKey]
    verdict: Verdict
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SignIn:
    """An account was used on a device at a time."""

    device: Key
    account: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Consent:
    """A statement of a shopper about one purpose. Asserted statements are no statements."""

    purpose: str
    granted: bool
    at: datetime
    proof: Assurance = Assurance.TYPED
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A field that normalising did not take, and why, in a sentence."""

    field: str
    reason: str
