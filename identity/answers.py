"""What identity's services answer with."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from identity.model import Assurance, Rejected, Verdict


class Outcome(StrEnum):
    """What a submission did to the profile of its record."""

    NEW = "new"  # a record, and a profile, of its own
    JOINED = "joined"  # the record came to others
    MERGED = "merged"  # others came together through it
    SPLIT = "split"  # it left others, or others parted because of it
    UNCHANGED = "unchanged"
    REVIEW = "review"  # somebody should look: a link was refused or is ambiguous


@dataclass(frozen=True, slots=True)
class Linked:
    """A link of the record to another one of its person, and what it rests on."""

    record: UUID
    reason: str  # the type of identifier, "judged" or "weight"
    weight_bits: float | None = None


@dataclass(frozen=True, slots=True)
class PutResult:
    """What became of a submission. `rejected` are fields that were not taken; the rest was."""

    record: UUID
    profile: UUID
    outcome: Outcome
    links: tuple[Linked, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    record_no: int = 0
    generation: int = 1


@dataclass(frozen=True, slots=True)
class IdentifierView:
    """An identifier of a record, readable: mask it before it is shown to whoever may not see it."""

    type: str
    value: str
    assurance: Assurance
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordView:
    """What one source says, as it is stored."""

    record: UUID
    record_no: int
    source: str
    key: str
    generation: int
    channel: str
    stub: bool
    profile: UUID
    attributes: dict[str, str]
    identifiers: tuple[IdentifierView, ...]
    observed_at: datetime
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Survivor:
    """The value of an attribute that survives in a profile, and whose it is."""

    attribute: str
    value: str
    source: str
    record: UUID
    reason: str
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class ProfileView:
    """A profile as it may be shown. `profile` is its current id, whatever id was asked for."""

    profile: UUID
    profile_no: int
    channel: str | None
    personal: bool
    tier: str | None
    staff: bool
    members: tuple[int, ...]
    limit_members: tuple[int, ...]
    attributes: tuple[Survivor, ...]
    identifiers: tuple[IdentifierView, ...]


class FoundStatus(StrEnum):
    """How a lookup ended."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several possible shoppers: an opaque token, and just enough to choose by."""

    choice: str
    masked: dict[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """The answer of a lookup: a profile, or several to choose from, or nobody."""

    status: FoundStatus
    profile: UUID | None = None
    profile_no: int | None = None
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class ConsentView:
    """A stored statement."""

    record: UUID
    source: str
    purpose: str
    granted: bool
    at: datetime
    proof: Assurance
    evidence: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Membership:
    """Whose a record was at a time (None: nobody's), and the records that were the same profile's."""

    profile: UUID | None
    records: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class JudgementView:
    """A stored judgement and what it did: the profiles that its records belong to now."""

    judgement_no: int
    left: tuple[UUID, ...]
    right: tuple[UUID, ...]
    verdict: Verdict
    reason: str
    author: str
    at: datetime
    profiles: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """What "same" would do about two records now: which profiles would join, of how many records."""

    profiles: tuple[UUID, ...]
    left_records: int
    right_records: int


@dataclass(frozen=True, slots=True)
class ReviewView:
    """Something a steward should look at."""

    review_no: int
    kind: str
    reason: str
    left: UUID | None
    right: UUID | None
    detail: dict[str, Any]
    state: str
    opened_at: datetime
    effect: Effect | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """An event that changed hands because a sign-in came late: the owner's interests must follow."""

    event_no: int
    kind: str
    occurred_at: datetime
    body: dict[str, Any]
    from_no: int
    to_no: int


@dataclass(frozen=True, slots=True)
class Kept:
    """An event as its record keeps it: what is derived from events is derived from these."""

    record_no: int
    kind: str
    occurred_at: datetime
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of a happening.

    `record_no` is None when the shopper was erased and did not come back: nothing was kept. `new` is False
    for a repetition. `moved` are earlier events that changed hands because of this one.
    """

    record_no: int | None
    new: bool
    event_no: int | None
    moved: tuple[Moved, ...] = ()


@dataclass(frozen=True, slots=True)
class EventView:
    """One event of a profile's history."""

    event_no: int
    record: UUID
    kind: str
    channel: str
    source: str
    occurred_at: datetime
    received_at: datetime
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Some events, newest first, and where to go on (None at the end)."""

    items: tuple[EventView, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One row of the change feed."""

    position: int
    kind: str  # new | joined | merged | split | moved | deleted | erased | consent
    profile: UUID
    body: dict[str, Any]
    at: datetime


class Head(NamedTuple):
    """Who stands at the till, as the hot path needs to know it: `profile` is spelt already."""

    profile_no: int
    profile: str
    person_no: int
    members: tuple[int, ...]
    limit_members: tuple[int, ...]
    channel: str | None
    personal: bool
    staff: bool
    tier: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """The hot path's answer. `heads` holds one when known and the candidates when ambiguous.

    `proof` is the assurance with which the answering identifier is stored; how it was shown (scanned, typed)
    is the asker's to know. `by` is that identifier's type.
    """

    status: FoundStatus
    heads: tuple[Head, ...] = ()
    proof: Assurance = Assurance.ASSERTED
    by: str | None = None
