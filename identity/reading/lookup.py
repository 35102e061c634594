"""Finds a profile by identifiers and never makes one."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.answers import Choice, Found, FoundStatus, Head
from identity.canonical import normalize
from identity.context import Context
from identity.model import Canonical, Record, RecordKey
from identity.reading import readers, shopper, store_profiles
from identity.scoring import compare, pool
from identity.scoring.pool import Pool
from identity.submission import Claim

CHOICE_LASTS: Final = timedelta(minutes=10)
HINTS: Final = frozenset(("given_name", "postcode"))


def find(
    connection: Connection,
    ctx: Context,
    identifiers: Sequence[Claim],
    hint: Mapping[str, str] | None = None,
    *,
    now: datetime,
    channel: str | None = None,
    country: str | None = None,
) -> Found:
    """The profile that these identifiers belong to, or the few it may be; `hint` narrows.

    A hint is a `given_name`, a `postcode` or both. `channel` is where the question comes from: a person
    shown in parts answers with the part of that channel.
    """
    probed = shopper.probes(ctx, identifiers, country=country)
    reading = shopper.read(connection, probed, now=now, channel=channel)
    if reading.status is FoundStatus.UNKNOWN:
        return Found(FoundStatus.UNKNOWN)
    if reading.status is FoundStatus.KNOWN:
        return _known(reading.heads[0])
    said = {head: _say(connection, ctx, head) for head in reading.heads}
    fitting = [head for head in reading.heads if _fits(said[head], hint or {}, ctx)]
    if len(fitting) == 1:
        return _known(fitting[0])
    choices = tuple(
        Choice(ctx.vault.choice(head.profile_no, now + CHOICE_LASTS), _masked(said[head]))
        for head in fitting or reading.heads
    )
    return Found(FoundStatus.AMBIGUOUS, choices=choices)


def chosen(connection: Connection, ctx: Context, choice: str, *, now: datetime) -> Found:
    """The profile behind a choice of an earlier ambiguous answer; unknown when forged or too old."""
    number = ctx.vault.chosen(choice, now)
    current = None if number is None else store_profiles.head_of_record(connection, number)
    if current is None:
        return Found(FoundStatus.UNKNOWN)
    return Found(FoundStatus.KNOWN, current.id, current.profile_no)


def _known(head: Head) -> Found:
    return Found(FoundStatus.KNOWN, UUID(head.profile), head.profile_no)


def _say(connection: Connection, ctx: Context, head: Head) -> Pool:
    """What a candidate's records say together."""
    found = [
        pool.of(each.record, frozenset(), ctx.policy)
        for each in readers.opened(connection, ctx, head.members)
    ]
    together = found[0]
    for each in found[1:]:
        together |= each
    return together


def _fits(said: Pool, hint: Mapping[str, str], ctx: Context) -> bool:
    asked = _pool_of({name: text for name, text in hint.items() if name in HINTS}, ctx)
    postcodes = asked.values("postcode")
    if postcodes and postcodes.isdisjoint(said.values("postcode")):
        return False
    return all(
        any(compare.given_names_of(name, other).agrees for other in said.names) for name in asked.names
    )


def _pool_of(attributes: Mapping[str, str], ctx: Context) -> Pool:
    # No telephone number and no date is among the hints: neither country nor order of dates matters.
    read = normalize.record(attributes, (), country="", date_order="ymd", policy=ctx.policy)
    return pool.of(_nobody(read.canonical), frozenset(), ctx.policy)


def _nobody(canonical: Canonical) -> Record:
    return Record(RecordKey("", "", 1), "store", canonical)


def _masked(said: Pool) -> dict[str, str]:
    """Just enough to choose by for somebody who knows the shopper: the end of the postcode."""
    known = sorted(str(postcode) for postcode in said.values("postcode"))
    return {"postcode": f"..{known[0][-2:]}"} if known else {}
