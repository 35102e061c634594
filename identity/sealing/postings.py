"""Under which digests a record is found: its keys as the database knows them."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Final, NamedTuple

from identity.canonical import keys
from identity.context import Context
from identity.model import Assurance, Key, Record
from identity.policy import BLOCK, BOUND, Linking, Policy

BLOCK_CODE: Final = 0
BOUND_CODE: Final = -1
BLOCK_KEYS_CACHED: Final = 1 << 13


class Posting(NamedTuple):
    """One row of the table of keys, without its record's number."""

    key: Key
    digest: int
    code: int
    assurance: Assurance
    token: int
    valid_from: datetime | None
    valid_to: datetime | None


def of(record: Record, ctx: Context) -> tuple[Posting, ...]:
    """All postings of a record, in the order of their digests."""
    token = ctx.vault.token(keys.token(record))
    found = (
        _posting(key, record, token, ctx)
        for key in set(keys.posted(record, ctx.model.blocking(record), ctx.policy))
    )
    return tuple(sorted(found, key=attrgetter("digest")))


def digest(key: Key, ctx: Context) -> int:
    """The digest of a key."""
    return int(key.value) if key.type == BLOCK else ctx.vault.digest(key.type, key.value)


@lru_cache(BLOCK_KEYS_CACHED)
def block_key(digest: int) -> Key:
    """A blocking key as the store knows it: by its digest alone, for nobody asks what it was made of."""
    return Key(BLOCK, str(digest))


def code(key_type: str, policy: Policy) -> int:
    """The number that stands for a type of key in the database."""
    if key_type == BLOCK:
        return BLOCK_CODE
    return BOUND_CODE if key_type == BOUND else policy.identifiers[key_type].code


def _posting(key: Key, record: Record, token: int, ctx: Context) -> Posting:
    if key.type == BLOCK:
        hashed = ctx.vault.digest(BLOCK, key.value)
        return Posting(block_key(hashed), hashed, BLOCK_CODE, Assurance.TYPED, token, None, None)
    kind, value = key
    shown = [each for each in record.identifiers if each.value == value and each.type == kind]
    rule = ctx.policy.identifiers.get(key.type)
    if rule is not None and rule.links is Linking.ACCOUNT:
        assurance = Assurance.AUTHENTICATED  # the sign-in vouches for the device, whoever claimed it
    else:
        assurance = max((identifier.assurance for identifier in shown), default=Assurance.TYPED)
    return Posting(
        key=key,
        digest=digest(key, ctx),
        code=code(key.type, ctx.policy),
        assurance=max(assurance, Assurance.TYPED),
        token=token,
        valid_from=_first(identifier.valid_from for identifier in shown),
        valid_to=_last(identifier.valid_to for identifier in shown),
    )


def _first(starts: Iterable[datetime | None]) -> datetime | None:
    known = list(starts)
    if not known or None in known:
        return None
    return min(start for start in known if start is not None)


def _last(ends: Iterable[datetime | None]) -> datetime | None:
    known = list(ends)
    if not known or None in known:
        return None
    return max(end for end in known if end is not None)
