"""Whose event it is: the first of its identifiers, by how much each says, that names somebody at that time.

Invariant: an event belongs to one record. Identifiers that merely were asserted own nothing, except a
browser's
own name for itself; an identifier behind which several people stand owns nothing of theirs: such an event
waits
on a record of the identifier's own, where a steward or a later link finds it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy.engine import Connection

from identity.canonical import claims, keys
from identity.context import Context
from identity.errors import InvalidRecordError
from identity.events import store_owners
from identity.events.store_owners import Generation, Poster
from identity.model import Assurance, Identifier, Key
from identity.policy import Linking
from identity.register import intake
from identity.register.opening import Pair
from identity.sealing import postings
from identity.submission import Claim, Happening, Submission

CARD: Final = "loyalty_card"
ACCOUNT: Final = "account_id"

ORDER: Final = (
    (CARD, Assurance.SCANNED),
    (ACCOUNT, Assurance.AUTHENTICATED),
    ("payment_reference", Assurance.TYPED),
    (CARD, Assurance.TYPED),
    (ACCOUNT, Assurance.TYPED),
    ("email", Assurance.TYPED),
    ("phone", Assurance.TYPED),
)
"""What owns an event, strongest first, and how well it must be proved for that; devices come last."""


_NAMING: Final = frozenset({CARD, ACCOUNT})
"""What a record is kept under: it is that record's. A stub of another identifier waits until one person alone
shows it.
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a happening shows: its identifiers in canonical form, and as they were sent."""

    happening: Happening
    identifiers: tuple[Identifier, ...]
    raw: Mapping[Key, str]


@dataclass(frozen=True, slots=True)
class Target:
    """Where an event goes. `record_no` when somebody is known; else the pair of a stub that `shows` the
    identifier.

    `browser` says that the pair is a device's, whose records are cut by who signed in.
    """

    record_no: int | None = None
    pair: Pair | None = None
    shows: Identifier | None = None
    browser: bool = False


def read(happenings: Iterable[Happening], ctx: Context) -> list[Shown]:
    """The happenings with canonical identifiers. Raises UnknownSourceError."""
    known: dict[tuple[Claim, str], Identifier | None] = {}
    return [_shown(happening, ctx, known) for happening in happenings]


def targets(connection: Connection, ctx: Context, shown: Sequence[Shown]) -> list[Target]:
    """Where each event goes, by what is stored now."""
    candidates = [_candidates(each, ctx) for each in shown]
    known = _Known(connection, ctx, shown, candidates)
    return [known.target(each, own) for each, own in zip(shown, candidates, strict=True)]


def device_of(shown: Shown, ctx: Context) -> Identifier | None:
    """The browser or device a happening comes from."""
    found = (i for i in shown.identifiers if ctx.policy.identifiers[i.type].links is Linking.ACCOUNT)
    return min(found, key=lambda identifier: (identifier.type, identifier.value), default=None)


def browser_pair(source: str, device: Identifier) -> Pair:
    """What the records of a browser are kept under.

    The type stands in front: anybody can make up a browser's name, and it must not be an account's key.
    """
    return source, f"{device.type}:{device.value}"


def account_of(shown: Shown) -> Identifier | None:
    """The account that a happening proves to be signed in."""
    return next(
        (i for i in shown.identifiers if i.type == ACCOUNT and i.assurance >= Assurance.AUTHENTICATED), None
    )


def _shown(happening: Happening, ctx: Context, known: dict[tuple[Claim, str], Identifier | None]) -> Shown:
    """`known` is what was read before: a batch shows the same browser and account over and over."""
    country = ctx.policy.source(happening.source).country
    lowered = [
        claim if claim.assurance <= happening.proof else replace(claim, assurance=happening.proof)
        for claim in happening.identifiers
    ]
    # One by one, to know which sent value became which canonical one: a card's own spelling names its record.
    read: dict[Key, Identifier] = {}
    raw: dict[Key, str] = {}
    for claim in lowered:
        if (claim, country) not in known:
            one, _ = claims.identifiers([claim], country=country, fallback=None, policy=ctx.policy)
            known[claim, country] = one[0] if one else None
        identifier = known[claim, country]
        if identifier is not None:
            read[identifier.key] = identifier
            raw[identifier.key] = claim.value.strip()
    if len(read) == len(lowered) <= claims.CLAIM_COUNT_MAX:
        return Shown(happening, tuple(read[key] for key in sorted(read)), raw)
    found, _ = claims.identifiers(lowered, country=country, fallback=None, policy=ctx.policy)
    return Shown(happening, found, raw)


def _candidates(shown: Shown, ctx: Context) -> list[Identifier]:
    """The identifiers that may own the event, strongest first."""
    found = [
        identifier
        for kind, least in ORDER
        for identifier in shown.identifiers
        if identifier.type == kind
        and identifier.assurance >= least
        and _is_valid(identifier, shown.happening)
    ]
    device = device_of(shown, ctx)
    return [*dict.fromkeys(found), *([device] if device else [])]


def _is_valid(identifier: Identifier, happening: Happening) -> bool:
    at = happening.occurred_at
    return (identifier.valid_from is None or identifier.valid_from <= at) and (
        identifier.valid_to is None or at < identifier.valid_to
    )


def _homes(identifier: Identifier, shown: Shown, ctx: Context) -> list[Pair]:
    """The records that this identifier names by itself, as it was sent and in canonical form."""
    source = shown.happening.source
    if ctx.policy.identifiers[identifier.type].links is Linking.ACCOUNT:
        return [browser_pair(source, identifier)]
    if identifier.type == CARD:
        source = "loyalty" if "loyalty" in ctx.policy.sources else source
    elif identifier.type == ACCOUNT and ctx.policy.source(source).channel != "online":
        source = "web" if "web" in ctx.policy.sources else source
    elif identifier.type != ACCOUNT:
        hidden = ctx.vault.fingerprint("stub", identifier.type, identifier.value)
        return [(source, f"{identifier.type}:{hidden}")]
    spellings = (shown.raw.get(identifier.key, identifier.value), identifier.value)
    return [(source, key) for key in dict.fromkeys(spellings) if _may_be_key(source, key)]


def _may_be_key(source: str, key: str) -> bool:
    try:
        intake.check(Submission(source, key))
    except InvalidRecordError:
        return False
    return True


class _Known:
    """What is stored about everything that a batch of happenings shows, read in two statements."""

    def __init__(
        self,
        connection: Connection,
        ctx: Context,
        shown: Sequence[Shown],
        candidates: Sequence[Sequence[Identifier]],
    ) -> None:
        self._ctx = ctx
        wanted = {each.key for own in candidates for each in own if not self._is_device(each)}
        digests = {postings.digest(key, ctx): ctx.policy.cap(key.type) for key in sorted(wanted)}
        self._posters = store_owners.posters(connection, list(digests), list(digests.values()))
        pairs = {
            pair
            for each, own in zip(shown, candidates, strict=True)
            for identifier in own
            if not self._is_device(identifier)
            for pair in _homes(identifier, each, ctx)
        }
        self._generations = store_owners.generations(connection, sorted(pairs))

    def target(self, shown: Shown, candidates: Sequence[Identifier]) -> Target:
        """Where one event goes."""
        for identifier in candidates:
            record_no = self._owner(identifier, shown)
            if record_no is not None:
                return Target(record_no)
        if not candidates:
            return Target()
        first = candidates[0]
        homes = _homes(first, shown, self._ctx)
        if not homes:
            return Target()
        return Target(pair=homes[0], shows=first, browser=self._is_device(first))

    def _owner(self, identifier: Identifier, shown: Shown) -> int | None:
        if self._is_device(identifier):
            return None
        at = shown.happening.occurred_at
        own = [
            generation
            for pair in _homes(identifier, shown, self._ctx)
            if (generation := _generation_at(self._generations.get(pair, ()), at)) is not None
        ]
        if own and identifier.type in _NAMING:
            return own[0].record_no
        live = self._live(identifier)
        waiting = {each.record_no for each in own}
        found = [each for each in live if each.is_valid(at) and each.record_no not in waiting]
        persons = {each.person_no for each in found}
        if len(persons) == 1 and not persons <= {
            each.person_no for each in live if each.record_no in waiting
        }:
            source = shown.happening.source
            best = min(found, key=lambda each: (each.ref.source != source, -each.assurance, each.record_no))
            return best.record_no
        return own[0].record_no if own else None

    def _live(self, identifier: Identifier) -> list[Poster]:
        found = self._posters[postings.digest(identifier.key, self._ctx)]
        tokens = len({each.token for each in found})
        is_live = keys.is_live(identifier.type, records=len(found), tokens=tokens, policy=self._ctx.policy)
        return found if is_live else []

    def _is_device(self, identifier: Identifier) -> bool:
        return self._ctx.policy.identifiers[identifier.type].links is Linking.ACCOUNT


def _generation_at(generations: Sequence[Generation], at: datetime) -> Generation | None:
    """The generation that had the key at a time: the newest that had come by then, else the oldest.

    None when it is gone: who opens the record decides where its events go.
    """
    if not generations:
        return None
    come = [each for each in generations if each.created_at <= at]
    chosen = come[-1] if come else generations[0]
    return None if chosen.is_gone else chosen
