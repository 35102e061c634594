"""What holds for the partition of any world; the tales of single rules are told in test_rules."""

import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.canonical import keys
from identity.model import Judgement, Record, RecordKey, Verdict
from identity.partition import cluster, links, pieces
from identity.partition.cluster import Partition, Resolution
from identity.partition.judgements import bench
from identity.partition.links import Link
from identity.partition.pieces import Piece
from identity.policy import Policy
from tests.identity.shoppers import different, persons, same, shopper
from tests.identity.worlds import START, ToyModel, World, random_record, random_world, tight_policy

TIGHT = tight_policy()
ROOMY = tight_policy(bound=500, cap=50)
MODEL = ToyModel()
LADDER = pieces.ladder(MODEL, TIGHT)
LATER = START + timedelta(days=100)
LATEST = START + timedelta(days=200)

CHANCE = st.integers(0, 1 << 32).map(random.Random)

Scale = Callable[[int, int], int]


def partition(world: World, by: Policy = TIGHT) -> Partition:
    """The partition from scratch by the toy model."""
    return cluster.partition(world.records, world.judgements, MODEL, by)


@pytest.mark.parametrize("size", [1, 6, 14, 30])
def test_the_partition_does_not_depend_on_order(size: int, scale: Scale) -> None:
    """Twenty orders of records, identifiers and judgements give one answer, down to reasons and reviews."""
    for seed in range(scale(15, 400)):
        chance = random.Random(f"{size}-{seed}")
        world = random_world(chance, size=size)
        expected = partition(world)
        for _ in range(20):
            assert partition(world.shuffled(chance)) == expected, seed


@given(CHANCE, st.integers(1, 12))
def test_the_partition_does_not_depend_on_order_in_worlds_that_shrink(
    chance: random.Random, size: int
) -> None:
    """The same for worlds that hypothesis makes smaller when one fails."""
    world = random_world(chance, size=size)
    assert partition(world.shuffled(chance)) == partition(world)


def test_random_worlds_run_every_branch(scale: Scale) -> None:
    """The proofs above would prove little if the worlds were tame."""
    seen: Counter[str] = Counter()
    for seed in range(scale(150, 1500)):
        world = random_world(random.Random(seed), size=10 + seed % 30)
        found = partition(world)
        seen.update(f"class {join.link.strength} in pass {join.stage}" for join in found.joins)
        seen.update(f"by {join.link.basis}" for join in found.joins)
        seen.update(f"refused: {match.refusal.rule}" for match in found.matches)
        seen.update(f"level {len(each.dropped)}" for each in found.oversize)
        seen.update(f"generic {key.type}" for key in found.generic)
    assert {"class 0 in pass 1", "class 1 in pass 1", "class 2 in pass 1", "class 3 in pass 2"} <= set(seen)
    assert {f"by {kind}" for kind in ("judged", "weight", "email", "phone", "anonymous_id")} <= set(seen)
    rules = ("judged", "suffix", "given_name", "exclusive", "limit", "ambiguous", "review")
    assert {f"refused: {rule}" for rule in rules} <= set(seen)
    assert {"generic email", "generic phone", "generic anonymous_id", "generic block"} <= set(seen)
    levels = {int(name.split()[1]) for name in seen if name.startswith("level")}
    assert len(levels) >= 7
    assert LADDER.last + 1 in levels


def test_groups_cover_every_record_once(scale: Scale) -> None:
    """Nobody is lost and nobody is two people."""
    for seed in range(scale(50, 500)):
        world = random_world(random.Random(seed), size=25)
        members = [ref for group in partition(world).groups for ref in group]
        assert sorted(members) == sorted(record.ref for record in world.records)


def test_no_piece_is_larger_than_the_bound(scale: Scale) -> None:
    """Whatever is linked to whatever, the cost of a change is bounded, and so is a person."""
    for seed in range(scale(50, 500)):
        found = partition(random_world(random.Random(seed), size=40))
        assert max(map(len, found.groups)) <= TIGHT.component_bound


