"""Which two records are linked, how strongly, and by what.

Invariant: a link is a pure, symmetric function of two members, the judgements on them, the model and the
policy; two records are linked once, by the strongest of what they share. The order of links is total and free
of arrival: class, then the newest judgement or the most believed type, then weight, then the ends as bytes.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from itertools import product
from typing import Final

from identity.canonical import keys
from identity.model import Identifier, Key, Record, RecordKey
from identity.partition.judgements import Bench, recency
from identity.policy import BLOCK, BOUND, IdentifierRule, Linking, Policy
from identity.scoring import catalogue, compare, pool
from identity.scoring.compare import Level
from identity.scoring.pool import Name, Pool
from identity.scoring.weigh import UNITS_PER_BIT, Model

Pair = tuple[RecordKey, RecordKey]

DOUBT_LINE: Final = -6 * UNITS_PER_BIT
"""A shared mailbox or telephone proves nothing where the weight is below this line. The weight already counts
the mailbox, and still two people are sixty times as likely as one: somebody wrote down, or uses, what is
somebody else's.
"""
EVEN_LINE: Final = 0
"""Below this line, where two people are as likely as one, it proves nothing either if births or numbers for
life contradict. A shared number for life proves something below it only if a birth agrees and the given names
do not differ: these, and the number, stay when somebody moves or marries.
"""
DOUBT_LINE_OF_CARDS: Final = DOUBT_LINE - 20 * UNITS_PER_BIT
"""A shared card or account proves nothing below this line, unless a birth agrees: the card was passed on.
Models do not weigh cards, so the line is lower than that for mailboxes, by what a number for life says.
"""


class Strength(IntEnum):
    """The classes of the partition's order, strongest first."""

    JUDGED = 0
    DETERMINISTIC = 1
    PROBABLE = 2
    POSSIBLE = 3


@dataclass(frozen=True, slots=True)
class Link:
    """Why two records may be one shopper.

    `basis` is the identifier type of a deterministic link, "judged" or "weight"; `rank` is its type's
    priority or the recency of its judgement, the less the stronger. Weight in units of 2^-32 bit.
    """

    left: RecordKey
    right: RecordKey
    strength: Strength
    basis: str
    rank: int
    weight: int

    @property
    def order(self) -> tuple[int, int, int, RecordKey, RecordKey]:
        """Links join in ascending order of this."""
        return self.strength, self.rank, -self.weight, self.left, self.right

    def other(self, end: RecordKey) -> RecordKey:
        """The end that is not `end`."""
        return self.right if end == self.left else self.left


@dataclass(frozen=True, slots=True)
class Member:
    """A record as the partition sees it: `pool` holds what it says under those of its keys that are live."""

    record: Record
    pool: Pool
    posted: frozenset[Key]

    @property
    def ref(self) -> RecordKey:
        """The record's key."""
        return self.record.ref

    @property
    def name(self) -> Name | None:
        """The record's name, None when it is nameless."""
        return next(iter(self.pool.names), None)


def member(record: Record, live: AbstractSet[Key], model: Model, policy: Policy) -> Member:
    """The record with those of its keys that are live."""
    posted = frozenset(key for key in keys.posted(record, model.blocking(record), policy) if key in live)
    return showing(record, posted, policy)


def showing(record: Record, posted: frozenset[Key], policy: Policy) -> Member:
    """The record with these keys, of which blocking keys only say whom to compare it with."""
    shown = frozenset(key for key in posted if key.type != BLOCK)
    return Member(record, pool.of(record, shown, policy), posted)


def among(
    members: Mapping[RecordKey, Member],
    bench: Bench,
    model: Model,
    policy: Policy,
    *,
    crowded: AbstractSet[Key] = frozenset(),
    focus: AbstractSet[RecordKey] | None = None,
) -> tuple[Link, ...]:
    """The links between members, in order; with `focus` only those that have an end in it. Of the keys that
    are `crowded` two must be shared.
    """
    under: dict[Key, list[RecordKey]] = defaultdict(list)
    for each in members.values():
        for key in each.posted:
            under[key].append(each.ref)
    own = members.keys() if focus is None else focus
    return linked(sharing(under, own, crowded), members, bench, model, policy, focus=own)


def linked(
    pairs: Iterable[Pair],
    members: Mapping[RecordKey, Member],
    bench: Bench,
    model: Model,
    policy: Policy,
    *,
    focus: AbstractSet[RecordKey],
) -> tuple[Link, ...]:
    """The links between members that meet by live keys (the pairs given) or were judged the same, in
    order.
    """
    judged = {
        (left, right): at
        for left, right, at in bench.same_pairs(members.keys())
        if left in focus or right in focus
    }
    found = (
        between(members[left], members[right], judged.get((left, right)), model, policy)
        for left, right in judged.keys() | set(pairs)
    )
    return tuple(sorted((link for link in found if link is not None), key=lambda link: link.order))


def sharing(
    under: Mapping[Key, Collection[RecordKey]],
    focus: AbstractSet[RecordKey],
    crowded: AbstractSet[Key] = frozenset(),
) -> set[Pair]:
    """The pairs with an end in `focus` that share a key, or of those that are `crowded` two; lesser record
    first. `under` has live keys only.

    Anonymous records of an account pair with it, not with each other.
    """
    pairs: set[Pair] = set()
    once: set[Pair] = set()
    for key, found in under.items():
        if key.type == BOUND:
            accounts = under.get(Key(keys.ACCOUNT, key.value), ())
            met = product(found, accounts)
        else:
            met = product((ref for ref in found if ref in focus), found)
        both = {(a, b) if a < b else (b, a) for a, b in met if a != b and (a in focus or b in focus)}
        if key in crowded:
            pairs |= both & once
            once |= both
        else:
            pairs |= both
    return pairs


