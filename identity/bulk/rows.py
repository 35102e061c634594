"""Rows of the workbench as the records and members that the partition's own rules take."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from identity.model import ATTRIBUTES, Assurance, Canonical, Identifier, Key, Record, RecordKey
from identity.partition.links import Link, Member, Strength
from identity.policy import Policy
from identity.scoring import pool

COLUMNS: Final = ATTRIBUTES
"""The attributes in the order in which a row holds them."""


class Row(NamedTuple):
    """A record as it leaves the workbench; `shown` are types and values of identifiers that are live."""

    no: int
    source: str
    key: str
    attributes: Sequence[str | date | None]
    extra: Sequence[tuple[str, str]]
    shown: Sequence[tuple[str, str]]


class LinkRow(NamedTuple):
    """A link as it leaves the workbench: numbers of records, and what `identity.links.Link` holds."""

    left: int
    right: int
    strength: int
    basis: str
    rank: int
    weight: int


def record(row: Row) -> Record:
    """The record; what a file says counts as typed."""
    said: dict[str, Any] = dict(zip(COLUMNS, row.attributes, strict=True))
    identifiers = (Identifier(kind, value, Assurance.TYPED) for kind, value in row.shown)
    return Record(
        ref=RecordKey(row.source, row.key),
        channel="store",
        attributes=Canonical(**said, extra=tuple(sorted(row.extra))),
        identifiers=tuple(identifiers),
    )


def member(row: Row, policy: Policy) -> Member:
    """The record with its live identifiers; blocking keys only find pairs, so they are left out."""
    shown = frozenset(Key(kind, value) for kind, value in row.shown)
    found = record(row)
    return Member(found, pool.of(found, shown, policy), shown)


def links(found: Iterable[LinkRow], refs: dict[int, RecordKey]) -> tuple[Link, ...]:
    """The links between these records, in the order in which they join."""
    made = (
        Link(refs[row.left], refs[row.right], Strength(row.strength), row.basis, row.rank, row.weight)
        for row in found
    )
    return tuple(sorted(made, key=lambda link: link.order))
