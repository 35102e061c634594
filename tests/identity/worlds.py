"""Small random worlds of records in which every branch of the partition runs.

Values come from tiny pools, so that records collide; limits, caps and the bound on components are as small.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TypeVar

import yaml

from identity import policy
from identity.model import Assurance, Canonical, Identifier, Judgement, Record, RecordKey, Verdict
from identity.policy import Policy
from identity.scoring.pool import Pool
from identity.scoring.weigh import UNITS_PER_BIT

T = TypeVar("T")

START = datetime(2026, 1, 1, tzinfo=UTC)
GIVEN = ("anna", "bernd", "bernhard", "a", "clara", "dora", "emil")
FAMILY = ("huber", "hubr", "maier", "mayer")
CHANNELS = {"web": "online", "app": "online", "pos": "store", "loyalty": "store"}


def tight_policy(*, bound: int = 8, cap: int = 3) -> Policy:
    """The shipped policy with limits that a dozen records reach."""
    raw = yaml.safe_load(policy.DEFAULT_PATH.read_text(encoding="utf-8"))
    raw |= {"component_bound": bound, "block_cap": 2 * cap, "block_alone": cap, "bound_cap": cap}
    raw |= {"drop_lines_bits": [1, 2]}
    for rule in raw["identifiers"].values():
        rule |= {"cap": cap, "generic": min(rule["generic"], cap)}
    for kind, limit in (("email", 2), ("phone", 2), ("account_id", 2), ("anonymous_id", 2)):
        raw["identifiers"][kind]["limit"] = limit
    return policy.parse(raw)


@dataclass(frozen=True, slots=True)
class Said:
    """What one attribute says to the toy."""

    attribute: str
    level: str
    bits: float
    values: tuple[str, str]

    @property
    def sentence(self) -> str:
        """In words."""
        return f"Of {self.attribute.replace('_', ' ')} they say the {self.level}."


@dataclass(frozen=True, slots=True)
class ToyModel:
    """Weighs by a few attributes, coarsely, so that classes 2 and 3 and the second pass occur."""

    version: str = "toy-1"
    join_line: int = 3 * UNITS_PER_BIT
    review_line: int = UNITS_PER_BIT
    is_wary: bool = False
    own_attributes: frozenset[str] = frozenset()

    def blocking(self, record: Record) -> tuple[str, ...]:
        """The city and, finer, the city with the postcode."""
        city, postcode = record.attributes.city, record.attributes.postcode
        if city is None or record.proof is Assurance.ASSERTED:
            return ()
        return (city,) if postcode is None else (city, f"{city}|{postcode}")

    @property
    def prior_bits(self) -> float:
        """Nothing."""
        return 0.0

    def weight(self, left: Pool, right: Pool) -> int:
        """Something for what agrees, a bit off for what does not."""
        return int(sum(each.bits for each in self.evidence(left, right)) * UNITS_PER_BIT)

    def evidence(self, left: Pool, right: Pool) -> tuple["Said", ...]:
        """What each attribute says."""
        found = []
        for attribute, bits in _BITS.items():
            ours, theirs = left.values(attribute), right.values(attribute)
            if ours and theirs:
                agrees = not ours.isdisjoint(theirs)
                values = str(min(ours)), str(min(theirs))
                found.append(Said(attribute, "same" if agrees else "else", bits if agrees else -1.0, values))
        for kind in ("phone", "email"):
            shared = left.by_type.get(kind, frozenset()) & right.by_type.get(kind, frozenset())
            if shared:
                found.append(Said(kind, "same", 1.25, (min(shared), min(shared))))
        return tuple(found)

    def may_reach(self, line: int, left: Pool, right: Pool) -> bool:
        """Whether the weight does: an identifier can only add to it."""
        return self.weight(left, right) >= line


_BITS = {"city": 0.75, "date_of_birth": 2.5, "postcode": 1.5, "family_name": 1.25}


@dataclass(frozen=True, slots=True)
class World:
    """What the partition is asked about."""

    records: tuple[Record, ...]
    judgements: tuple[Judgement, ...]

    def shuffled(self, chance: random.Random) -> "World":
        """The same world in another order of everything that has one."""
        records = [replace(each, identifiers=_shuffled(each.identifiers, chance)) for each in self.records]
        return World(_shuffled(records, chance), _shuffled(self.judgements, chance))


def random_world(chance: random.Random, *, size: int) -> World:
    """A world of so many records and a few judgements on them."""
    records = tuple(random_record(chance, number, people=max(2, size // 3)) for number in range(size))
    refs = [record.ref for record in records]
    count = chance.choice((0, 0, 1, 2, 4)) if size > 1 else 0
    judgements = [random_judgement(chance, refs, number) for number in range(count)]
    if chance.random() < 0.05:
        # Somebody joined more than a piece may hold.
        pairs = pairwise(chance.sample(refs, len(refs)))
        judgements += [Judgement(frozenset((a,)), frozenset((b,)), Verdict.SAME, START) for a, b in pairs]
    return World(records, tuple(judgements))


def random_record(chance: random.Random, number: int, *, people: int) -> Record:
    """A record of one of so many people, with that person's or anybody's values."""
    person = chance.randrange(people)
    source = chance.choice(tuple(CHANNELS))
    ref = RecordKey(source, f"r{number:02}")
    if chance.random() < 0.15:
        return _anonymous(chance, ref, person)
    return Record(
        ref=ref,
        channel=CHANNELS[source],
        attributes=_attributes(chance, person),
        identifiers=tuple(_identifiers(chance, person, people)),
        stub=chance.random() < 0.1,
        proof=Assurance.ASSERTED if chance.random() < 0.05 else Assurance.TYPED,
    )


def random_judgement(chance: random.Random, refs: Sequence[RecordKey], number: int) -> Judgement:
    """A decision on two sets of one or two records."""
    chosen = chance.sample(refs, min(len(refs), chance.choice((2, 2, 3, 4))))
    cut = chance.randrange(1, len(chosen))
    return Judgement(
        left=frozenset(chosen[:cut]),
        right=frozenset(chosen[cut:]),
        verdict=chance.choice((Verdict.SAME, Verdict.DIFFERENT)),
        at=START + timedelta(days=chance.randrange(3), seconds=number % 2),
    )


def _anonymous(chance: random.Random, ref: RecordKey, person: int) -> Record:
    browser = Identifier("anonymous_id", f"browser-{chance.randrange(4)}", Assurance.ASSERTED)
    account = f"account-{person}" if chance.random() < 0.8 else None
    return Record(ref, CHANNELS[ref.source], identifiers=(browser,), bound_to=account)


def _attributes(chance: random.Random, person: int) -> Canonical:
    own = random.Random(person)
    if chance.random() < 0.25:
        born = own.choice((None, date(1980, 1 + person % 9, 17)))
        return Canonical(date_of_birth=born if chance.random() < 0.3 else None)
    known = Canonical(
        given_name=own.choice(GIVEN),
        family_name=own.choice(FAMILY),
        date_of_birth=date(1960 + 7 * (person % 6), 1 + person % 9, 17),
        city=own.choice(("wien", "graz")),
        postcode=own.choice(("1010", "1020", "8010")),
    )
    values: dict[str, object] = {}
    if chance.random() < 0.3:
        values["date_of_birth"] = chance.choice((None, date(1950 + chance.randrange(50), 3, 23)))
    if chance.random() < 0.15:
        values["given_name"] = chance.choice(GIVEN)
    if chance.random() < 0.2:
        values["name_suffix"] = chance.choice(("jr", "sr"))
    for attribute in ("given_name", "family_name", "date_of_birth", "postcode"):
        if chance.random() < 0.35:
            values[attribute] = None
    return replace(known, **values)  # type: ignore[arg-type]


def _identifiers(chance: random.Random, person: int, people: int) -> Iterable[Identifier]:
    for kind, often in (
        ("email", 0.5),
        ("phone", 0.5),
        ("account_id", 0.25),
        ("loyalty_card", 0.3),
        ("payment_reference", 0.2),
        ("national_id", 0.2),
        ("email", 0.2),
        ("phone", 0.2),
    ):
        if chance.random() >= often:
            continue
        owner = person if chance.random() < 0.75 else chance.randrange(people)
        value = f"account-{owner}" if kind == "account_id" else f"{kind}-{owner}{chance.choice('ab')}"
        if kind == "national_id":
            value = f"{(owner + 1) * 1234577}{chance.choice('99992')}"
        assurance = chance.choice((Assurance.ASSERTED, *[Assurance.TYPED] * 5, Assurance.VERIFIED))
        yield Identifier(kind, value, assurance, *_validity(chance))


def _validity(chance: random.Random) -> tuple[datetime | None, datetime | None]:
    if chance.random() < 0.85:
        return None, None
    start = START + timedelta(days=chance.randrange(0, 100, 25))
    return start, start + timedelta(days=25)


def _shuffled(values: Iterable[T], chance: random.Random) -> tuple[T, ...]:
    listed = list(values)
    chance.shuffle(listed)
    return tuple(listed)
