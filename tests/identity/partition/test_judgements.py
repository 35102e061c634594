from itertools import permutations

from identity.model import Verdict
from identity.partition.judgements import bench
from tests.identity.shoppers import different, ref, same


def refs(written: str) -> frozenset:  # type: ignore[type-arg]
    """Records with spaces between."""
    return frozenset(map(ref, written.split()))


def test_the_newest_judgement_speaks() -> None:
    """In whatever order they are read."""
    for order in permutations([same("web/1", "web/2", day=1), different("web/1", "web/2", day=2)]):
        found = bench(order).between(refs("web/1 web/9"), refs("web/2"))
        assert found is not None
        assert found.verdict is Verdict.DIFFERENT


def test_it_speaks_whichever_side_is_left() -> None:
    """A judgement on two sets has no direction."""
    decided = bench([different("web/1", "web/2 web/3")])
    assert decided.between(refs("web/3"), refs("web/1")) == decided.between(refs("web/1"), refs("web/3"))
    assert decided.between(refs("web/2"), refs("web/3")) is None


def test_the_pairs_of_a_judgement_are_told_once_unless_overridden() -> None:
    """A newer decision on one of the pairs takes it out."""
    decided = bench(
        [same("web/1 web/2", "web/3", day=1), different("web/2", "web/3", day=2), same("web/3", "web/1")]
    )
    pairs = [(left.key, right.key) for left, right, _ in decided.same_pairs(refs("web/1 web/2 web/3"))]
    assert pairs == [("1", "3")]
    assert not list(decided.same_pairs(refs("web/1 web/2")))


def test_only_what_has_a_side_on_each_hand_matters_within_a_piece() -> None:
    """The rest could never speak there."""
    decided = bench([same("web/1", "web/2"), same("web/1", "web/9")])
    assert len(decided.within(refs("web/1 web/2")).newest_first) == 1