def test_joining_and_then_splitting_restores_the_partition(scale: Scale) -> None:
    """A decision that is taken back has changed nothing, down to every other group, unless it says of a
    namesake whose he is not (see `test_a_split_may_settle_whose_a_nameless_record_is`).
    """
    for seed in range(scale(60, 1000)):
        chance = random.Random(seed)
        world = _named(random_world(chance, size=16))
        before = partition(world, ROOMY)
        if len(before.groups) < 2:
            continue
        one, other = chance.sample(before.groups, 2)
        joined = _decided(world, Judgement(one, other, Verdict.SAME, LATER))
        assert any(group >= one | other for group in partition(joined, ROOMY).groups)
        apart = Judgement(one, other, Verdict.DIFFERENT, LATEST)
        found = partition(_decided(joined, apart), ROOMY).groups
        assert found == partition(_decided(world, apart), ROOMY).groups, seed
        if not _may_be_either(before, one, other):
            assert found == before.groups, seed


def _may_be_either(found: Partition, one: frozenset[RecordKey], other: frozenset[RecordKey]) -> bool:
    """Whether two groups are apart because a record of one may as well belong to somebody else."""
    ambiguous = [match.link for match in found.matches if match.refusal.rule == "ambiguous"]
    return any(
        (link.left in one and link.right in other) or (link.left in other and link.right in one)
        for link in ambiguous
    )


def test_splitting_and_then_joining_restores_the_person(scale: Scale) -> None:
    """The split person is whole again, wherever it was cut."""
    restored = 0
    for seed in range(scale(60, 1000)):
        chance = random.Random(seed)
        world = random_world(chance, size=16)
        before = partition(world, ROOMY)
        person = max(before.groups, key=lambda group: (len(group), sorted(group)))
        if len(person) < 2:
            continue
        part = frozenset(chance.sample(sorted(person), chance.randrange(1, len(person))))
        split = _decided(world, Judgement(part, person - part, Verdict.DIFFERENT, LATER))
        apart = partition(split, ROOMY).groups
        assert not any(group & part and group & (person - part) for group in apart)
        joined = _decided(split, Judgement(part, person - part, Verdict.SAME, LATEST))
        after = partition(joined, ROOMY).groups
        assert any(group >= person for group in after), seed
        restored += after == before.groups
    assert restored > scale(45, 750)


def test_a_person_made_whole_by_decision_may_find_one_more_record() -> None:
    """The exception to the rule above: the part that was joined last is now joined first.

    The card and the web record paid from one account, but their birthdays contradict, and when that link has
    its turn the card record has not yet found the till record, whose national id agrees with the web
    record's.
    """
    card = shopper("loyalty/3", "- maier", born="1960-01-17", phone="1", payment_reference="P")
    till = shopper("pos/4", "emil maier", born="1960-01-17", phone="1", national_id="12345779")
    web = shopper("web/1", born="1966-03-23", payment_reference="P", national_id="12345772")
    assert persons(card, till, web) == {"loyalty/3 pos/4", "web/1"}
    history = [different("loyalty/3", "pos/4", day=1), same("loyalty/3", "pos/4", day=2)]
    assert persons(card, till, web, judged=history) == {"loyalty/3 pos/4 web/1"}


def test_a_split_may_settle_whose_a_nameless_record_is() -> None:
    """The exception to exact restoring: who is told apart from one candidate goes to the other.

    The till record fits Anna and Bernd, so it was neither's. Joining it with Anna and parting it from her
    again says for good that it is not hers.
    """
    anna = shopper("web/1", "anna huber", email="home@x.at")
    bernd = shopper("web/2", "bernd huber", email="home@x.at")
    till = shopper("pos/9", email="home@x.at")
    assert persons(anna, bernd, till) == {"pos/9", "web/1", "web/2"}
    history = [same("pos/9", "web/1", day=1), different("pos/9", "web/1", day=2)]
    assert persons(anna, bernd, till, judged=history) == {"pos/9 web/2", "web/1"}


