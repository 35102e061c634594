"""How much of a person may be shown as one profile, which is for the shopper to say.

Invariant: cutting and joining again depends on the statements alone and copies nothing, so both are exact.
Consent is counted over all records of the person, whatever profile they are shown in.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import Final, TypeVar

from identity.model import Assurance, Consent

CROSS_CHANNEL: Final = "cross_channel"
PERSONAL_OFFERS: Final = "personal_offers"

T = TypeVar("T", bound=Hashable)


def newest(purpose: str, statements: Iterable[Consent]) -> Consent | None:
    """The statement that counts; of two from one moment the withdrawal. Asserted ones are no statements."""
    about = (each for each in statements if each.purpose == purpose and each.proof > Assurance.ASSERTED)
    return max(about, key=lambda each: (each.at, not each.granted), default=None)


def is_granted(purpose: str, statements: Iterable[Consent]) -> bool:
    """True when the newest statement about the purpose is a grant."""
    statement = newest(purpose, statements)
    return statement is not None and statement.granted


def allows_personal_offers(statements: Iterable[Consent]) -> bool:
    """True when personal offers were granted, or channels joined and nothing said about offers."""
    known = tuple(statements)
    statement = newest(PERSONAL_OFFERS, known) or newest(CROSS_CHANNEL, known)
    return statement is not None and statement.granted


def profiles(person: Iterable[tuple[T, str]], statements: Iterable[Consent]) -> tuple[frozenset[T], ...]:
    """The person's records, each given with its channel, as one profile or cut by channel, in its order."""
    by_channel: dict[str, set[T]] = defaultdict(set)
    whole = is_granted(CROSS_CHANNEL, statements)
    for ref, channel in person:
        by_channel["" if whole else channel].add(ref)
    return tuple(frozenset(by_channel[channel]) for channel in sorted(by_channel))
