"""Who stands there, from what a till sends: claims with the proof of how they were shown, and the reading of
them.

What is shown decides the proof: a scanned card is held in the hand, a typed phone number is known to half the
family.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from gateway.access import store_keys
from gateway.access.limits import Limits
from gateway.access.security import Principal
from gateway.connectors import scans
from gateway.shopping import take_along
from gateway.shopping.introductions import introduce
from gateway.shopping.take_along import Till
from gateway.wire import decoded
from gateway.wire.glyphs import token_bytes, token_text
from identity.answers import Choice, Found, FoundStatus
from identity.context import Context
from identity.model import Assurance
from identity.policy import Policy
from identity.reading import lookup, profiles, shopper
from identity.reading.answering import Probe
from identity.submission import Claim
from offers.evaluation.decision import RefusedCode
from offers.model import Channel, Proof, Shopper

ENTRIES: Final = {
    "scanned": Assurance.SCANNED,
    "typed": Assurance.TYPED,
    "app": Assurance.AUTHENTICATED,
}

PARTS: Final[dict[Channel, str]] = {"till": "store", "kiosk": "store", "web": "online", "app": "online"}
"""Which part of a person is shown where, when the person did not agree to join channels."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known about one shopper of a query."""

    status: FoundStatus
    shopper: Shopper | None = None
    profile_no: int | None = None
    choices: tuple[Choice, ...] = ()
    refused: RefusedCode | None = None
    """An offer's QR code that gives nothing, and why."""


UNKNOWN: Final = Reading(FoundStatus.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Asker:
    """Everything a reading needs of the process and of the request."""

    identity: Context
    limits: Limits
    principal: Principal
    now: dt.datetime
    till: Till | None = None
    """The transaction that uses up an offer's QR code; None where it is only looked at."""
    key_versions: list[int] = field(default_factory=list)
    """The versions of all keys that came with the readings."""


def claims(sent: decoded.Shopper, policy: Policy) -> list[Claim]:
    """The identifiers a shopper showed."""
    if sent.scan is not None:
        number = scans.card(sent.scan, scans.card_pattern(policy.identifiers["loyalty_card"].barcode))
        return [Claim("loyalty_card", number, Assurance.SCANNED)] if number is not None else []
    return [Claim(one.type, one.value, ENTRIES[one.entry]) for one in sent.identifiers or ()]


def shown(sent: decoded.Shopper) -> list[str]:
    """What a shopper showed, as it was read: what a signed offer of hers is bound to."""
    if sent.scan is not None:
        return [sent.scan]
    return [one.value for one in sent.identifiers or ()]


def read(connection: Connection, asker: Asker, sent: decoded.Shopper, *, channel: Channel) -> Reading:
    """Who this is, in one statement where one person answers. Raises Problem too_many_requests."""
    if sent.choice is not None:
        return _chosen(connection, asker, sent.choice)
    if sent.scan is not None and (token := token_bytes(sent.scan)) is not None:
        return _holder(connection, asker, token)
    shown = show(asker, sent)
    if not shown.probes:
        return UNKNOWN
    digests, caps = [probe.digest for probe in shown.probes], [probe.cap for probe in shown.probes]
    version, rows = store_keys.who(connection, digests, caps, now=asker.now)
    asker.key_versions.append(version)
    return recognise(connection, asker, shown, rows, channel=channel)


class Shown(NamedTuple):
    """What a shopper showed, and how it is looked up."""

    claims: Sequence[Claim]
    probes: Sequence[Probe]


def show(asker: Asker, sent: decoded.Shopper) -> Shown:
    """What a shopper showed who was not picked and holds no token. Raises Problem too_many_requests."""
    shown = claims(sent, asker.identity.policy)
    probes = shopper.probes(asker.identity, shown)
    asker.limits.ask(asker.principal, [probe.digest for probe in probes])
    return Shown(shown, probes)


def recognise(
    connection: Connection, asker: Asker, shown: Shown, rows: Iterable[Sequence[Any]], *, channel: Channel
) -> Reading:
    """Who it is, from what was found under what was shown."""
    found = shopper.understood(shown.probes, rows, PARTS[channel])
    if found.status is FoundStatus.UNKNOWN:
        asker.limits.missed(asker.principal, len(shown.probes))
        return UNKNOWN
    if found.status is FoundStatus.AMBIGUOUS:
        claimed, part = list(shown.claims), PARTS[channel]
        many = lookup.find(connection, asker.identity, claimed, None, now=asker.now, channel=part)
        return Reading(FoundStatus.AMBIGUOUS, choices=many.choices)
    head = found.heads[0]
    return Reading(
        FoundStatus.KNOWN, shopper=introduce(head, _proof(shown.claims, found.by)), profile_no=head.profile_no
    )


def _holder(connection: Connection, asker: Asker, token: bytes) -> Reading:
    found = take_along.holder(connection, asker.identity, token, till=asker.till, now=asker.now)
    if isinstance(found, take_along.Holder):
        return Reading(FoundStatus.KNOWN, shopper=found.shopper, profile_no=found.profile_no)
    if found == "unknown":
        asker.limits.missed(asker.principal)
    return Reading(FoundStatus.UNKNOWN, refused=RefusedCode(code=token_text(token), reason=found))


def _proof(shown: Sequence[Claim], by: str | None) -> Proof:
    """How well the identifier that answered was shown."""
    return Proof(max((claim.assurance for claim in shown if claim.type == by), default=Assurance.TYPED))


def _chosen(connection: Connection, asker: Asker, choice: str) -> Reading:
    found: Found = lookup.chosen(connection, asker.identity, choice, now=asker.now)
    if found.profile is None:
        asker.limits.missed(asker.principal)
        return UNKNOWN
    view = profiles.view(connection, asker.identity, found.profile)
    # Picking from a list proves no more than typing.
    return Reading(FoundStatus.KNOWN, shopper=introduce(view, Proof.TYPED), profile_no=view.profile_no)
