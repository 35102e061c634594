"""What a submission does to records and profiles."""

import datetime as dt
from typing import Any

from sqlalchemy.engine import Connection

from identity import records
from identity.answers import Outcome, PutResult
from identity.context import Context
from identity.model import Assurance
from identity.submission import Claim, Statement, Submission


def put(
    connection: Connection,
    ctx: Context,
    now: dt.datetime,
    source: str,
    key: str,
    *claims: tuple[str, str],
    **rest: Any,
) -> PutResult:
    """Puts a record whose identifiers are verified."""
    fields = {name: rest.pop(name) for name in ("consents", "observed_at", "proof") if name in rest}
    identifiers = [Claim(kind, value, Assurance.VERIFIED) for kind, value in claims]
    fields.setdefault("proof", Assurance.VERIFIED)
    return records.put(connection, ctx, Submission(source, key, rest, identifiers, **fields), now=now)


def test_a_first_record_is_new(connection: Connection, ctx: Context, now: dt.datetime) -> None:
    """A record that nothing is known of gets a profile of its own, whose id is the record's."""
    result = put(connection, ctx, now, "web", "u1", ("email", "anna@example.at"), given_name="Anna")
    assert result.outcome is Outcome.NEW
    assert result.profile == result.record


def test_the_same_again_changes_nothing(connection: Connection, ctx: Context, now: dt.datetime) -> None:
    """A nightly feed that repeats itself leaves no trace."""
    first = put(connection, ctx, now, "web", "u1", ("email", "anna@example.at"), given_name="Anna")
    again = put(connection, ctx, now, "web", "u1", ("email", "anna@example.at"), given_name="Anna")
    assert again.outcome is Outcome.UNCHANGED
    assert (again.record, again.profile) == (first.record, first.profile)


def test_a_shared_email_joins(connection: Connection, ctx: Context, now: dt.datetime) -> None:
    """Two records with the same e-mail and agreeing names are one person; consent shows them as one profile."""
    first = put(
        connection,
        ctx,
        now,
        "web",
        "u1",
        ("email", "anna@example.at"),
        given_name="Anna",
        family_name="Huber",
        consents=[Statement("cross_channel", granted=True, at=now)],
    )
    second = put(
        connection,
        ctx,
        now,
        "loyalty",
        "c1",
        ("email", "anna@example.at"),
        given_name="Anna",
        family_name="Huber",
    )
    assert second.outcome is Outcome.JOINED
    assert second.profile == first.profile
    assert [link.record for link in second.links] == [first.record]
