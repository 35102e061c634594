"""The phases of a long command, told on standard error as they pass, and how long each took."""

import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


@dataclass(slots=True)
class Phases:
    """A line for each phase; `seconds` holds those that are over."""

    seconds: dict[str, float] = field(default_factory=dict)
    _bars: Progress = field(init=False)
    _task: TaskID | None = None
    _name: str = ""
    _started_s: float = 0.0

    def __post_init__(self) -> None:
        columns = SpinnerColumn(), TextColumn("{task.description:>20}"), BarColumn(), TimeElapsedColumn()
        self._bars = Progress(*columns, console=Console(stderr=True))

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._end()
        self._bars.stop()

    def phase(self, name: str) -> None:
        """Another phase begins; the one before is over."""
        self._end()
        self._name, self._started_s = name, time.perf_counter()
        self._task = self._bars.add_task(name, total=None)

    def done(self, count: int, total: int) -> None:
        """How far the phase is."""
        if self._task is not None:
            self._bars.update(self._task, completed=count, total=total)

    def _end(self) -> None:
        if self._task is None:
            return
        took_s = time.perf_counter() - self._started_s
        self.seconds[self._name] = self.seconds.get(self._name, 0.0) + took_s
        self._bars.update(self._task, total=1, completed=1)
        self._bars.stop_task(self._task)
        self._task = None
