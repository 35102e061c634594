"""What a load says while it works and when it is done."""

from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.demo.delivery import Delivered
from gateway.demo.guide import Guide

Report = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


@dataclass(slots=True)
class Loaded:
    """What a load added; all noughts when everything was there."""

    stores: int = 0
    articles: int = 0
    shelves: int = 0
    campaigns: int = 0
    households: int = 0
    records: int = 0
    visits: int = 0
    sales: int = 0
    guide: Guide | None = field(default=None, repr=False)

    def add(self, delivered: Delivered) -> None:
        """Counts what was delivered."""
        self.households += delivered.households
        self.records += delivered.records
        self.visits += delivered.visits
        self.sales += delivered.sales
