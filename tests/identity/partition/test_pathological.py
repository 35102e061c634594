"""What everybody shows, arriving record by record: no giant shopper, one item a key, and no put does more
work for the thousandth record than for the fiftieth.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from identity.model import Record
from identity.scoring import shipped
from identity.scoring.pool import Pool
from identity.scoring.weigh import Evidence, Model
from identity.stewardship import reviews
from tests.identity.desk import Desk

GIVEN = ("anna", "bernd", "clara", "dora", "emil", "franz")
KEY_CAP = 5
"""Records that may share a blocking key; the shipped policy allows more, which only takes longer to fill."""


@dataclass
class Counting:
    """A model that counts the pairs it is asked about."""

    model: Model
    asked: int = 0

    @property
    def version(self) -> str:
        """The model's."""
        return self.model.version

    @property
    def join_line(self) -> int:
        """The model's."""
        return self.model.join_line

    @property
    def review_line(self) -> int:
        """The model's."""
        return self.model.review_line

    @property
    def is_wary(self) -> bool:
        """The model's."""
        return self.model.is_wary

    @property
    def own_attributes(self) -> frozenset[str]:
        """The model's."""
        return self.model.own_attributes

    @property
    def prior_bits(self) -> float:
        """The model's."""
        return self.model.prior_bits

    def blocking(self, record: Record, /) -> tuple[str, ...]:
        """The model's."""
        return self.model.blocking(record)

    def weight(self, left: Pool, right: Pool, /) -> int:
        """The model's, counted."""
        self.asked += 1
        return self.model.weight(left, right)

    def evidence(self, left: Pool, right: Pool, /) -> Sequence[Evidence]:
        """The model's."""
        return self.model.evidence(left, right)

    def may_reach(self, line: int, left: Pool, right: Pool, /) -> bool:
        """The model's, counted."""
        self.asked += 1
        return self.model.may_reach(line, left, right)


def arrivals(count: int) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Identifiers and attributes, in turn: one e-mail (half of them nameless), one name, nothing at all."""
    mail = {"email": "one@example.com"}
    shared = [
        (mail, {"given_name": GIVEN[n % 6], "family_name": f"family{n}"} if n % 2 else {})
        for n in range(count)
    ]
    for identified in shared:
        yield identified
        yield {}, {"given_name": "Maria", "family_name": "Huber"}
        yield {}, {"given_name": ""}


def test_what_everybody_shows_arrives_record_by_record(desk: Desk, scale: Callable[[int, int], int]) -> None:
    """All stay alone, each reason is told once, and the work of a put stops growing once keys are full."""
    count = scale(50, 2_000)
    model = Counting(shipped.default())
    desk.ctx = replace(desk.ctx, model=model, policy=replace(desk.ctx.policy, block_cap=KEY_CAP))
    asked = []
    for number, (identifiers, attributes) in enumerate(arrivals(count)):
        before = model.asked
        desk.put("crm", str(number), identifiers, **attributes)
        asked.append(model.asked - before)
    desk.put("crm", "many", {"email": [f"otto{n}@example.com" for n in range(500)]}, given_name="Otto")
    kinds = [item.kind for item in reviews.open_items(desk.connection)]
    assert sorted(kinds) == ["generic", "identifiers"]
    largest = desk.connection.exec_driver_sql("select max(cardinality(members)) from identity.profile")
    assert largest.scalar_one() == 1
    assert max(asked) <= 2 * KEY_CAP**2, "full keys must not be asked about any more"
