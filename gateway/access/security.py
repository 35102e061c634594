"""Who is calling and what they may do. Pure: the credential's row is read elsewhere.

Nobody is trusted more than they proved: a principal has scopes, and may be bound to one source and to some
stores.
"""

from dataclasses import dataclass
from enum import StrEnum

from gateway.wire.problems import Problem


class Scope(StrEnum):
    """What a key may do. No scope contains another."""

    QUERY = "query"
    REDEEM = "redeem"
    INGEST = "ingest"
    INGEST_PUBLIC = "ingest_public"
    KIOSK = "kiosk"
    PROFILE_READ = "profile_read"
    STEWARD = "steward"
    CAMPAIGN = "campaign"
    PRIVACY = "privacy"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller after its credential was checked."""

    key_id: str
    scopes: frozenset[Scope]
    source: str | None = None
    """The only source it may speak for; None: any."""
    stores: frozenset[str] | None = None
    """The only stores it may speak for; None: all."""
    distinct_per_minute: int | None = None
    """How many different identifiers it may ask about; None: the default, 0: no limit."""
    misses_per_minute: int | None = None
    """How many unknown identifiers it may ask about; None: the default, 0: no limit."""

    def may(self, *scopes: Scope) -> bool:
        """Whether it holds one of these scopes."""
        return not self.scopes.isdisjoint(scopes)


def allow(principal: Principal, scopes: frozenset[Scope]) -> None:
    """Raise Problem wrong_scope unless the caller holds one of the scopes."""
    if principal.scopes.isdisjoint(scopes):
        wanted = " or ".join(f"`{scope}`" for scope in sorted(scopes))
        raise Problem("wrong_scope", f"This needs a key with scope {wanted}.")


def speaks_for_store(principal: Principal, store: str) -> None:
    """Raise Problem wrong_store unless the caller may speak for the store."""
    if principal.stores is not None and store not in principal.stores:
        raise Problem("wrong_store", f"This key may not speak for store {store!r}.")


def speaks_for_source(principal: Principal, source: str) -> None:
    """Raise Problem wrong_source unless the caller may speak for the source."""
    if principal.source is not None and principal.source != source:
        raise Problem("wrong_source", f"This key speaks for source {principal.source!r} only.")
