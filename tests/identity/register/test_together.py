"""Records that are put together end where they would have ended one by one."""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.engine import Connection

from gateway import together
from identity import redo
from identity.answers import PutResult
from identity.breaker import watching
from identity.context import Context
from identity.errors import InvalidRecordError, SuppressedError
from identity.model import Assurance
from identity.partition import memory
from identity.partition.sight import Sight
from identity.register import records
from identity.scoring import shipped
from identity.scoring.weigh import DeterministicModel, Model
from identity.sealing.vault import Vault
from identity.submission import Claim, Statement, Submission
from tests.identity import histories, scratch
from tests.identity.conftest import new_ids
from tests.identity.desk import Desk
from tests.identity.histories import START, World
from tests.identity.worlds import ToyModel, tight_policy

SHARES = 4
MODELS = {"deterministic": DeterministicModel(), "toy": ToyModel(), "shipped": shipped.default()}
LENGTHS = (1, 2, 3, 5, 8, 32)


def one_by_one(connection: Connection, ctx: Context, run: Sequence[Submission]) -> list[Any]:
    """What each record comes to alone."""
    return [result for each in run for result in at_once(connection, ctx, [each])]


def at_once(connection: Connection, ctx: Context, run: Sequence[Submission]) -> list[Any]:
    """What the records come to together."""

    def work(some: Sequence[Submission]) -> list[PutResult]:
        with connection.begin_nested():
            return records.put_together(connection, ctx, some, now=START)

    return [each.outcome if isinstance(each, PutResult) else type(each) for each in together.taken(work, run)]


Way = Callable[[Connection, Context, Sequence[Submission]], list[Any]]


def play(
    connection: Connection, ctx: Context, world: World, lengths: random.Random, way: Way
) -> list[list[Any]]:
    """Lets a world happen whose submissions come in runs of random lengths, some under a batch's name; in the
    second half of it a source is paused, and resumed before all is settled.
    """
    answers: list[list[Any]] = []
    for nth, phase in enumerate(world.phases):
        if nth == 2:
            watching.pause(connection, ctx, "crm", reason="", author="test", now=START)
        waiting: list[Submission] = []
        length = lengths.choice(LENGTHS)
        for operation in [*phase, None]:
            sent = operation.detail["submission"] if operation and operation.kind == "put" else None
            if waiting and (sent is None or len(waiting) == length or _is_among(sent, waiting)):
                answers.append(way(connection, ctx, waiting))
                waiting, length = [], lengths.choice(LENGTHS)
            if sent is not None:
                waiting.append(replace(sent, batch=lengths.choice((None, None, "b1"))))
            elif operation is not None:
                histories.run(connection, ctx, operation)
        watching.resume(connection, ctx, "crm", now=START)
        redo.drain(connection, ctx, now=START)
    return answers


def _is_among(sent: Submission, waiting: Iterable[Submission]) -> bool:
    return (sent.source, sent.key) in {(each.source, each.key) for each in waiting}


