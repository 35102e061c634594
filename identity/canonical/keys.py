"""By which keys records find each other, and when a key stops saying anything.

Invariant: the keys of a record depend on that record, the model and the policy alone; whether a key is live
depends on the records that post it alone. Neither knows a clock, so validity counts where two records meet
(`links`), not here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Final

from identity.canonical import sounds
from identity.model import Assurance, Canonical, Identifier, Key, Record
from identity.policy import BLOCK, BOUND, Linking, Policy

ACCOUNT: Final = "account_id"


class Force(IntEnum):
    """How far a key makes those meet who share it: the forces of all that two records share add up, and from
    `WHOLE` on they meet.
    """

    NONE = 0
    """Too many show it."""
    HALF = 1
    """A blocking key that is crowded: who shares nothing else but that is compared in vain."""
    WHOLE = 2


def identifier_keys(record: Record, policy: Policy) -> tuple[Key, ...]:
    """The keys of the identifiers that take part in linking, each once, strongest type first."""
    ordered = _strongest_first(_taking_part(record, policy), policy)
    return tuple(dict.fromkeys(identifier.key for identifier in ordered))


def left_out(record: Record, policy: Policy) -> int:
    """How many identifiers would take part if a record could have more: worth a review when above zero."""
    return max(0, sum(_takes_part(i, record, policy) for i in record.identifiers) - policy.record_keys_max)


def bound_key(account: str) -> Key:
    """The key under which the anonymous records of an account are found."""
    return Key(BOUND, account)


def posted(record: Record, blocking: Iterable[str], policy: Policy) -> tuple[Key, ...]:
    """All keys under which a record is found: identifiers, bounding account, the model's blocking keys."""
    return (*sorted(shown(record, policy)), *(Key(BLOCK, value) for value in blocking))


def shown(record: Record, policy: Policy) -> set[Key]:
    """The keys of a record that are more than candidates' keys: its identifiers and its bounding account."""
    found = {each.key for each in _taking_part(record, policy)}
    if record.bound_to is not None:
        found.add(bound_key(record.bound_to))
    return found


def name_token(canonical: Canonical) -> str | None:
    """How the surname sounds and the given name's initial, None for a nameless record."""
    surname = canonical.family_name or canonical.full_name or canonical.organisation_name or ""
    given = canonical.given_name or ""
    if not surname and not given:
        return None
    return f"{sounds.code(surname) or surname}|{given[:1]}"


def token(record: Record) -> str:
    """What tells apart the people behind a key: the name, the account of an anonymous record, else the
    record.
    """
    if record.bound_to is not None:
        return f"account|{record.bound_to}"
    name = name_token(record.attributes) if record.proof > Assurance.ASSERTED else None
    return name if name is not None else "record|" + "|".join(map(str, record.ref))


def posts(records: Iterable[tuple[Record, Iterable[Key]]]) -> dict[Key, list[Record]]:
    """The records under each key."""
    lists: dict[Key, list[Record]] = defaultdict(list)
    for record, keys in records:
        for key in keys:
            lists[key].append(record)
    return dict(lists)


def is_live(key_type: str, *, records: int, tokens: int, policy: Policy) -> bool:
    """One test, no hysteresis: whether a key with so many records and tokens still says something."""
    return records <= policy.cap(key_type) and tokens <= policy.generic(key_type)


def force(key_type: str, *, records: int, tokens: int, policy: Policy) -> Force:
    """How far a key makes those meet who share it, with so many records and tokens."""
    if not is_live(key_type, records=records, tokens=tokens, policy=policy):
        return Force.NONE
    return Force.HALF if key_type == BLOCK and records > policy.block_alone else Force.WHOLE


def live(lists: Mapping[Key, Iterable[Record]], policy: Policy) -> frozenset[Key]:
    """The keys that say something."""
    return frozenset(key for key, found in lists.items() if _list_is_live(key, tuple(found), policy))


def crowded(lists: Mapping[Key, Iterable[Record]], policy: Policy) -> frozenset[Key]:
    """The blocking keys that so many show that sharing one of them is not enough, live or not."""
    return frozenset(
        key for key, found in lists.items() if key.type == BLOCK and len(tuple(found)) > policy.block_alone
    )


def _list_is_live(key: Key, found: tuple[Record, ...], policy: Policy) -> bool:
    if len(found) > policy.cap(key.type):
        return False
    return is_live(key.type, records=len(found), tokens=len(set(map(token, found))), policy=policy)


def _taking_part(record: Record, policy: Policy) -> list[Identifier]:
    """The identifiers that may take part in linking: the strongest `record_keys_max`, in no order.

    Asserted ones never do. Devices do only on an anonymous record that a sign-in bounds: the sign-in vouches
    for the device, whoever asserted it, and on any other record a device would tie people who share a tablet.
    """
    fit = [each for each in record.identifiers if _takes_part(each, record, policy)]
    if len(fit) <= policy.record_keys_max:
        return fit
    return _strongest_first(fit, policy)[: policy.record_keys_max]


def _strongest_first(identifiers: list[Identifier], policy: Policy) -> list[Identifier]:
    rules = policy.identifiers
    return sorted(identifiers, key=lambda each: (rules[each.type].priority, each.type, each.value))


def _takes_part(identifier: Identifier, record: Record, policy: Policy) -> bool:
    rule = policy.identifiers.get(identifier.type)
    if rule is None or _is_never_valid(identifier):
        return False
    if rule.links is Linking.ACCOUNT:
        return record.bound_to is not None
    return identifier.assurance > Assurance.ASSERTED


def _is_never_valid(identifier: Identifier) -> bool:
    start, end = identifier.valid_from, identifier.valid_to
    return start is not None and end is not None and end <= start
