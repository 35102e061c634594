"""Bridges are the links without which a person falls apart: checked against taking each away."""

import random
from collections.abc import Callable

from identity.model import RecordKey
from identity.partition import quality
from identity.partition.links import Link, Strength


def ref(number: int) -> RecordKey:
    """A record."""
    return RecordKey("web", f"{number:03}")


def link(one: int, other: int, strength: Strength = Strength.PROBABLE) -> Link:
    """A link between two records."""
    left, right = sorted((ref(one), ref(other)))
    return Link(left, right, strength, "weight", 0, 1)


def parts(count: int, links: list[Link]) -> list[set[RecordKey]]:
    """The connected parts, the slow way."""
    found = [{ref(number)} for number in range(count)]
    for each in links:
        touched = [part for part in found if each.left in part or each.right in part]
        found = [part for part in found if part not in touched] + [set().union(*touched)]
    return found


def test_bridges_are_what_holds_parts_together(scale: Callable[[int, int], int]) -> None:
    """Without a bridge there is one part more, without any other link as many."""
    chance = random.Random(3)
    for _ in range(scale(150, 3000)):
        count = chance.randrange(2, 9)
        pairs = [(a, b) for a in range(count) for b in range(a) if chance.random() < 0.35]
        links = [link(*pair) for pair in pairs]
        measured = quality.measure(frozenset(map(ref, range(count))), links)
        whole = len(parts(count, links))
        slow = {
            each for each in links if len(parts(count, [other for other in links if other != each])) > whole
        }
        assert set(measured.bridges) == slow
        assert measured.density == len(links) / (count * (count - 1) / 2)


def test_a_probable_bridge_between_two_parts_is_doubtful() -> None:
    """Not one to a single record, and not a certain one."""
    pairs = [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5)]
    group = frozenset(map(ref, range(6)))
    sure = [link(*pair) for pair in pairs]
    assert quality.measure(group, [*sure, link(2, 3)]).doubt == "bridge"
    assert quality.measure(group, [*sure, link(2, 3, Strength.DETERMINISTIC)]).doubt is None
    assert quality.measure(group, [*sure, link(2, 3), link(1, 4)]).doubt is None
    assert quality.measure(frozenset(map(ref, range(4))), [*sure[:3], link(2, 3)]).doubt is None


def test_the_very_large_are_doubtful() -> None:
    """Whatever holds them together."""
    group = frozenset(map(ref, range(quality.SIZE_MAX + 1)))
    chain = [link(number, number + 1, Strength.DETERMINISTIC) for number in range(quality.SIZE_MAX)]
    assert quality.measure(group, chain).doubt == "size"
