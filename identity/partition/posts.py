"""Who posts which keys, as it is stored or as it was before a change, and how far that makes records meet.

Invariant: nothing is guessed. What a key says is only told after its list was read, or, of keys that nobody
changes, how many post it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from identity.canonical import keys
from identity.canonical.keys import Force
from identity.model import Key, Record, RecordKey
from identity.partition.sight import Sight
from identity.sealing.postings import Posting

Earlier = tuple[RecordKey, Record | None, tuple[Posting, ...]]
"""What a changed record was (None: not there), and what it posted."""


class Posts:
    """Who posts which keys as stored, or, with `earlier` by record number, as it was."""

    def __init__(self, sight: Sight, earlier: Mapping[int, Earlier]) -> None:
        self._sight = sight
        self._policy = sight.ctx.policy
        self._earlier_nos = frozenset(earlier)
        self._earlier: dict[Key, dict[RecordKey, int]] = defaultdict(dict)
        self._forces: dict[Key, Force] = {}
        self._names_behind: dict[Key, Collection[int]] = {}
        for ref, _, posted in earlier.values():
            for posting in posted:
                self._earlier[posting.key][ref] = posting.token

    def over(self, sight: Sight) -> "Posts":
        """These posts over another sight. What keys say stays known where the sight has their lists."""
        fresh = Posts(sight, {})
        fresh._earlier_nos = self._earlier_nos
        fresh._earlier = self._earlier
        fresh._forces = {key: force for key, force in self._forces.items() if sight.is_listed(key)}
        fresh._names_behind = self._names_behind
        return fresh

    def of(self, key: Key) -> dict[RecordKey, int]:
        """Which of the records that were read post a key, with name tokens; nobody when they are too many."""
        ref_of, listed = self._sight.ref_of, self._stored(key)
        found = {ref_of[number]: token for number, token in listed.items() if number in ref_of}
        found |= self._earlier.get(key, {})
        return found

    def numbers(self, wanted: Iterable[Key]) -> set[int]:
        """The numbers of those who as stored post these keys, or two of the crowded ones, where they say
        something.
        """
        found: set[int] = set()
        once: set[int] = set()
        for key in wanted:
            force = self.force(key)
            if force is Force.NONE:
                continue
            listed = self._sight.list_of(key) or {}
            if force is Force.WHOLE:
                found.update(listed)
            else:
                found.update(once & listed.keys())
                once.update(listed)
        return found

    def is_live(self, key: Key) -> bool:
        """Whether a key says something. That, or its list, must have been read."""
        return self.force(key) is not Force.NONE

    def force(self, key: Key) -> Force:
        """How far a key makes those meet who share it."""
        known = self._forces.get(key)
        if known is None:
            known = self._forces[key] = self._force(key)
        return known

    def is_generic(self, key: Key) -> bool:
        """Whether a key says nothing because too many post it, not because nobody does."""
        if self.is_live(key):
            return False
        return self._sight.list_of(key) is None or bool(self._names_behind[key])

    def meet_by(self, shared: Iterable[Key]) -> bool:
        """Whether two records that share these keys meet."""
        return sum(map(self.force, shared)) >= Force.WHOLE

    def crowded(self, among: Iterable[Key]) -> set[Key]:
        """Those of which a pair must share two."""
        return {key for key in among if self.force(key) is Force.HALF}

    def _force(self, key: Key) -> Force:
        known = self._sight.force(key)
        if known is not None:
            return known
        names = self._names_behind[key] = self._names(key)
        if not names:
            return Force.NONE
        return keys.force(key.type, records=len(names), tokens=len(set(names)), policy=self._policy)

    def _names(self, key: Key) -> Collection[int]:
        """The name tokens behind a key, one for each record; none when they are too many in any case."""
        if self._sight.list_of(key) is None:
            return ()
        stored = self._stored(key).values()
        earlier = self._earlier.get(key)
        return [*stored, *earlier.values()] if earlier else stored

    def _stored(self, key: Key) -> Mapping[int, int]:
        """Who posts a key now as then, with name tokens; nobody when they are too many in any case."""
        listed = self._sight.list_of(key) or {}
        if self._earlier_nos.isdisjoint(listed):
            return listed
        return {number: token for number, token in listed.items() if number not in self._earlier_nos}
