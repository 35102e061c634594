"""From a submission to the version of a record that is to be written: pure, but for the keys of the vault.

Invariant: what a source says replaces what it said before; what events showed of the record stays.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final
from uuid import UUID

import orjson

from identity.canonical import cards, claims, keys, normalize
from identity.canonical.normalize import Normalised
from identity.context import Context
from identity.errors import InvalidRecordError
from identity.model import Assurance, Identifier, Key, Record, RecordKey, Rejected
from identity.partition.judgements import bench
from identity.partition.veto import veto
from identity.register.store_records import SealedStatement
from identity.scoring import pool
from identity.sealing.envelope import Content
from identity.submission import Statement, Submission

KEY_LENGTH_MAX: Final = 256
STATEMENT_COUNT_MAX: Final = 100
EVIDENCE: Final = "consent"
"""The place that the evidence of a statement is sealed to."""
PURPOSE: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
NORMALISER: Final = "1"
"""Changes with the normaliser, so that what was sent before is read again."""


def check(submission: Submission) -> None:
    """Refuses a key that cannot be one. Raises InvalidRecordError."""
    key = submission.key
    if not key or len(key) > KEY_LENGTH_MAX or key != key.strip() or not key.isprintable():
        raise InvalidRecordError(
            f"A record key has 1 to {KEY_LENGTH_MAX} printable characters and no space at its ends."
        )
    is_numbered = submission.source == "loyalty" or cards.is_customer_number(key)
    if not is_numbered and cards.contains_card_number(key):
        raise InvalidRecordError("The record key holds a payment card number: send a payment reference.")
    if len(submission.consents) > STATEMENT_COUNT_MAX:
        raise InvalidRecordError(f"A record may carry {STATEMENT_COUNT_MAX} statements at a time.")


def fingerprint(submission: Submission, ctx: Context) -> UUID:
    """What tells one submission from the next: everything that decides what is written, but no time."""
    source = ctx.policy.source(submission.source)
    content = orjson.dumps(
        [
            NORMALISER,
            ctx.policy.mark,
            source.country,
            source.date_order,
            submission.attributes,
            [[c.type, c.value, c.assurance, c.valid_from, c.valid_to] for c in submission.identifiers],
            submission.proof,
            submission.country,
        ],
        option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS,
        default=str,
    )
    return ctx.vault.fingerprint("content", submission.source, submission.key, content.decode())


def read(submission: Submission, ctx: Context) -> Normalised:
    """The submission in canonical form; no claim is believed more than its sender."""
    source = ctx.policy.source(submission.source)
    claims = [
        replace(claim, assurance=min(claim.assurance, submission.proof)) for claim in submission.identifiers
    ]
    return normalize.record(
        submission.attributes,
        claims,
        country=submission.country or source.country,
        date_order=source.date_order,
        policy=ctx.policy,
    )


def statements(
    submitted: Iterable[Statement], proof: Assurance, ctx: Context
) -> tuple[tuple[SealedStatement, ...], tuple[Rejected, ...]]:
    """The statements as they are stored. What somebody merely asserted is no statement."""
    found: list[SealedStatement] = []
    rejected: list[Rejected] = []
    for number, each in enumerate(submitted):
        problem = _problem(each, proof)
        if problem:
            rejected.append(Rejected(f"consents[{number}]", problem))
            continue
        evidence = ctx.vault.seal(each.evidence.encode(), EVIDENCE) if each.evidence else None
        found.append(SealedStatement(each.purpose, each.granted, each.at, int(proof), evidence))
    return tuple(found), tuple(rejected)


def contradicts(earlier: Record, later: Record, ctx: Context) -> bool:
    """Whether the source's key went to somebody else: its new version may not join its own last one.

    What both show because it is the key itself (the number of a reissued card) says nothing for one person.
    """
    if earlier.stub or min(earlier.proof, later.proof) == Assurance.ASSERTED:
        return False
    pools = []
    for record in (earlier, later):
        shown = (k for k in keys.identifier_keys(record, ctx.policy) if not is_own(k, earlier.ref, ctx))
        pools.append(pool.of(record, frozenset(shown), ctx.policy))
    return veto(pools[0], pools[1], bench(()), ctx.policy) is not None


def retired(content: Content, ref: RecordKey, ctx: Context) -> Content:
    """What is left of a version whose key went to somebody else: the key itself finds it no more."""

    def part(of: tuple[Identifier, ...], *, own: bool) -> tuple[Identifier, ...]:
        return tuple(each for each in of if is_own(each.key, ref, ctx) is own)

    return replace(
        content,
        declared=part(content.declared, own=False),
        evidence=part(content.evidence, own=False),
        former=content.former + part(content.declared + content.evidence, own=True),
    )


def is_own(shown: Key, ref: RecordKey, ctx: Context) -> bool:
    """Whether a record shows an identifier because it is the record's key."""
    return claims.is_named(ref.key, shown, ctx.policy.source(ref.source).country, ctx.policy)


def _problem(statement: Statement, proof: Assurance) -> str | None:
    if proof == Assurance.ASSERTED:
        return "A statement needs a sender who can vouch for it."
    if not PURPOSE.fullmatch(statement.purpose):
        return "A purpose has 1 to 64 lower case letters, digits and underscores, the first a letter."
    if statement.at.tzinfo is None:
        return "A statement needs a time with a zone."
    return None
