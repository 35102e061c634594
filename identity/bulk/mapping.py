"""Which column of a file holds which attribute or identifier.

Invariant: a mapping that was read names known attributes and identifier types only. Both may come from
several columns: a file may hold two phone numbers, and they all count; of an attribute the first column that
says something counts, as of a name in Latin letters and the same name in the shopper's own script.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from identity.bulk.errors import MappingError
from identity.model import ADDRESS_LINE, ATTRIBUTES
from identity.policy import Policy

COLUMN_COUNT_MAX: Final = 64
_ATTRIBUTES: Final = (*ATTRIBUTES, ADDRESS_LINE)
_OWN: Final = re.compile(r"x_[a-z0-9_]{1,40}")


@dataclass(frozen=True, slots=True)
class Mapping:
    """Pairs of attribute, or identifier type, and column."""

    attributes: tuple[tuple[str, str], ...]
    identifiers: tuple[tuple[str, str], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are needed, each once."""
        return tuple(dict.fromkeys(column for _, column in self.attributes + self.identifiers))

    @property
    def columns_of(self) -> dict[str, tuple[str, ...]]:
        """The columns that hold each attribute, the first first."""
        return {
            name: tuple(column for held, column in self.attributes if held == name)
            for name, _ in self.attributes
        }


def parse(entries: Iterable[str], policy: Policy) -> Mapping:
    """The mapping that entries `column=attribute` describe. Raises MappingError."""
    return of(map(_entry, entries), policy)


def of(pairs: Iterable[tuple[str, str]], policy: Policy) -> Mapping:
    """The mapping of pairs (column, attribute). Raises MappingError."""
    attributes: list[tuple[str, str]] = []
    identifiers: list[tuple[str, str]] = []
    for column, name in dict.fromkeys(pairs):
        if name in policy.identifiers:
            identifiers.append((name, column))
        elif name in _ATTRIBUTES or _OWN.fullmatch(name):
            attributes.append((name, column))
        else:
            raise MappingError(_unknown(name, policy))
    if not attributes and not identifiers:
        raise MappingError("Nothing is mapped: say which column holds what, as column=attribute.")
    if len(attributes) + len(identifiers) > COLUMN_COUNT_MAX:
        raise MappingError(f"At most {COLUMN_COUNT_MAX} columns can be mapped.")
    return Mapping(tuple(attributes), tuple(identifiers))


def _entry(text: str) -> tuple[str, str]:
    column, separator, name = text.rpartition("=")
    if not separator or not column or not name.strip():
        raise MappingError(f"{text!r} is no mapping: write column=attribute, such as surname=family_name.")
    return column, name.strip()


def _unknown(name: str, policy: Policy) -> str:
    known = [*_ATTRIBUTES, *policy.identifiers]
    near = get_close_matches(name, known, n=1)
    meant = f" Did you mean {near[0]}?" if near else ""
    return (
        f"There is no attribute {name[:64]!r}.{meant} Attributes are {', '.join(_ATTRIBUTES)}; identifiers"
        " are "
        f"{', '.join(policy.identifiers)}; your own are x_<name>, in a-z, 0-9 and _."
    )
