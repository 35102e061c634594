"""By what a shopper who was erased is known again: keyed hashes that nobody can read back.

A value is hashed with each name it was seen under, and once without a name. The nightly feed with her record,
or a nameless one with her card, meets such a hash; her husband, who shares the e-mail address, does not.
"""

from collections.abc import Iterable
from uuid import UUID

from identity.canonical import keys
from identity.context import Context
from identity.model import Record
from identity.policy import BLOCK, BOUND, Linking

_NAMELESS = ""


def of_records(records: Iterable[Record], ctx: Context) -> frozenset[UUID]:
    """The hashes by which any of these records of one person is to be known again."""
    known = tuple(records)
    names = {keys.name_token(record.attributes) or _NAMELESS for record in known} | {_NAMELESS}
    hashes = {of_key(record.ref.source, record.ref.key, ctx) for record in known}
    return frozenset(
        hashes | {_value(kind, value, name, ctx) for kind, value in _values(known, ctx) for name in names}
    )


def of_record(record: Record, ctx: Context) -> frozenset[UUID]:
    """The hashes that this record would meet if its shopper had been erased."""
    name = keys.name_token(record.attributes) or _NAMELESS
    return frozenset(
        {of_key(record.ref.source, record.ref.key, ctx)}
        | {_value(kind, value, name, ctx) for kind, value in _values((record,), ctx)}
    )


def of_key(source: str, key: str, ctx: Context) -> UUID:
    """The hash that a record's own key meets, whatever it says."""
    return ctx.vault.fingerprint("suppressed key", source, key)


def of_value(kind: str, value: str, ctx: Context) -> UUID:
    """The hash that a value meets when it is shown without a name."""
    return _value(kind, value, _NAMELESS, ctx)


def pseudonym(account: str, ctx: Context) -> str:
    """What bounds, in place of an erased shopper's account, what it bounded on the devices that she used."""
    return f"erased:{ctx.vault.fingerprint('erased account', account)}"


def _values(records: Iterable[Record], ctx: Context) -> set[tuple[str, str]]:
    """The identifiers that say who somebody is; a phone, alone, does not."""
    found = {key for record in records for key in keys.identifier_keys(record, ctx.policy)}
    rules = ctx.policy.identifiers
    return {
        (key.type, key.value)
        for key in found
        if key.type not in (BLOCK, BOUND) and rules[key.type].links is not Linking.SECOND
    }


def _value(kind: str, value: str, name: str, ctx: Context) -> UUID:
    return ctx.vault.fingerprint("suppressed", kind, value, name)
