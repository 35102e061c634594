"""What the use cases need of the process, and what a query answers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from offers.catalogue.snapshots import Snapshots
from offers.decisions.decision_log import DecisionLog
from offers.evaluation.decision import Decision
from offers.model import Policy
from offers.offline.shelf import Shelf
from offers.queries.headroom import Headroom
from offers.redemptions.redemption import Redemption
from offers.retailer.assortment import Assortment
from offers.segments.demand import Demand


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """This process's copies of what seldom changes, its log, its source of ids.

    `seed` draws the lots of holdouts and variants; another seed deals every person anew.
    """

    policy: Policy
    snapshots: Snapshots
    assortment: Assortment
    log: DecisionLog
    new_id: Callable[[], UUID]
    seed: int = 1
    headroom: Headroom = field(default_factory=Headroom)
    shelf: Shelf = field(default_factory=Shelf)
    demand: Demand = field(default_factory=Demand)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answered query; `redemption` in mode `reserve`, when something was held."""

    id: UUID
    revision: int
    decision: Decision
    redemption: Redemption | None = None
