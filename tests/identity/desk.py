"""A desk at which tests say what happens, in few words."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.answers import Found, JudgementView, ProfileView, PutResult
from identity.context import Context
from identity.events import history
from identity.model import Assurance, Verdict
from identity.reading import lookup, profiles
from identity.register import records
from identity.rights import consent, erasure
from identity.stewardship import steward
from identity.submission import Claim, Happening, Statement, Submission


@dataclass
class Desk:
    """Identity's services over one connection; identifiers are given as type=value and verified."""

    connection: Connection
    ctx: Context
    now: dt.datetime

    def put(
        self,
        source: str,
        key: str,
        identifiers: Mapping[str, str | Sequence[str]] | None = None,
        *,
        consents: Sequence[Statement] = (),
        proof: Assurance = Assurance.VERIFIED,
        observed_at: dt.datetime | None = None,
        **attributes: Any,
    ) -> PutResult:
        """Puts a record."""
        claims = [
            Claim(kind, value, Assurance.VERIFIED)
            for kind, values in (identifiers or {}).items()
            for value in ([values] if isinstance(values, str) else values)
        ]
        submission = Submission(
            source, key, attributes, claims, consents, observed_at=observed_at, proof=proof
        )
        return records.put(self.connection, self.ctx, submission, now=self.now)

    def delete(self, source: str, key: str) -> None:
        """Deletes a record."""
        records.delete(self.connection, self.ctx, source, key, now=self.now)

    def view(self, record: UUID) -> ProfileView:
        """The profile that an id asks for."""
        return profiles.view(self.connection, self.ctx, record)

    def profile_of(self, record: UUID) -> UUID:
        """The id of the profile that an id asks for."""
        return self.view(record).profile

    def consent(self, record: UUID, purpose: str = "cross_channel", *, granted: bool, days: int = 0) -> UUID:
        """States something for a profile, so many days from now."""
        said = [Statement(purpose, granted=granted, at=self.now + dt.timedelta(days=days))]
        return consent.declare(
            self.connection, self.ctx, record, said, proof=Assurance.AUTHENTICATED, now=self.now
        )

    def judge(self, left: Sequence[UUID], right: Sequence[UUID], verdict: Verdict) -> JudgementView:
        """Decides about records."""
        return steward.judge(
            self.connection, self.ctx, left, right, verdict, reason="seen", author="test", now=self.now
        )

    def erase(self, record: UUID) -> tuple[int, ...]:
        """Erases the person behind an id."""
        return erasure.erase(self.connection, self.ctx, record, reason="asked", now=self.now).numbers

    def find(self, hint: Mapping[str, str] | None = None, channel: str | None = None, **values: str) -> Found:
        """Looks typed identifiers up."""
        claims = [Claim(kind, value, Assurance.TYPED) for kind, value in values.items()]
        return lookup.find(self.connection, self.ctx, claims, hint, now=self.now, channel=channel)

    def happen(
        self, kind: str, source: str, *claims: Claim, at: dt.datetime | None = None, **body: Any
    ) -> int | None:
        """Something happens; the record it belongs to."""
        channel = self.ctx.policy.sources[source].channel
        happening = Happening(kind, channel, source, at or self.now, claims, body=body)
        return history.append(self.connection, self.ctx, [happening], now=self.now)[0].record_no

    def later(self, **delta: float) -> None:
        """Time passes."""
        self.now += dt.timedelta(**delta)
