"""Random histories of a small world: what sources, shoppers, stewards and browsers do, in any order that
could be.

An operation belongs to streams (record keys, people); operations that share a stream keep their order, all
others may arrive in any. What depends on who somebody is at that moment (erasing, consent for a profile)
happens between phases, at a point that all orders pass.
"""

import datetime as dt
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.context import Context
from identity.errors import ErasedError, SuppressedError, UnknownRecordError
from identity.events import history
from identity.model import Assurance, Verdict
from identity.register import records
from identity.rights import consent, erasure
from identity.stewardship import steward
from identity.submission import Claim, Happening, Statement, Submission

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
GIVEN = ("Anna", "Bernd", "Bernhard", "Clara", "Dora", "Emil")
FAMILY = ("Huber", "Hubr", "Maier", "Mayer")
Pair = tuple[str, str]


@dataclass(frozen=True)
class Operation:
    """Something that is done once, at its own time, whenever it arrives."""

    kind: str
    at: dt.datetime
    streams: frozenset[Pair]
    pairs: tuple[Pair, ...]
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class World:
    """Phases of operations; each phase may be shuffled, the phases stay in order."""

    phases: tuple[tuple[Operation, ...], ...]

    def shuffled(self, chance: random.Random) -> "World":
        """The same world in another order of arrival."""
        return World(tuple(_another_order(phase, chance) for phase in self.phases))