def stored(connection: Connection, ctx: Context) -> dict[str, Any]:
    """Everything stored about records, in words that no id or number enters. Of review items not the details:
    those are of the moment at which an item was opened.
    """
    sight = Sight(connection, ctx)
    sight.read_records(scratch.live_numbers(connection))
    state = scratch.stored(connection)
    return {
        "pieces": state.pieces,
        "persons": state.persons,
        "profiles": {(part, personal, is_whole) for part, _, personal, is_whole in state.profiles},
        "matches": state.matches,
        "generic": state.generic,
        "kept": {
            ref: (row.level, kept.mute, {(sight.ref_of[number], *rest) for number, *rest in kept.links})
            for ref, row in sight.rows.items()
            if (kept := memory.read(row.links, ctx)) is not None
        },
        "records": _rows(
            connection,
            "select source, key, generation, stub, content, observed_at, batch, model_no, keys,"
            " sealed is null, erased_at from identity.record",
        ),
        "identifiers": _rows(
            connection,
            "select source, key, generation, digest, type, assurance, token, valid_to"
            " from identity.identifier join identity.record using (record_no)",
        ),
        "blocks": _rows(
            connection,
            "select source, key, generation, digest, token"
            " from identity.block_key join identity.record using (record_no)",
        ),
        "consents": _rows(
            connection,
            "select source, key, generation, purpose, granted, at, c.proof"
            " from identity.consent c join identity.record using (record_no)",
        ),
        "reviews": _rows(
            connection,
            "select w.kind, w.reason, l.source, l.key, r.source, r.key from identity.review w"
            " join identity.record l on l.record_no = w.left_no"
            " left join identity.record r on w.kind = 'match' and r.record_no = w.right_no"
            " where w.state = 'open' and w.kind <> 'generic'",
        ),
        "replaced": _rows(
            connection,
            "select p.batch, r.source, r.key, r.generation, p.stub, p.content, p.batch_before, p.observed_at"
            " from identity.replaced p join identity.record r using (record_no)",
        ),
        "tiers": _rows(
            connection,
            "select r.source, r.key, r.generation, p.tier from identity.member m"
            " join identity.record r using (record_no) join identity.profile p using (profile_no)",
        ),
        "sent": _rows(connection, "select source from identity.tally"),
    }


def _rows(connection: Connection, statement: str) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(map(_hashable, row)) for row in connection.exec_driver_sql(statement))


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def told(connection: Connection) -> dict[str, str]:
    """Whose the live records are for a reader of the change feed."""
    whose: dict[str, str] = {}
    for profile, body in connection.exec_driver_sql(
        "select profile::text, body from identity.change order by seq"
    ):
        for part in body.get("parts", [{"profile": profile, **body}]):
            whose |= dict.fromkeys(part.get("records", ()), part["profile"])
    return {record: whose[record] for record in live(connection)}


def live(connection: Connection) -> dict[str, str]:
    """The profile of each live record."""
    rows = connection.exec_driver_sql(
        "select r.id::text, p.id::text from identity.member m join identity.record r using (record_no)"
        " join identity.profile p using (profile_no)"
    )
    return dict(tuple(row) for row in rows)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
@pytest.mark.parametrize("share", range(SHARES))
def test_together_is_one_by_one(
    connection: Connection, vault: Vault, scale: Callable[[int, int], int], model: Model, share: int
) -> None:
    """Labels, kept links, reviews, postings, consents, tallies and the feed's last word, in worlds where
    people are erased and come back, values become generic, records contradict their last version and a source
    is paused.
    """
    policy = tight_policy()
    for seed in range(share, scale(2 * SHARES, 200), SHARES):
        world = histories.random_world(random.Random(f"together {seed}"), people=seed % 6 + 3, steps=60)
        found = []
        for way in (one_by_one, at_once):
            ctx = Context(policy, model, vault, new_ids())
            savepoint = connection.begin_nested()
            play(connection, ctx, world, random.Random(f"lengths {seed}"), way)
            assert scratch.stored(connection) == scratch.expected(connection, ctx), f"seed {seed}"
            assert told(connection) == live(connection), f"seed {seed}"
            found.append(stored(connection, ctx))
            savepoint.rollback()
        for name, one in found[0].items():
            assert one == found[1][name], f"seed {seed}: {name}"


ANNA: dict[str, Any] = {"given_name": "Anna", "family_name": "Huber"}


def sent(key: str, *mails: str, source: str = "crm", **attributes: str) -> Submission:
    """Somebody with these addresses."""
    claims = [Claim("email", f"{mail}@example.at", Assurance.VERIFIED) for mail in mails]
    return Submission(source, key, attributes, claims)


def tallied(desk: Desk) -> set[tuple[str, int, int]]:
    """Source, records and joins, as the circuit breaker counts them."""
    found = desk.connection.exec_driver_sql(
        "select source, count(*), sum(joins)::int from identity.tally group by source"
    )
    return {tuple(row) for row in found}


