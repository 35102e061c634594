"""What others hand to identity, not yet normalised: a source's word about a shopper, and what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from identity.model import Assurance


@dataclass(frozen=True, slots=True)
class Claim:
    """An identifier as it was sent. The door lowers `assurance` to what the key at the door can prove."""

    type: str
    value: str
    assurance: Assurance = Assurance.TYPED
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A shopper's word about one purpose, as a source reports it."""

    purpose: str
    granted: bool
    at: datetime
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """All that one source says about one shopper now; it replaces what the source said before.

    `proof` is the most that the sender can vouch for: claims are lowered to it.
    """

    source: str
    key: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    identifiers: Sequence[Claim] = ()
    consents: Sequence[Statement] = ()
    observed_at: datetime | None = None
    proof: Assurance = Assurance.AUTHENTICATED
    country: str | None = None  # of the store; None takes the source's
    batch: str | None = None


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened, as a source reports it. Without a message id a repetition counts twice.

    A `sign_in` (and an `identify` with an account) of a device binds that device's browsing to the account.
    `known_as` is a second message id, under which what comes later finds the event. An event that is `beside`
    another names nobody itself: it belongs to the record that the other, of the same source, belongs to.
    """

    kind: str
    channel: str
    source: str
    occurred_at: datetime
    identifiers: Sequence[Claim]
    message_id: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    proof: Assurance = Assurance.AUTHENTICATED
    known_as: str | None = None
    beside: str | None = None