def random_world(chance: random.Random, *, people: int, steps: int) -> World:
    """A world of so many people and operations."""
    phases = []
    sent: dict[Pair, Submission] = {}
    for phase in range(2):
        made = [_operation(chance, people, phase * steps + number, sent) for number in range(steps // 2)]
        phases.append(tuple(each for each in made if each is not None))
        phases.append((_between(chance, people, (phase + 1) * steps),))
    return World(tuple(phases))


def run(connection: Connection, ctx: Context, operation: Operation) -> None:
    """Does an operation; what is refused because somebody was erased is refused in every order."""
    try:
        _DO[operation.kind](connection, ctx, operation)
    except (SuppressedError, ErasedError, UnknownRecordError):
        if operation.kind == "put" and operation.detail.get("must"):
            raise


def _operation(
    chance: random.Random, people: int, number: int, sent: dict[Pair, Submission]
) -> Operation | None:
    """Something that happens; `sent` is what each record said last, in the order of its stream."""
    at = START + dt.timedelta(hours=number)
    person = chance.randrange(people)
    what = chance.random()
    if what < 0.4 or not sent:
        return _put(_submission(chance, person, people, at), sent)
    if what < 0.5:
        last = sent[chance.choice(list(sent))]
        attributes = {**last.attributes, "x_tier": chance.choice(("gold", "silver"))}
        return _put(replace(last, attributes=attributes, observed_at=at), sent)
    if what < 0.6:
        pair = _pair(chance, person)
        return Operation("delete", at, frozenset((pair,)), (pair,))
    if what < 0.7:
        chosen = sorted({_pair(chance, chance.randrange(people)) for _ in range(chance.choice((2, 2, 3, 4)))})
        if len(chosen) < 2:
            return None
        cut = chance.randrange(1, len(chosen))
        verdict = chance.choice((Verdict.SAME, Verdict.DIFFERENT))
        return Operation("judge", at, frozenset(chosen), tuple(chosen), {"cut": cut, "verdict": verdict})
    browser = f"b-{chance.randrange(3)}"
    moment = START + dt.timedelta(hours=chance.randrange(number + 1))
    account = ("web", f"acc-{person}")
    streams = frozenset((account,)) if what < 0.85 else frozenset[Pair]()
    kind = "sign_in" if what < 0.85 else "page"
    return Operation(kind, moment, streams, (account,), {"browser": browser, "message": f"m{number}"})


def _put(submission: Submission, sent: dict[Pair, Submission]) -> Operation:
    pair = (submission.source, submission.key)
    sent[pair] = submission
    assert submission.observed_at is not None
    return Operation("put", submission.observed_at, frozenset((pair,)), (pair,), {"submission": submission})


def _submission(chance: random.Random, person: int, people: int, at: dt.datetime) -> Submission:
    own = random.Random(person)
    pair = _pair(chance, person)
    attributes: dict[str, Any] = {}
    if chance.random() < 0.8:
        attributes = {
            "given_name": own.choice(GIVEN),
            "family_name": own.choice(FAMILY),
            "date_of_birth": f"19{60 + 7 * (person % 5)}-0{1 + person % 9}-17",
            "city": own.choice(("Wien", "Graz")),
            "postcode": own.choice(("1010", "1020", "8010")),
            "country": "AT",
        }
    for attribute in ("given_name", "date_of_birth", "city"):
        if chance.random() < 0.3:
            attributes.pop(attribute, None)
    claims = [Claim("account_id", pair[1], Assurance.VERIFIED)] if pair[0] == "web" else []
    for kind, often in (("email", 0.6), ("phone", 0.5), ("loyalty_card", 0.3), ("payment_reference", 0.2)):
        if chance.random() < often:
            owner = person if chance.random() < 0.75 else chance.randrange(people)
            claims.append(
                Claim(kind, _value(kind, owner), chance.choice((Assurance.TYPED, Assurance.VERIFIED)))
            )
    said = []
    if chance.random() < 0.3:
        moment = START + dt.timedelta(days=chance.randrange(6))
        said.append(Statement("cross_channel", granted=chance.random() < 0.75, at=moment))
    return Submission(*pair, attributes, claims, said, observed_at=at, proof=Assurance.VERIFIED)


def _between(chance: random.Random, people: int, number: int) -> Operation:
    at = START + dt.timedelta(hours=number)
    pair = _pair(chance, chance.randrange(people))
    kind = chance.choice(("erase", "declare", "declare"))
    return Operation(kind, at, frozenset((pair,)), (pair,), {"granted": chance.random() < 0.5})


def _pair(chance: random.Random, person: int) -> Pair:
    source = chance.choice(("web", "loyalty", "crm"))
    return source, f"acc-{person}" if source == "web" else f"{source}-{person}"


def _value(kind: str, owner: int) -> str:
    if kind == "email":
        return f"p{owner}@example.at"
    if kind == "phone":
        return f"+43664{2345670 + owner}"
    return f"{97345 + owner}8624{kind[0]}"


def _put_record(connection: Connection, ctx: Context, operation: Operation) -> None:
    records.put(connection, ctx, operation.detail["submission"], now=operation.at)


def _delete(connection: Connection, ctx: Context, operation: Operation) -> None:
    records.delete(connection, ctx, *operation.pairs[0], now=operation.at)


def _judge(connection: Connection, ctx: Context, operation: Operation) -> None:
    ids = [records.get(connection, ctx, *pair).record for pair in operation.pairs]
    cut = operation.detail["cut"]
    steward.judge(
        connection,
        ctx,
        ids[:cut],
        ids[cut:],
        operation.detail["verdict"],
        reason="",
        author="test",
        now=operation.at,
    )


def _event(connection: Connection, ctx: Context, operation: Operation) -> None:
    claims = [Claim("anonymous_id", operation.detail["browser"], Assurance.ASSERTED)]
    proof = Assurance.ASSERTED
    if operation.kind == "sign_in":
        proof = Assurance.AUTHENTICATED
        claims.append(Claim("account_id", operation.pairs[0][1], proof))
    happening = Happening(
        operation.kind,
        "online",
        "web",
        operation.at,
        claims,
        message_id=operation.detail["message"],
        proof=proof,
    )
    history.append(connection, ctx, [happening], now=operation.at)


def _erase(connection: Connection, ctx: Context, operation: Operation) -> None:
    erasure.erase(connection, ctx, _id(connection, ctx, operation), reason="asked", now=operation.at)


def _declare(connection: Connection, ctx: Context, operation: Operation) -> None:
    said = [Statement("cross_channel", granted=operation.detail["granted"], at=operation.at)]
    profile = _id(connection, ctx, operation)
    consent.declare(connection, ctx, profile, said, proof=Assurance.AUTHENTICATED, now=operation.at)


def _id(connection: Connection, ctx: Context, operation: Operation) -> UUID:
    return records.get(connection, ctx, *operation.pairs[0]).record


_DO = {
    "put": _put_record,
    "delete": _delete,
    "judge": _judge,
    "sign_in": _event,
    "page": _event,
    "erase": _erase,
    "declare": _declare,
}


def _another_order(operations: Sequence[Operation], chance: random.Random) -> tuple[Operation, ...]:
    """A random order in which operations that share a stream keep theirs."""
    waiting = list(operations)
    ordered: list[Operation] = []
    while waiting:
        ready = [each for place, each in enumerate(waiting) if _is_free(each, waiting[:place])]
        chosen = chance.choice(ready)
        waiting.remove(chosen)
        ordered.append(chosen)
    return tuple(ordered)


def _is_free(operation: Operation, before: Iterable[Operation]) -> bool:
    return all(operation.streams.isdisjoint(each.streams) for each in before)
