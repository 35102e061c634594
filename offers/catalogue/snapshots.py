"""The compiled catalogue and the stores, one immutable copy per version and process.

Invariant: a copy older than the version a query has read serves at most two seconds longer; one that compiles
quickly is replaced at once. Only one thread of a process compiles at a time.
"""

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Lock, Thread
from typing import Final

from sqlalchemy import Connection

from offers import store_catalogue
from offers.catalogue.compiled import Catalogue, compile_catalogue, extend
from offers.catalogue.snapshot import Snapshot
from offers.errors import UnknownStoreError
from offers.marketing import store_campaigns
from offers.model import Place
from offers.overrides import store as store_overrides
from offers.retailer import store_places

OLD_SERVES_S: Final = 2.0
QUICK_LOAD_S: Final = 0.1
"""A catalogue that loads faster than this is waited for: then a change shows at once, and no thread is
needed.
"""

MOST_DEAD: Final = 2_000
"""So many former versions of campaigns may lie in the index before it is made anew."""

OpenConnection = Callable[[], AbstractContextManager[Connection]]


class Snapshots:
    """Holds the newest compiled catalogue; `open_connection` gives the loading thread a connection of its
    own.
    """

    def __init__(self, open_connection: OpenConnection) -> None:
        self._open = open_connection
        self.quick_load_s = QUICK_LOAD_S
        self._held: Snapshot | None = None
        self._load_s = 0.0
        self._stale_since_s: float | None = None
        self._loading = Lock()
        self._places: dict[str, Place] = {}
        # A lock held by a thread of the parent would never be released in the child.
        os.register_at_fork(after_in_child=self._forget_threads)

    def catalogue(self, connection: Connection) -> Snapshot:
        """The newest copy there is; the first caller loads it."""
        if self._held is None:
            with self._loading:
                if self._held is None:
                    self._load(connection)
        assert self._held is not None
        return self._held

    def at_least(self, connection: Connection, version: int) -> Snapshot:
        """The copy to serve after a query has read that this version is current."""
        held = self.catalogue(connection)
        if held.catalogue.version >= version:
            return held
        now_s = time.monotonic()
        since_s = self._stale_since_s = self._stale_since_s or now_s
        if self._load_s < self.quick_load_s or now_s - since_s > OLD_SERVES_S:
            with self._loading:
                held = self.catalogue(connection)
                return held if held.catalogue.version >= version else self._load(connection)
        if self._loading.acquire(blocking=False):
            Thread(target=self._load_behind, name="catalogue", daemon=True).start()
        return held

    def place(self, connection: Connection, store: str) -> Place:
        """The store with this code as a place; raises UnknownStoreError."""
        found = self._places.get(store)
        if found is None:
            self._places = store_places.places(connection)
            found = self._places.get(store)
        if found is None:
            raise UnknownStoreError(f"No store has the code {store!r}.")
        return found

    def store_no(self, connection: Connection, store: str) -> int:
        """The number of the store with this code; raises UnknownStoreError."""
        number = self.place(connection, store).store_no
        assert number is not None, "a store's place has its number"
        return number

    def forget_places(self) -> None:
        """Read the stores again when next asked for."""
        self._places = {}

    def _load_behind(self) -> None:
        # Started with `_loading` held, released here: a lock may be released by another thread.
        try:
            with self._open() as connection:
                self._load(connection)
        finally:
            self._loading.release()

    def _load(self, connection: Connection) -> Snapshot:
        began_s = time.monotonic()
        # The version first: what changes while we read is seen as a newer version afterwards.
        version = store_catalogue.version(connection)
        held = Snapshot.of(self._catalogue(connection, version), store_overrides.standing(connection))
        self._load_s = time.monotonic() - began_s
        self._held, self._stale_since_s = held, None
        return held

    def _catalogue(self, connection: Connection, version: int) -> Catalogue:
        """What is held with what has changed since; from scratch at first and when too much of it is dead."""
        held = self._held.catalogue if self._held is not None else None
        if held is None or len(held.dead) > MOST_DEAD:
            return compile_catalogue(version, store_campaigns.live(connection))
        served = store_campaigns.served(connection)
        before = {rule.number: rule.version for rule in held.living()}
        changed = [number for number, at in served.items() if before.get(number) != at]
        entries = store_campaigns.live(connection, changed) if changed else ()
        return extend(held, version, entries, gone=before.keys() - served.keys())

    def _forget_threads(self) -> None:
        self._loading = Lock()
