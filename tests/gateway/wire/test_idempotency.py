"""Idempotency-Key: the first answer again."""

import datetime as dt

import pytest

from gateway.database import Database
from gateway.wire import idempotency, store_idempotency
from gateway.wire.idempotency import KEPT_FOR, Once, once
from gateway.wire.problems import Problem
from identity.sealing.vault import open_vault

NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
ANSWER = (201, b'{"secret":"whsec"}')
VAULT = open_vault(1, {1: (b"p" * 32, b"e" * 32)})


def _call(raw: bytes = b"{}", *, key: str = "k1", owner: str = "till") -> Once:
    return once(owner, key, method="POST", path="/v1/judgements", raw=raw)


class _Work:
    """Counts how often it was done."""

    def __init__(self) -> None:
        self.done = 0

    def __call__(self) -> tuple[int, bytes]:
        self.done += 1
        return ANSWER


def _ask(database: Database, call: Once, work: _Work, *, now: dt.datetime = NOW) -> tuple[int, bytes, bool]:
    with database.transaction() as connection:
        return idempotency.answer(connection, VAULT, call, work, now=now)


def test_a_repeated_call_gets_the_first_answer(database: Database) -> None:
    """The work is done once, however often it is asked for."""
    work = _Work()
    assert _ask(database, _call(), work) == (*ANSWER, False)
    assert _ask(database, _call(), work) == (*ANSWER, True)
    assert work.done == 1


def test_an_answer_is_kept_sealed(database: Database) -> None:
    """Some hold a secret that is told once."""
    _ask(database, _call(), _Work())
    with database.transaction() as connection:
        kept = store_idempotency.find(connection, "till", "k1", since=NOW - KEPT_FOR)
    assert kept is not None
    assert b"whsec" not in kept.body


def test_the_same_key_with_another_body_is_refused(database: Database) -> None:
    """One key is one call."""
    _ask(database, _call(), _Work())
    with pytest.raises(Problem) as caught:
        _ask(database, _call(b'{"other":1}'), _Work())
    assert caught.value.code == "idempotency_key_reused"


def test_the_same_key_of_another_caller_is_another_call(database: Database) -> None:
    """Nobody sees another caller's answers."""
    work = _Work()
    _ask(database, _call(), work)
    _ask(database, _call(owner="other"), work)
    assert work.done == 2


def test_a_call_that_is_still_running_is_not_begun_again(database: Database) -> None:
    """The second caller is told to come back, at once."""
    with database.transaction() as connection:
        idempotency.answer(connection, VAULT, _call(), _Work(), now=NOW)
        with pytest.raises(Problem) as caught:
            _ask(database, _call(), _Work())
    assert caught.value.code == "request_running"
    assert _ask(database, _call(), _Work())[2] is True


def test_work_that_failed_leaves_no_answer(database: Database) -> None:
    """Nothing changed, so the call may be corrected and sent again with the same key."""

    def fail() -> tuple[int, bytes]:
        raise Problem("invalid", "no")

    with pytest.raises(Problem), database.transaction() as connection:
        idempotency.answer(connection, VAULT, _call(), fail, now=NOW)
    assert _ask(database, _call(b"{}"), _Work())[2] is False


def test_after_seven_days_a_key_may_be_used_anew(database: Database) -> None:
    """The answer is kept for a week, whether the sweeper ran or not."""
    work = _Work()
    _ask(database, _call(), work)
    _ask(database, _call(), work, now=NOW + KEPT_FOR - dt.timedelta(seconds=1))
    assert work.done == 1
    _ask(database, _call(), work, now=NOW + KEPT_FOR + dt.timedelta(seconds=1))
    assert work.done == 2


def test_old_answers_are_swept_away(database: Database) -> None:
    """What is older than a week goes, what is not stays."""
    _ask(database, _call(key="old"), _Work(), now=NOW - KEPT_FOR)
    _ask(database, _call(key="new"), _Work())
    with database.transaction() as connection:
        before = NOW - KEPT_FOR + dt.timedelta(seconds=1)
        assert store_idempotency.forget(connection, before=before, most=100) == 1
        assert store_idempotency.forget(connection, before=before, most=100) == 0


@pytest.mark.parametrize("header", [None, ""])
def test_a_missing_key_is_asked_for(header: str | None) -> None:
    """The caller is told what to send."""
    with pytest.raises(Problem) as caught:
        once("till", header, method="POST", path="/", raw=b"")
    assert caught.value.code == "idempotency_key_required"


@pytest.mark.parametrize("header", ["x" * 201, "a b", "ü", 'a"b', "a\\b"])
def test_an_unusable_key_is_refused(header: str) -> None:
    """Printable ASCII without quotes, so that it can be logged and compared."""
    with pytest.raises(Problem) as caught:
        once("till", header, method="POST", path="/", raw=b"")
    assert caught.value.code == "invalid"