def test_only_the_pieces_around_a_change_need_be_computed_again(scale: Scale) -> None:
    """What the online path does gives what a computation from scratch gives."""
    for seed in range(scale(40, 600)):
        chance = random.Random(seed)
        world = random_world(chance, size=24)
        graph = _Graph(world)
        resolved = {ref: graph.resolved(ref) for ref in graph.members}
        for number in range(6):
            world = _changed(world, chance, number)
            before, graph = graph, _Graph(world)
            for ref in _affected(before, graph):
                resolved.pop(ref, None)
                if ref in graph.members:
                    resolved[ref] = graph.resolved(ref)
            groups = {group for each in resolved.values() for group in each.groups}
            assert groups == set(partition(world).groups), seed


class _Graph:
    """A world as the online path sees it: everything is asked record by record."""

    def __init__(self, world: World) -> None:
        lists = keys.posts((each, keys.posted(each, MODEL.blocking(each), TIGHT)) for each in world.records)
        live = keys.live(lists, TIGHT)
        self.bench = bench(world.judgements)
        self.judgements = set(world.judgements)
        self.members = {each.ref: links.member(each, live, MODEL, TIGHT) for each in world.records}
        crowded = keys.crowded(lists, TIGHT)
        self.links = set(links.among(self.members, self.bench, MODEL, TIGHT, crowded=crowded))

    def around(self, refs: Iterable[RecordKey]) -> Iterable[Link]:
        known = set(refs)
        return (link for link in self.links if link.left in known or link.right in known)

    def piece(self, ref: RecordKey) -> Piece:
        return pieces.find(ref, self.around, LADDER)

    def members_of_piece(self, ref: RecordKey) -> frozenset[RecordKey]:
        return self.piece(ref).members if ref in self.members else frozenset()

    def resolved(self, ref: RecordKey) -> Resolution:
        return cluster.resolve(self.piece(ref), self.members, self.bench, MODEL, TIGHT)


def _affected(before: _Graph, after: _Graph) -> set[RecordKey]:
    """The records of the pieces, old and new, of whatever changed: ends of links, records, judged records."""
    ends = {end for link in before.links ^ after.links for end in (link.left, link.right)}
    known = before.members.keys() | after.members.keys()
    ends |= {ref for ref in known if before.members.get(ref) != after.members.get(ref)}
    judged = before.judgements ^ after.judgements
    ends |= {ref for each in judged for ref in each.left | each.right}
    old = {ref for end in ends for ref in before.members_of_piece(end)}
    return old | {ref for end in old | ends for ref in after.members_of_piece(end)}


def _changed(world: World, chance: random.Random, number: int) -> World:
    """A record more, less or other."""
    records = {record.ref: record for record in world.records}
    match chance.randrange(4):
        case 0:
            del records[chance.choice(sorted(records))]
        case 1:
            fresh = random_record(chance, 50 + number, people=8)
            records[fresh.ref] = fresh
        case 2:
            one, other = chance.sample(sorted(records), 2)
            verdict = chance.choice((Verdict.SAME, Verdict.DIFFERENT))
            at = START + timedelta(days=number)
            return _decided(world, Judgement(frozenset((one,)), frozenset((other,)), verdict, at))
        case _:
            ref = chance.choice(sorted(records))
            records[ref] = replace(random_record(chance, 0, people=8), ref=ref)
    return World(tuple(records.values()), world.judgements)


def _decided(world: World, judgement: Judgement) -> World:
    return World(world.records, (*world.judgements, judgement))


def _named(world: World) -> World:
    """The world without records that name nobody, about whom the rule of ambiguity speaks."""
    return replace(world, records=tuple(each for each in world.records if _tells_apart(each)))


def _tells_apart(record: Record) -> bool:
    return len(record.attributes.given_name or "") > 1 and record.proof > 0
