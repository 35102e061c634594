"""Whether campaigns ask for traits: a process asks the database once a version of the catalogue.

Background workers ask it twice a second, and need nothing else of the campaigns, so they compile none.
"""

from sqlalchemy import Connection

from offers import store_catalogue
from offers.marketing import store_campaigns


class Demand:
    """One per process."""

    def __init__(self) -> None:
        self._version: int | None = None
        self._is_there = False

    def is_there(self, connection: Connection) -> bool:
        """Whether a live campaign asks more of a person than what she wants."""
        version = store_catalogue.version(connection)
        if version != self._version:
            self._is_there = store_campaigns.asks_for_traits(connection)
            self._version = version
        return self._is_there