def test_who_comes_to_another_of_the_same_call_joined_it(desk: Desk) -> None:
    """As if the lines had come in order."""
    run = [sent("1", "anna", **ANNA), sent("2", "anna", **ANNA), sent("3", "dora")]
    assert at_once(desk.connection, desk.ctx, run) == ["new", "joined", "new"]


def test_who_brings_others_of_the_same_call_together_merged_them(desk: Desk) -> None:
    """And the breaker counts two joins for the source of who did it."""
    run = [sent("1", "a"), sent("2", "b"), sent("3", "a", "b", source="web")]
    assert at_once(desk.connection, desk.ctx, run) == ["new", "new", "merged"]
    assert tallied(desk) == {("crm", 2, 0), ("web", 1, 2)}


def test_a_split_is_told_to_who_left(desk: Desk) -> None:
    """And to nobody who came beside it."""
    at_once(desk.connection, desk.ctx, [sent("1", "a"), sent("2", "a")])
    run = [sent("3", "c"), sent("2", "b"), sent("4", "d")]
    assert at_once(desk.connection, desk.ctx, run) == ["new", "split", "new"]


def test_one_who_was_erased_is_refused_alone(desk: Desk) -> None:
    """Nothing else of the call is lost, and her hashes still know her."""
    anna = desk.put("crm", "1", {"email": "anna@example.at"}, **ANNA)
    desk.erase(anna.record)
    run = [sent("2", "dora"), sent("3", "anna", **ANNA), sent("4", "emil"), sent("5", "dora")]
    assert at_once(desk.connection, desk.ctx, run) == ["new", SuppressedError, "new", "joined"]


def test_a_key_that_cannot_be_one_is_refused_alone(desk: Desk) -> None:
    """Also when it comes first."""
    run = [sent(" 1", "dora"), sent("2", "dora"), sent("3", "dora")]
    assert at_once(desk.connection, desk.ctx, run) == [InvalidRecordError, "new", "joined"]


def test_a_word_on_a_record_that_stays_is_taken_with_the_others(desk: Desk) -> None:
    """Her consent is news, though the record says nothing new."""
    anna = sent("1", "anna", **ANNA)
    at_once(desk.connection, desk.ctx, [anna, sent("1", "anna", source="web", **ANNA)])
    said = [Statement("cross_channel", granted=True, at=desk.now)]
    run = [replace(anna, consents=said), sent("2", "dora"), sent("1", "anna", source="web", **ANNA)]
    assert at_once(desk.connection, desk.ctx, run) == ["joined", "new", "unchanged"]
    assert at_once(desk.connection, desk.ctx, run) == ["unchanged", "unchanged", "unchanged"]


def test_newcomers_are_told_what_they_are_told_alone(
    connection: Connection, ctx: Context, scale: Callable[[int, int], int]
) -> None:
    """Where nothing has to be undone the answers are those of one by one, and so are the breaker's counts."""
    for seed in range(scale(20, 500)):
        chance = random.Random(f"newcomers {seed}")
        run = []
        for number in range(14):
            name = chance.choice(("Anna", "Dora"))
            mails = {f"{name}{chance.randrange(6)}" for _ in range(chance.choice((0, 1, 1, 2)))}
            source = chance.choice(("crm", "web"))
            run.append(sent(str(number), *sorted(mails), source=source, given_name=name))
        found = []
        for way in (one_by_one, at_once):
            savepoint = connection.begin_nested()
            answers = [each for start in (0, 7) for each in way(connection, ctx, run[start : start + 7])]
            found.append((answers, tallied(Desk(connection, ctx, START))))
            savepoint.rollback()
        assert found[0] == found[1], f"seed {seed}"


def test_a_run_takes_no_record_twice() -> None:
    """The second version finds the first, in the next transaction."""
    run = [sent("1"), sent("2"), sent("1"), sent("3")]
    cut = [[each.key for each in some] for some in together.runs(run, lambda one: (one.source, one.key))]
    assert cut == [["1", "2"], ["1", "3"]]
