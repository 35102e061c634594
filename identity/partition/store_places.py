"""What the partition writes: labels, profile heads, membership history, changes and review items."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple, Self

import orjson
from sqlalchemy.engine import Connection

from identity import driver


class Spot(NamedTuple):
    """Where a record belongs; `level` says how many kinds of links its piece had to give up."""

    piece_no: int
    person_no: int
    profile_no: int
    level: int = 0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is derived from some records so far."""

    heads: dict[int, dict[str, Any]]
    reviews: list[dict[str, Any]]
    tombstones: list[tuple[int, int]]

    @classmethod
    def of(cls, heads: Any, reviews: Any, tombstones: Any) -> Self:
        """What `identity.surroundings` returned; nothing where it found none of a kind."""
        return cls(
            heads={head["profile_no"]: head for head in heads or ()},
            reviews=reviews or [],
            tombstones=[(number, forward) for number, forward in tombstones or ()],
        )

    def within(self, numbers: Collection[int], profiles: Collection[int]) -> Self:
        """The part that is derived from these records and profiles."""
        return replace(
            self,
            heads={number: head for number, head in self.heads.items() if number in profiles},
            reviews=[review for review in self.reviews if review["left_no"] in numbers],
            tombstones=[(number, forward) for number, forward in self.tombstones if forward in numbers],
        )


@dataclass(slots=True)
class Differences:
    """What has to be written; the names are those of the SQL function that writes it."""

    members: list[dict[str, Any]] = field(default_factory=list)
    parted: list[int] = field(default_factory=list)
    memberships: list[dict[str, Any]] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    heads: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    tally: list[dict[str, Any]] = field(default_factory=list)
    settled: list[int] = field(default_factory=list)
    reviews: list[dict[str, Any]] = field(default_factory=list)
    forwards: list[dict[str, Any]] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """As JSON, without what is empty."""
        return {name: found for name in Differences.__slots__ if (found := getattr(self, name))}


def surroundings(connection: Connection, numbers: Collection[int], profiles: Collection[int]) -> Surroundings:
    """What is derived from these records and profiles."""
    ((heads, reviews, tombstones),) = driver.rows(
        connection,
        "select heads, reviews, tombstones from identity.surroundings(%s::int8[], %s::int8[])",
        (driver.array(numbers), driver.array(profiles)),
    )
    return Surroundings.of(heads, reviews, tombstones)


def save(connection: Connection, differences: Differences, *, now: datetime) -> None:
    """Writes the differences, if there are any."""
    document = differences.document()
    if document:
        driver.rows(
            connection, "select identity.save_places(%s::jsonb, %s)", (orjson.dumps(document).decode(), now)
        )
