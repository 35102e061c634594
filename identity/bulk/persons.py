"""Pieces about which the rules have something to say, resolved one by one by the partition's own code."""

from collections.abc import Sequence
from typing import NamedTuple

from identity.bulk import rows
from identity.bulk.rows import LinkRow, Row
from identity.bulk.workforce import Equipment
from identity.partition import cluster
from identity.partition.judgements import bench
from identity.partition.pieces import Piece


class Case(NamedTuple):
    """A piece as it leaves the workbench."""

    records: Sequence[Row]
    links: Sequence[LinkRow]


class Settled(NamedTuple):
    """What became of a piece: the groups by numbers, and why the linked ones among them stay apart."""

    groups: list[list[int]]
    apart: list[tuple[int, int, str, str]]
    """Left, right, the rule, and its sentence."""


def settle(cases: Sequence[Case], equipment: Equipment) -> list[Settled]:
    """The persons of each piece."""
    return [_settled(case, equipment) for case in cases]


def _settled(case: Case, equipment: Equipment) -> Settled:
    policy = equipment.reading.policy
    members = {found.ref: found for found in (rows.member(row, policy) for row in case.records)}
    numbers = {ref: row.no for ref, row in zip(members, case.records, strict=True)}
    refs = {number: ref for ref, number in numbers.items()}
    # The level and what was dropped for it are told of the whole piece elsewhere.
    piece = Piece(frozenset(members), 0, rows.links(case.links, refs), ())
    found = cluster.resolve(piece, members, bench(()), equipment.model, policy)
    return Settled(
        [[numbers[ref] for ref in group] for group in found.groups],
        [
            (numbers[match.link.left], numbers[match.link.right], match.refusal.rule, match.refusal.sentence)
            for match in found.matches
        ],
    )
