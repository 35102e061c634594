"""The identifiers that a source claims, made canonical.

Invariant: an identifier that leaves here has a type that the policy knows, a value in the one form in which
its type is compared, and no payment card number in it. Of the same value claimed twice the better assurance
stands.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from identity.canonical import cards, emails, junk, phones
from identity.canonical.attributes import PLACEHOLDER
from identity.canonical.keys import ACCOUNT
from identity.canonical.text import clean, compact
from identity.model import Identifier, Key, Rejected
from identity.policy import IdentifierRule, Policy
from identity.submission import Claim

VALUE_LENGTH_MAX: Final = 256
CLAIM_COUNT_MAX: Final = 1_000
NUMBER_LENGTH_MIN: Final = 4

_EMAIL: Final = "email"
_PHONE: Final = "phone"
_CARD: Final = "loyalty_card"  # printed with spaces and dashes; its number may look like a payment card's


def identifiers(
    claims: Iterable[Claim], *, country: str, fallback: str | None, policy: Policy
) -> tuple[tuple[Identifier, ...], tuple[Rejected, ...]]:
    """The identifiers in canonical form by type and value, and those that were not taken.

    `country` says what a national phone number means, `fallback` is asked when it means nothing there.
    """
    found: dict[Key, Identifier] = {}
    rejected: list[Rejected] = []
    for place, claim in enumerate(claims):
        if place == CLAIM_COUNT_MAX:
            rejected.append(Rejected("identifiers", f"Only the first {CLAIM_COUNT_MAX} are taken."))
            break
        one = read(claim, country, fallback, policy)
        if isinstance(one, Identifier):
            found[one.key] = _better(found[one.key], one) if one.key in found else one
        else:
            rejected.append(Rejected(f"identifiers[{place}]", one))
    return tuple(found[key] for key in sorted(found)), tuple(rejected)


def read(claim: Claim, country: str, fallback: str | None, policy: Policy) -> Identifier | str:
    """The identifier, or the sentence that says why there is none."""
    rule = policy.identifiers.get(claim.type)
    if rule is None:
        return f"The type is not known; known are {', '.join(sorted(policy.identifiers))}."
    if len(claim.value) > VALUE_LENGTH_MAX:
        return f"The value is longer than {VALUE_LENGTH_MAX} characters."
    if not _is_moment(claim.valid_from) or not _is_moment(claim.valid_to):
        return "Validity needs times with a zone."
    value = _normalised(clean(claim.value), rule, country, fallback)
    if value is None:
        return f"The value is no {claim.type.replace('_', ' ')}."
    is_numbered = claim.type in (_PHONE, _CARD) or (claim.type == ACCOUNT and cards.is_customer_number(value))
    if not is_numbered and cards.contains_card_number(value):
        return "It holds a payment card number, which must not be stored: send a payment reference."
    if _is_junk(value, rule):
        return PLACEHOLDER
    return Identifier(claim.type, value, claim.assurance, claim.valid_from, claim.valid_to)


def is_named(key: str, shown: Key, country: str, policy: Policy) -> bool:
    """Whether a record's key is this identifier, however either is written: a card's number with dashes."""
    if shown.value.casefold() == key.casefold():
        return True
    rule = policy.identifiers.get(shown.type)
    return rule is not None and _normalised(clean(key), rule, country, None) == shown.value


def _normalised(cleaned: str, rule: IdentifierRule, country: str, fallback: str | None) -> str | None:
    if rule.type == _EMAIL:
        return emails.normalised(cleaned)
    if rule.type == _PHONE:
        return phones.normalised(cleaned, country, fallback)
    if rule.exclusive or rule.type == _CARD:
        return compact(cleaned) or None
    return cleaned or None


def _is_junk(value: str, rule: IdentifierRule) -> bool:
    if rule.type == _EMAIL:
        return emails.is_junk(value)
    if rule.type == _PHONE:
        return phones.is_junk(value)
    if rule.exclusive and (len(value) < NUMBER_LENGTH_MIN or junk.is_run(value)):
        return True
    return junk.is_filler(value)


def _better(one: Identifier, other: Identifier) -> Identifier:
    """The better proved of two claims to one value; of two equal ones, whenever either is valid."""
    if one.assurance != other.assurance:
        return max(one, other, key=lambda claim: claim.assurance)
    starts, ends = (one.valid_from, other.valid_from), (one.valid_to, other.valid_to)
    return replace(one, valid_from=_outermost(min, starts), valid_to=_outermost(max, ends))


def _outermost(
    pick: Callable[[Iterable[datetime]], datetime], moments: tuple[datetime | None, ...]
) -> datetime | None:
    known = [moment for moment in moments if moment is not None]
    return pick(known) if len(known) == len(moments) else None


def _is_moment(moment: datetime | None) -> bool:
    return moment is None or moment.tzinfo is not None
