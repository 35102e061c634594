"""Who stands there: the hot path of an offer query.

Statement budget: one, whatever is asked.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from identity.answers import FoundStatus, Head, Reading
from identity.canonical.claims import identifiers
from identity.context import Context
from identity.model import Assurance
from identity.reading import answering, store_shopper
from identity.reading.answering import Hit, Probe
from identity.sealing import postings
from identity.submission import Claim


def probes(ctx: Context, claims: Sequence[Claim], *, country: str | None = None) -> tuple[Probe, ...]:
    """The identifiers that may answer, most believed type first.

    Normalised and digested; what is merely asserted, unknown or junk is left out.
    """
    shown = [claim for claim in claims if claim.assurance > Assurance.ASSERTED]
    home = country or next(iter(ctx.policy.sources.values())).country
    read, _ = identifiers(shown, country=home, fallback=None, policy=ctx.policy)
    rules = ctx.policy.identifiers
    ordered = sorted(read, key=lambda each: (rules[each.type].priority, each.type, each.value))
    return tuple(
        Probe(
            each.type,
            each.value,
            postings.digest(each.key, ctx),
            rules[each.type].cap,
            rules[each.type].generic,
        )
        for each in ordered
    )


def read(
    connection: Connection, probed: Sequence[Probe], *, now: datetime, channel: str | None = None
) -> Reading:
    """Who the identifiers belong to; `channel` picks the part of a person who is shown in parts."""
    if not probed:
        return Reading(FoundStatus.UNKNOWN)
    digests, caps = [probe.digest for probe in probed], [probe.cap for probe in probed]
    return understood(probed, store_shopper.hits(connection, digests, caps, now=now), channel)


def understood(probed: Sequence[Probe], rows: Iterable[Sequence[Any]], channel: str | None) -> Reading:
    """Who the identifiers belong to, from the rows of `store_shopper.HITS`."""
    return answering.answer(probed, [_hit(row) for row in rows], channel)


def _hit(row: Sequence[Any]) -> Hit:
    nth, token, assurance, is_valid, profile_no, profile, person_no, members, limits, *flags = row
    channel, personal, staff, tier = flags
    counted = members if limits is None else limits
    head = Head(
        profile_no, profile, person_no, tuple(members), tuple(counted), channel, personal, staff, tier
    )
    return Hit(nth - 1, token, Assurance(assurance), is_valid, head)
