"""Interests in the database: a semilattice, whatever arrives how often in which order."""

import random
from concurrent.futures import ThreadPoolExecutor

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from gateway.database import Database
from offers.interests import interest, store_interests, want_list
from offers.interests.interest import KINDS, Touch
from offers.model import Want

touches = st.builds(
    Touch, st.integers(1, 3), st.integers(1, 80), st.sampled_from(KINDS), st.integers(1_000, 1_060)
)


def _state(connection: Connection, records: list[int]) -> tuple[object, object]:
    rows = connection.execute(
        text("SELECT * FROM offers.interest WHERE record_no = ANY (:r) ORDER BY 1, 2"), {"r": records}
    ).all()
    lists = connection.execute(
        text("SELECT record_no, products, facts, cut, closed_at_s FROM offers.wants"
             " WHERE record_no = ANY (:r) ORDER BY 1"), {"r": records}
    )  # fmt: skip
    return rows, [(row[0], row[1], bytes(row[2]), row[3], row[4]) for row in lists]


def _clean(connection: Connection) -> None:
    interest.forget(connection, [1, 2, 3])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(touches, max_size=120), rng=st.randoms(use_true_random=False))
def test_order_and_batches_change_nothing(
    connection: Connection, history: list[Touch], rng: random.Random
) -> None:
    """The same events in another order and in other batches give the same rows and the same lists."""
    _clean(connection)
    interest.apply(connection, history)
    expected = _state(connection, [1, 2, 3])
    _clean(connection)
    rng.shuffle(history)
    while history:
        interest.apply(connection, [history.pop() for _ in range(min(len(history), rng.randint(1, 20)))])
    assert _state(connection, [1, 2, 3]) == expected


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(touches, max_size=120))
def test_the_list_is_always_the_one_the_interests_give(connection: Connection, history: list[Touch]) -> None:
    """The stored list equals the one chosen from the stored interests."""
    _clean(connection)
    for start in range(0, len(history), 7):
        interest.apply(connection, history[start : start + 7])
    records = sorted({touch.record_no for touch in history})
    lists = store_interests.lock(connection, records)
    for record_no in records:
        stored = [want for _, want in store_interests.read(connection, [record_no])]
        assert lists[record_no] == want_list.choose(stored)


def test_an_event_that_comes_twice_moves_no_time(connection: Connection) -> None:
    """Times are maxima, so an older or equal event changes none."""
    interest.apply(connection, [Touch(1, 7, "viewed", 2_000)])
    interest.apply(connection, [Touch(1, 7, "viewed", 1_000), Touch(1, 7, "viewed", 2_000)])
    assert interest.of_members(connection, [1]) == {7: Want(7, viewed_at_s=2_000)}


def test_rebuilding_after_a_move_equals_never_having_had_the_events(connection: Connection) -> None:
    """Events that move to another record leave no trace on the one they came from."""
    moved = [Touch(1, product, "carted", 1_000 + product) for product in range(1, 6)]
    stayed = [Touch(1, 9, "viewed", 3_000)]
    interest.apply(connection, [*moved, *stayed])
    interest.rebuild(connection, [1, 2], [*stayed, *(touch._replace(record_no=2) for touch in moved)])
    after = _state(connection, [1, 2])
    _clean(connection)
    interest.apply(connection, [*stayed, *(touch._replace(record_no=2) for touch in moved)])
    assert _state(connection, [1, 2]) == after


def test_a_full_list_stays_in_its_page(connection: Connection) -> None:
    """Sixty-four wants fit into less than 2 kB, so the row is never moved out of line."""
    interest.apply(connection, [Touch(1, 2_000_000_000 + n, "viewed", 4_000_000_000) for n in range(100)])
    size = connection.execute(text("SELECT pg_column_size(w.*) FROM offers.wants AS w WHERE record_no = 1"))
    assert size.scalar_one() < 2_000


def test_batches_of_many_records_do_not_deadlock(database: Database) -> None:
    """Eight writers with overlapping records, each batch in an order of its own, end in the common result."""
    rng = random.Random(7)
    history = [
        Touch(rng.randint(1, 12), rng.randint(1, 30), rng.choice(KINDS), rng.randint(1, 10_000))
        for _ in range(1_200)
    ]
    batches = [history[start : start + 30] for start in range(0, len(history), 30)]

    def write(batch: list[Touch]) -> None:
        with database.transaction() as connection:
            interest.apply(connection, batch)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, batches))
    records = list(range(1, 13))
    with database.transaction() as connection:
        raced = _state(connection, records)
        interest.rebuild(connection, records, history)
        assert _state(connection, records) == raced
