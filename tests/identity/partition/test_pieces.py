import random
from collections.abc import Callable, Collection, Iterable
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.model import RecordKey
from identity.partition import pieces
from identity.partition.links import Link, Strength
from identity.partition.pieces import Ladder
from identity.scoring.weigh import UNITS_PER_BIT
from tests.identity.worlds import ToyModel, tight_policy

POLICY = tight_policy()
LADDER = pieces.ladder(ToyModel(), POLICY)
JOIN_LINE = ToyModel().join_line


def refs(count: int) -> list[RecordKey]:
    """So many records."""
    return [RecordKey("web", f"{number:04}") for number in range(count)]


def link(left: RecordKey, right: RecordKey, strength: Strength, *, rank: int = 0, bits: float = 0) -> Link:
    """A link of a class; the lesser record is left."""
    return Link(min(left, right), max(left, right), strength, "", rank, int(bits * UNITS_PER_BIT))


def around(links: Collection[Link]) -> Callable[[Collection[RecordKey]], Iterable[Link]]:
    """All links of some records."""
    return lambda asked: [each for each in links if each.left in asked or each.right in asked]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[RecordKey], list[Link]]:
    """Up to two dozen records, linked by all classes."""
    nodes = refs(draw(st.integers(1, 24)))
    chance = random.Random(draw(st.integers(0, 1 << 32)))
    density = draw(st.sampled_from([0.02, 0.05, 0.1, 0.3]))
    links = [_random_link(chance, *pair) for pair in combinations(nodes, 2) if chance.random() < density]
    return nodes, links


def _random_link(chance: random.Random, left: RecordKey, right: RecordKey) -> Link:
    strength = chance.choice((*Strength, Strength.DETERMINISTIC))
    rank = chance.choice(LADDER.priorities) if strength is Strength.DETERMINISTIC else 0
    return link(left, right, strength, rank=rank, bits=chance.choice((1, 3, 4.5, 6)))


@given(graphs())
def test_a_search_from_any_record_finds_its_piece(graph: tuple[list[RecordKey], list[Link]]) -> None:
    """Online, from one record, and from scratch give the same pieces, levels and links."""
    nodes, links = graph
    for piece in pieces.split(nodes, links, LADDER):
        for ref in piece.members:
            assert pieces.find(ref, around(links), LADDER) == piece


@given(graphs())
def test_pieces_cover_everything_once_within_the_bound(graph: tuple[list[RecordKey], list[Link]]) -> None:
    """No record twice, none forgotten, no piece too large."""
    nodes, links = graph
    found = pieces.split(nodes, links, LADDER)
    assert sorted(ref for piece in found for ref in piece.members) == nodes
    assert all(len(piece.members) <= LADDER.bound for piece in found)


@given(graphs())
def test_a_piece_is_a_component_at_the_first_level_that_fits(
    graph: tuple[list[RecordKey], list[Link]],
) -> None:
    """Against the definition, by the slowest means."""
    nodes, links = graph
    for piece in pieces.split(nodes, links, LADDER):
        ref = min(piece.members)
        components = (_component(ref, links, level) for level in range(LADDER.last + 2))
        first = next((level, found) for level, found in enumerate(components) if len(found) <= LADDER.bound)
        assert (piece.level, piece.members) == first
        assert len(piece.dropped) == piece.level


def _component(ref: RecordKey, links: list[Link], level: int) -> frozenset[RecordKey]:
    ends = [{each.left, each.right} for each in links if LADDER.keeps_until(each) >= level]
    reached = {ref}
    while touching := [pair for pair in ends if len(pair & reached) == 1]:
        reached = reached.union(*touching)
    return frozenset(reached)


@pytest.mark.parametrize("strength", [Strength.POSSIBLE, Strength.PROBABLE, Strength.DETERMINISTIC])
def test_the_weakest_links_are_given_up_first(strength: Strength) -> None:
    """Two cores held together by one weaker link fall apart there."""
    nodes = refs(10)
    cores = [link(a, b, Strength.JUDGED) for half in (nodes[:5], nodes[5:]) for a, b in combinations(half, 2)]
    bridge = link(nodes[4], nodes[5], strength, rank=6, bits=3)
    found = pieces.split(nodes, [*cores, bridge], LADDER)
    assert [len(piece.members) for piece in found] == [5, 5]


def test_probable_links_are_given_up_along_rising_lines() -> None:
    """The heavier half of a chain survives the first line."""
    nodes = refs(10)
    chain = [
        link(a, b, Strength.PROBABLE, bits=3.5 if number < 5 else 9)
        for number, (a, b) in enumerate(pairwise(nodes))
    ]
    found = pieces.split(nodes, chain, LADDER)
    assert [len(piece.members) for piece in found] == [1, 1, 1, 1, 1, 5]


def test_identifier_types_are_given_up_from_the_least_believed_on() -> None:
    """A shared phone goes before a shared address, an address before a card."""
    nodes = refs(9)
    ranks = [POLICY.identifiers[kind].priority for kind in ("phone", "email", "loyalty_card")]
    chain = [
        link(a, b, Strength.DETERMINISTIC, rank=ranks[number // 3 % 3])
        for number, (a, b) in enumerate(pairwise(nodes))
    ]
    found = pieces.split(nodes, chain, LADDER)
    assert [len(piece.members) for piece in found] == [1, 1, 1, 6]


def test_too_many_decisions_leave_everybody_alone() -> None:
    """When nothing is left to give up, no group is the safe answer."""
    nodes = refs(10)
    chain = [link(a, b, Strength.JUDGED) for a, b in pairwise(nodes)]
    found = pieces.split(nodes, chain, LADDER)
    assert [len(piece.members) for piece in found] == [1] * 10
    assert all(piece.dropped[-1] == "judgements" for piece in found)


def test_a_search_in_a_giant_component_stops_soon() -> None:
    """Fifty thousand records behind one address cost as much as a few hundred."""
    nodes = refs(20_000)
    hub = {
        node: [link(node, nodes[(number + step) % 20_000], Strength.POSSIBLE) for step in (1, 2, 3)]
        for number, node in enumerate(nodes)
    }
    asked: list[RecordKey] = []

    def count(some: Collection[RecordKey]) -> Iterable[Link]:
        asked.extend(some)
        return [each for node in some for each in hub[node]]

    piece = pieces.find(nodes[0], count, Ladder(LADDER.lines, LADDER.priorities, bound=500))
    assert piece.members == {nodes[0]}
    assert len(asked) <= 500 + 2 * pieces.BATCH_SIZE
