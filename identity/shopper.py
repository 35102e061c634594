"""Who stands there: the hot path, one prepared statement on the driver's own cursor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from identity.answers import Reading
from identity.context import Context
from identity.submission import Claim


@dataclass(frozen=True, slots=True)
class Probe:
    """An identifier ready to be looked up."""

    type: str
    digest: int


def probes(ctx: Context, identifiers: Sequence[Claim], *, country: str | None = None) -> tuple[Probe, ...]:
    """The identifiers that may answer, strongest type first: normalised, digested, asserted and junk ones
    left out.
    """
    raise NotImplementedError


def read(
    cursor: Any, ctx: Context, probed: Sequence[Probe], *, now: datetime, channel: str | None = None
) -> Reading:
    """Who the identifiers belong to.

    One statement; `channel` picks the part of a person who is shown in parts.
    """
    raise NotImplementedError
