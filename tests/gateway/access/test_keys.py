"""API keys: made, checked, rotated, revoked."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import Connection, select

from gateway.access import keys, store_keys
from gateway.access.credentials import KeyRing
from gateway.access.keys import Grant
from gateway.access.security import Scope
from gateway.access.tables import api_key
from gateway.wire.errors import InvalidGrantError, UnknownKeyError
from gateway.wire.problems import Problem

NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
TILL = Grant("till 7", frozenset({Scope.QUERY, Scope.REDEEM}), stores=("0042",))


@pytest.fixture
def cursor(connection: Connection) -> Any:
    """The driver's own cursor, as the till route uses it."""
    return connection.connection.cursor()


def test_a_new_key_opens_what_it_was_granted(connection: Connection, cursor: Any) -> None:
    """The token leads to the scopes and stores it was made for."""
    made = keys.issue(connection, TILL, now=NOW)
    principal = KeyRing().check(cursor, made.token, now=NOW).principal
    assert principal.key_id == made.key_id
    assert principal.scopes == TILL.scopes
    assert principal.stores == frozenset({"0042"})


def test_the_secret_is_nowhere_in_the_database(connection: Connection) -> None:
    """Who has the database has no key."""
    made = keys.issue(connection, TILL, now=NOW)
    secret = made.token.rpartition("_")[2]
    row = connection.execute(select(api_key).where(api_key.c.key_id == made.key_id)).one()
    assert secret not in repr(row)
    assert secret.encode() not in bytes(row.secret_digest)
    assert made.token not in repr(made)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "o2o",
        "o2o_",
        "o2o__",
        "o2o_abc_",
        "o2o_unknownkey12_" + "0" * 64,
        "Bearer x",
        "o2o_ä_ö",
        "x" * 5000,
    ],
)
def test_what_is_no_key_opens_nothing(cursor: Any, token: str) -> None:
    """Unknown, malformed and absurd tokens get the same answer."""
    with pytest.raises(Problem) as caught:
        KeyRing().check(cursor, token, now=NOW)
    assert caught.value.code == "bad_key"


def test_a_wrong_secret_opens_nothing(connection: Connection, cursor: Any) -> None:
    """The id alone is not a key."""
    made = keys.issue(connection, TILL, now=NOW)
    with pytest.raises(Problem):
        KeyRing().check(cursor, f"o2o_{made.key_id}_{'0' * 64}", now=NOW)


def test_a_revoked_key_opens_nothing_and_the_version_tells(connection: Connection, cursor: Any) -> None:
    """A worker that remembers the key sees with its next read that something changed."""
    ring = KeyRing()
    made = keys.issue(connection, TILL, now=NOW)
    before = ring.check(cursor, made.token, now=NOW)
    assert ring.remembered(made.token, now=NOW) == before
    keys.revoke(connection, made.key_id, now=NOW)
    version = store_keys.check(cursor, made.key_id)[-1]
    assert version > before.version
    with pytest.raises(Problem):
        ring.confirm(cursor, made.token, before, version=version, now=NOW)
    assert ring.remembered(made.token, now=NOW) is None
    with pytest.raises(UnknownKeyError):
        keys.revoke(connection, made.key_id, now=NOW)


def test_an_unchanged_version_confirms_without_another_read(connection: Connection, cursor: Any) -> None:
    """The usual case costs nothing."""
    ring = KeyRing()
    made = keys.issue(connection, TILL, now=NOW)
    known = ring.check(cursor, made.token, now=NOW)
    cursor.close()
    ring.confirm(cursor, made.token, known, version=known.version, now=NOW)


def test_a_key_ends_by_itself(connection: Connection, cursor: Any) -> None:
    """An expiry is kept to the second, also by workers that remember the key."""
    ring = KeyRing()
    ends = NOW + dt.timedelta(days=1)
    made = keys.issue(connection, Grant("short", frozenset({Scope.QUERY}), expires_at=ends), now=NOW)
    ring.check(cursor, made.token, now=ends - dt.timedelta(seconds=1))
    assert ring.remembered(made.token, now=ends) is None
    with pytest.raises(Problem):
        ring.check(cursor, made.token, now=ends)


def test_rotation_overlaps(connection: Connection, cursor: Any) -> None:
    """Both keys work for a while, with the same rights; then only the new one does."""
    ring = KeyRing()
    old = keys.issue(connection, TILL, now=NOW)
    new = keys.rotate(connection, old.key_id, now=NOW, overlap=dt.timedelta(days=2))
    later = NOW + dt.timedelta(days=1)
    assert ring.check(cursor, old.token, now=later).principal.scopes == TILL.scopes
    assert ring.check(cursor, new.token, now=later).principal.stores == frozenset({"0042"})
    with pytest.raises(Problem):
        ring.check(cursor, old.token, now=NOW + dt.timedelta(days=3))
    ring.check(cursor, new.token, now=NOW + dt.timedelta(days=3))


def test_rotation_never_prolongs_a_key(connection: Connection, cursor: Any) -> None:
    """A key that ends tomorrow ends tomorrow."""
    soon = NOW + dt.timedelta(hours=1)
    old = keys.issue(connection, Grant("short", frozenset({Scope.QUERY}), expires_at=soon), now=NOW)
    keys.rotate(connection, old.key_id, now=NOW)
    with pytest.raises(Problem):
        KeyRing().check(cursor, old.token, now=soon)


def test_thousands_of_keys_are_made_at_once(connection: Connection) -> None:
    """A chain's tills get theirs in one call, each its own."""
    made = keys.issue_many(
        connection,
        [Grant(f"till {n}", frozenset({Scope.QUERY}), stores=(f"{n:04}",)) for n in range(3000)],
        now=NOW,
    )
    assert len({key.token for key in made}) == 3000


@pytest.mark.parametrize(
    "grant",
    [
        Grant("nothing", frozenset()),
        Grant("no store", frozenset({Scope.QUERY}), stores=()),
        Grant("public and more", frozenset({Scope.INGEST_PUBLIC, Scope.QUERY}), source="web"),
        Grant("public without source", frozenset({Scope.INGEST_PUBLIC})),
        Grant("kiosk everywhere", frozenset({Scope.KIOSK})),
        Grant("kiosk in two stores", frozenset({Scope.KIOSK}), stores=("1", "2")),
    ],
)
def test_a_grant_that_would_be_too_wide_is_refused(connection: Connection, grant: Grant) -> None:
    """A public key stands in every browser; a kiosk stands in one store."""
    with pytest.raises(InvalidGrantError):
        keys.issue(connection, grant, now=NOW)