def between(
    one: Member, other: Member, judged_at: datetime | None, model: Model, policy: Policy
) -> Link | None:
    """The strongest link between two members that meet by keys or were judged the same at `judged_at`."""
    left, right = (one, other) if one.ref <= other.ref else (other, one)
    weight = model.weight(left.pool, right.pool)
    if judged_at is not None:
        return Link(left.ref, right.ref, Strength.JUDGED, "judged", recency(judged_at), weight)
    rules = list(_deterministic(left, right, policy))
    believed = (rule for rule in rules if _is_believed(rule, weight, left, right, model))
    rule = min(believed, key=lambda rule: (rule.priority, rule.type), default=None)
    if rule is not None:
        return Link(left.ref, right.ref, Strength.DETERMINISTIC, rule.type, rule.priority, weight)
    if weight >= model.join_line:
        return Link(left.ref, right.ref, Strength.PROBABLE, "weight", 0, weight)
    if rules or weight >= model.review_line:
        return Link(left.ref, right.ref, Strength.POSSIBLE, "weight", 0, weight)
    return None


def _is_believed(rule: IdentifierRule, weight: int, left: Member, right: Member, model: Model) -> bool:
    """Whether a shared identifier proves anything beside all else that the model weighs."""
    born_as_one = not left.pool.births.isdisjoint(right.pool.births)
    if rule.type not in catalogue.IDENTIFIERS:
        return born_as_one or weight >= DOUBT_LINE_OF_CARDS
    if model.is_wary:
        return weight >= model.join_line
    if weight >= EVEN_LINE:
        return True
    if rule.type in catalogue.NUMBERS:
        return born_as_one and not _are_called_otherwise(left, right)
    return weight >= DOUBT_LINE and not _contradict_for_life(left.pool, right.pool)


def _are_called_otherwise(left: Member, right: Member) -> bool:
    if left.name is None or right.name is None:
        return False
    return compare.given_names_of(left.name, right.name).differs


def _contradict_for_life(left: Pool, right: Pool) -> bool:
    """Whether both name a birth, or a number for life of one type, and not the same."""
    if left.births and right.births and left.births.isdisjoint(right.births):
        return True
    named = ((left.by_type.get(each), right.by_type.get(each)) for each in catalogue.NUMBERS)
    return any(ours and theirs and ours.isdisjoint(theirs) for ours, theirs in named)


def _deterministic(left: Member, right: Member, policy: Policy) -> Iterable[IdentifierRule]:
    """The types of identifier that link the two by themselves or with what agrees beside them."""
    shared = left.posted & right.posted
    if not shared and left.record.bound_to is None and right.record.bound_to is None:
        return ()
    rules = [
        policy.identifiers[key.type]
        for key in shared
        if key.type in policy.identifiers and _shown_at_one_time(key, left.record, right.record)
    ]
    rules = [rule for rule in rules if rule.links is not Linking.ACCOUNT]
    rules += [rule for a, b in ((left, right), (right, left)) for rule in _bounding(a, b, policy)]
    return (rule for rule in rules if _suffices(rule, left, right))


def _suffices(rule: IdentifierRule, left: Member, right: Member) -> bool:
    match rule.links:
        case Linking.NAMES:
            return left.name is None or right.name is None or compare.names(left.name, right.name).agrees
        case Linking.SECOND:
            return _agrees_beside(left, right)
        case Linking.ALONE | Linking.ACCOUNT:
            return True


def _bounding(anonymous: Member, account: Member, policy: Policy) -> Iterable[IdentifierRule]:
    """The device types by which a stretch of anonymous browsing hangs on the account that bounds it."""
    bound_to = anonymous.record.bound_to
    if bound_to is None or keys.bound_key(bound_to) not in anonymous.posted:
        return ()
    if Key(keys.ACCOUNT, bound_to) not in account.posted:
        return ()
    devices = (policy.identifiers[key.type] for key in anonymous.posted if key.type in policy.identifiers)
    return (rule for rule in devices if rule.links is Linking.ACCOUNT)


def _agrees_beside(left: Member, right: Member) -> bool:
    """A second, personal attribute: the name with at least an initial of the given name, or the date of
    birth.

    An address or a surname would tie those who live together.
    """
    if left.name is not None and right.name is not None:
        given = compare.given_names_of(left.name, right.name)
        if given.differs:
            return False
        told_apart = given.level >= Level.INITIAL or bool(left.name.organisation)
        if told_apart and compare.names(left.name, right.name).agrees:
            return True
    return not left.pool.births.isdisjoint(right.pool.births)


def _shown_at_one_time(key: Key, left: Record, right: Record) -> bool:
    """A recycled number links nobody: somewhere both records must have shown the value at the same time."""
    return any(_overlap(a, b) for a, b in product(_identifiers(key, left), _identifiers(key, right)))


def _identifiers(key: Key, record: Record) -> list[Identifier]:
    return [i for i in record.identifiers if i.value == key.value and i.type == key.type]


def _overlap(one: Identifier, other: Identifier) -> bool:
    starts = [moment for moment in (one.valid_from, other.valid_from) if moment is not None]
    ends = [moment for moment in (one.valid_to, other.valid_to) if moment is not None]
    return not starts or not ends or max(starts) < min(ends)
