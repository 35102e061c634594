"""What a source sends, made canonical: the one normaliser, online and in bulk."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from identity.canonical.attributes import canonical_form
from identity.canonical.claims import identifiers
from identity.model import Canonical, Identifier, Rejected
from identity.policy import Policy
from identity.submission import Claim


@dataclass(frozen=True, slots=True)
class Normalised:
    """A record in canonical form, and what of it was not taken."""

    canonical: Canonical
    identifiers: tuple[Identifier, ...]
    rejected: tuple[Rejected, ...]


def record(
    attributes: Mapping[str, Any],
    claims: Iterable[Claim],
    *,
    country: str,
    date_order: str,
    policy: Policy,
) -> Normalised:
    """The canonical form of what a source sent.

    `country` (alpha-2) is the store's or the source's and says what a national phone number means;
    `date_order` is dmy, mdy or ymd.
    """
    canonical, not_taken = canonical_form(attributes, date_order=date_order, policy=policy)
    found, refused = identifiers(claims, country=country, fallback=canonical.country, policy=policy)
    return Normalised(canonical, found, (*not_taken, *refused))
