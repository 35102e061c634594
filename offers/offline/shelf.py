"""The campaigns that tills may give alone, kept in each process as long as no campaign changes."""

from datetime import datetime

from sqlalchemy import Connection

from offers.marketing import store_campaigns
from offers.marketing.campaign import Entry
from offers.model import Place
from offers.offline import store
from offers.offline.line_rules import LineOffer, is_plain, line_offer


class Shelf:
    """One per process. A copy is of one version of the catalogue; asking reads which version that is."""

    def __init__(self) -> None:
        self._version = 0
        self._entries: tuple[Entry, ...] = ()

    def offers(self, connection: Connection, place: Place, *, now: datetime) -> list[LineOffer]:
        """What anybody may have at a store now, as far as one line decides it."""
        assert place.store_no is not None, "only a store has tills"
        standing = store.standing(connection, place.store_no)
        if standing.version != self._version:
            self._entries = tuple(
                entry for entry in store_campaigns.live(connection) if is_plain(entry.campaign)
            )
            self._version = standing.version
        if standing.all_stopped:
            return []
        gone = standing.stopped | store.exhausted(
            connection, store_no=place.store_no, day=now.date(), currency=place.currency
        )
        found = [line_offer(entry, place, now) for entry in self._entries if entry.number not in gone]
        return [one for one in found if one is not None]
