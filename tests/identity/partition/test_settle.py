"""Settling change by change comes to what the partition from scratch comes to."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.engine import Connection

from identity import redo
from identity.context import Context
from identity.model import Consent, Record, RecordKey, Verdict
from identity.policy import Policy
from identity.register import opening, records, writing
from identity.register.steps import Draft
from identity.register.store_records import SealedStatement
from identity.scoring.weigh import DeterministicModel, Model
from identity.sealing.envelope import Content
from identity.sealing.vault import Vault
from identity.stewardship import steward
from tests.identity import scratch
from tests.identity.conftest import new_ids
from tests.identity.worlds import START, ToyModel, random_record, tight_policy


def write(
    connection: Connection, ctx: Context, record: Record | None, ref: RecordKey, consents: list[Consent]
) -> None:
    """Puts a version of a record in place, or takes it away."""
    stored = opening.open_many(connection, ctx, [(ref.source, ref.key)]).found.get((ref.source, ref.key))
    said = tuple(SealedStatement(each.purpose, each.granted, each.at, 3, None) for each in consents)
    if record is None:
        if stored is not None and stored.sealed is not None:
            records.take_away(connection, ctx, [stored], now=START)
        return
    content = Content(record.attributes, record.identifiers, bound_to=record.bound_to, proof=record.proof)
    channel = ctx.policy.sources[ref.source].channel
    draft = Draft(stored, ref, channel, content, START, stub=record.stub, statements=said)
    writing.write(connection, ctx, [draft], now=START)


def live_history(
    connection: Connection, ctx: Context, chance: random.Random, *, size: int, steps: int
) -> None:
    """Puts, changes, deletes, judgements and consents in random order."""
    refs: dict[int, RecordKey] = {}
    for step in range(steps):
        what = chance.random()
        number = chance.randrange(size)
        record = random_record(chance, number, people=max(2, size // 3))
        record = replace(record, ref=refs.setdefault(number, record.ref))
        consents = []
        if chance.random() < 0.15:
            moment = START + timedelta(days=chance.randrange(5))
            purpose = chance.choice(("cross_channel", "cross_channel", "personal_offers"))
            consents = [Consent(purpose, chance.random() < 0.7, moment)]
        if what < 0.75:
            write(connection, ctx, record, record.ref, consents)
        elif what < 0.88:
            write(connection, ctx, None, record.ref, [])
        else:
            judge(connection, ctx, chance, step)


def judge(connection: Connection, ctx: Context, chance: random.Random, step: int) -> None:
    """Somebody decides about some of the records there are."""
    rows = connection.exec_driver_sql("select id from identity.standing order by record_no").scalars().all()
    if len(rows) < 2:
        return
    chosen = chance.sample(rows, min(len(rows), chance.choice((2, 2, 3, 4))))
    cut = chance.randrange(1, len(chosen))
    verdict = chance.choice((Verdict.SAME, Verdict.DIFFERENT))
    moment = START + timedelta(seconds=step)
    steward.judge(connection, ctx, chosen[:cut], chosen[cut:], verdict, reason="", author="test", now=moment)


@pytest.mark.parametrize("model", [DeterministicModel(), ToyModel()], ids=["deterministic", "toy"])
@pytest.mark.parametrize(("size", "bound"), [(8, 8), (24, 8), (40, 4)])
def test_settling_step_by_step_equals_scratch(
    connection: Connection,
    vault: Vault,
    scale: Callable[[int, int], int],
    model: Model,
    size: int,
    bound: int,
) -> None:
    """After any history everything derived is what the stored records alone would give."""
    policy: Policy = tight_policy(bound=bound)
    for seed in range(scale(4, 100)):
        ctx = Context(policy, model, vault, new_ids())
        savepoint = connection.begin_nested()
        chance = random.Random(f"{seed}/{size}/{bound}")
        live_history(connection, ctx, chance, size=size, steps=2 * size)
        redo.drain(connection, ctx, now=START)
        assert scratch.stored(connection) == scratch.expected(connection, ctx), f"seed {seed}"
        savepoint.rollback()
