"""What a group of records says together: distinct values, each once.

Invariant: the pool of a group does not depend on the order in which its records came together, so whatever is
decided from pools alone (vetoes, pooled weights) does not either.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from identity.canonical import keys
from identity.model import Assurance, Canonical, Key, Record, RecordKey
from identity.policy import Policy


class Name(NamedTuple):
    """The parts of one record's name that are compared together, "" where absent."""

    given: str
    middle: str
    family: str
    full: str
    organisation: str


@dataclass(frozen=True)
class Pool:
    """The distinct values of a group of records, births with who says them; `keys` holds live keys only.

    `vouched` are the strong keys shown by records that also have a name: they alone excuse differing given
    names.
    """

    refs: frozenset[RecordKey]
    names: frozenset[Name]
    suffixes: frozenset[str]
    told_births: frozenset[tuple[RecordKey, date]]
    keys: frozenset[Key]
    vouched: frozenset[Key]
    canonicals: frozenset[Canonical]

    def __hash__(self) -> int:
        """By whose records they are: pools are looked up far more often than compared."""
        return hash(self.refs)

    def __or__(self, other: "Pool") -> "Pool":
        return Pool(
            self.refs | other.refs,
            self.names | other.names,
            self.suffixes | other.suffixes,
            self.told_births | other.told_births,
            self.keys | other.keys,
            self.vouched | other.vouched,
            self.canonicals | other.canonicals,
        )

    @cached_property
    def births(self) -> frozenset[date]:
        """The distinct days of birth."""
        return frozenset([born for _, born in self.told_births])

    @cached_property
    def sure_births(self) -> frozenset[date]:
        """The days of birth that two records or more say."""
        told = Counter(born for _, born in self.told_births)
        return frozenset([born for born, records in told.items() if records > 1])

    @cached_property
    def by_type(self) -> dict[str, frozenset[str]]:
        """The distinct identifier values of each type."""
        values: dict[str, set[str]] = {}
        for key_type, value in self.keys:
            values.setdefault(key_type, set()).add(value)
        return {key_type: frozenset(found) for key_type, found in values.items()}

    def values(self, attribute: str) -> frozenset[str | date]:
        """The distinct values of one canonical attribute."""
        found = [getattr(canonical, attribute) for canonical in self.canonicals]
        return frozenset([value for value in found if value is not None])

    def own_values(self, name: str) -> frozenset[str]:
        """The distinct values of one attribute of the retailer's own."""
        return frozenset([said for each in self.canonicals for own, said in each.extra if own == name])

    @cached_property
    def tells_apart(self) -> bool:
        """True when a name in it tells the members of a family apart: no surname or initial alone."""
        return any(len(name.given) > 1 or name.organisation for name in self.names)


def of(record: Record, shown: frozenset[Key], policy: Policy) -> Pool:
    """What one record says under the live keys `shown`; asserted attributes are as good as absent."""
    canonical = record.attributes if record.proof > Assurance.ASSERTED else Canonical()
    return Pool(
        refs=frozenset((record.ref,)),
        names=frozenset((_name(canonical),)) if canonical.named else frozenset(),
        suffixes=frozenset((canonical.name_suffix,)) if canonical.name_suffix else frozenset(),
        told_births=frozenset(((record.ref, canonical.date_of_birth),))
        if canonical.date_of_birth
        else frozenset(),
        keys=shown,
        vouched=frozenset(key for key in shown if key.type in policy.strong_types)
        if canonical.named
        else frozenset(),
        canonicals=frozenset((canonical,)),
    )


def whole(record: Record, policy: Policy) -> Pool:
    """What one record says if all its keys are live."""
    return of(record, frozenset(keys.shown(record, policy)), policy)


def _name(canonical: Canonical) -> Name:
    """The name of whom the record is about: an organisation's contact is not the organisation, nor the
    reverse.
    """
    if canonical.organisation_name and not _is_contact(canonical):
        return Name("", "", "", "", canonical.organisation_name)
    return Name(
        canonical.given_name or "",
        canonical.middle_name or "",
        canonical.family_name or "",
        canonical.full_name or "",
        "",
    )


def employer(canonical: Canonical) -> str | None:
    """The organisation beside the name of a person who works or speaks for it."""
    return canonical.organisation_name if _is_contact(canonical) else None


def _is_contact(canonical: Canonical) -> bool:
    personal = canonical.given_name or canonical.family_name or canonical.full_name
    return bool(personal) and canonical.record_type != "organisation"
