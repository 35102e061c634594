"""What several threads ask the database at the same time, asked as one.

A process that comes back from the database finds the processor's caches full of what others did meanwhile,
and the database sets up a plan for each call. Both cost a till more than its question does. So while one
thread waits for the database, others make their questions ready, and whoever goes next takes along all that
wait.

Invariant: everybody gets the answer to their own question, or the error that all got who asked together.
Nobody waits for longer than `PATIENCE_S` to be taken along, but asks alone then.
"""

from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import Any, Final

from sqlalchemy import Connection

from gateway.quick.connections import Quick

PATIENCE_S: Final = 0.02

AskAll = Callable[[Connection, Sequence[Any]], Sequence[Any]]
"""Answers to questions of one kind, in their order."""


class _Place:
    """One thread's place among those that wait; `turn` is released when it is told, or is to go next."""

    __slots__ = ("error", "is_asked", "kind", "leads", "question", "told", "turn")

    def __init__(self, kind: Hashable, question: Any) -> None:
        self.kind, self.question = kind, question
        self.is_asked = self.leads = False
        self.told: Any = None
        self.error: Exception | None = None
        self.turn = Lock()
        self.turn.acquire()


class Gathering:
    """One per process. What is asked together goes over a connection of its own, which stays the same."""

    def __init__(self, connections: Quick, patience_s: float = PATIENCE_S) -> None:
        self.connections = connections
        self._patience_s = patience_s
        self._lock = Lock()
        self.waiting: list[_Place] = []
        self._is_asking = False

    def ask(self, connection: Connection, kind: Hashable, question: Any, ask_all: AskAll) -> Any:
        """The answer; questions of the same `kind` may be asked together, by the `ask_all` of any of them.
        `connection` is for asking alone.
        """
        place = _Place(kind, question)
        with self._lock:
            place.leads = not self._is_asking
            self._is_asking = True
            if not place.leads:
                self.waiting.append(place)
        if not place.leads:
            self._wait(place)
        if place.leads:
            self._lead(place, ask_all)
        if place.error is not None:
            raise place.error
        return place.told if place.is_asked else ask_all(connection, [question])[0]

    def _wait(self, place: _Place) -> None:
        if place.turn.acquire(timeout=self._patience_s):
            return
        with self._lock:
            if place in self.waiting:
                self.waiting.remove(place)
                return
        place.turn.acquire()  # it is being asked, and that ends soon

    def _lead(self, place: _Place, ask_all: AskAll) -> None:
        with self._lock:
            joint = [place, *[one for one in self.waiting if one.kind == place.kind]]
            self.waiting = [one for one in self.waiting if one.kind != place.kind]
        try:
            with self.connections.connect() as connection:
                answers = ask_all(connection, [one.question for one in joint])
            for one, answer in zip(joint, answers, strict=True):
                one.told, one.is_asked = answer, True
        except Exception as error:  # noqa: BLE001  (each asker raises it again)
            for one in joint:
                one.error = error
        finally:
            self._hand_on()
            for one in joint[1:]:
                one.turn.release()

    def _hand_on(self) -> None:
        with self._lock:
            self._is_asking = bool(self.waiting)
            if self.waiting:
                following = self.waiting.pop(0)
                following.leads = True
                following.turn.release()
