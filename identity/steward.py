"""What people decide about records: same, different, replaced. A decision is appended and the newest counts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.answers import JudgementView
from identity.context import Context
from identity.model import Verdict


def judge(
    connection: Connection,
    ctx: Context,
    left: Sequence[UUID],
    right: Sequence[UUID],
    verdict: Verdict,
    *,
    reason: str,
    author: str,
    now: datetime,
) -> JudgementView:
    """Writes down that everything in `left` is, or is not, the same shopper as all in `right` (record ids).

    Raises UnknownRecordError, InvalidJudgementError.
    """
    raise NotImplementedError


def split(
    connection: Connection,
    ctx: Context,
    profile: UUID,
    groups: Sequence[Sequence[UUID]],
    *,
    reason: str,
    author: str,
    now: datetime,
) -> tuple[JudgementView, ...]:
    """Takes a profile's person apart into these groups of records; records not named stay together.

    Raises UnknownProfileError, ErasedError, UnknownRecordError, InvalidJudgementError.
    """
    raise NotImplementedError


def replace(
    connection: Connection,
    ctx: Context,
    new: tuple[str, str],
    old: tuple[str, str],
    *,
    reason: str,
    author: str,
    now: datetime,
) -> JudgementView:
    """Declares that a card or account (source, key) replaces another one of the same shopper.

    The old one's identifiers are no longer valid from now on. Raises UnknownRecordError, ErasedError.
    """
    raise NotImplementedError
