"""Work on many values spread over the processors of this machine.

Processes are started afresh rather than forked, because DuckDB's threads do not survive a fork; few values
are not worth a process and are worked on at once. What all work needs (the equipment) goes to a process once.
Tables travel as they lie in memory: to take them apart into values and put them together again would cost as
much as most of what is done with the values.
"""

import copyreg
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain
from multiprocessing import get_context, parent_process
from threading import Thread
from types import MappingProxyType, TracebackType
from typing import Any, Final, Self, TypeVar

import pyarrow as pa

from identity.bulk.progress import Progress
from identity.bulk.reading import Reading
from identity.scoring.model import ScoredModel
from identity.scoring.weigh import Model

CHUNK: Final = 8_192
FEW: Final = 20_000
PARENT_IS_GONE: Final = 70

T = TypeVar("T")
R = TypeVar("R")
Sized = TypeVar("Sized", list[Any], pa.Table)


@dataclass(frozen=True, slots=True)
class Equipment:
    """What reading values and joining records takes beside them."""

    reading: Reading
    model: Model


Task = Callable[[Sequence[T], Equipment], list[R]]
TableTask = Callable[[pa.Table, Equipment], pa.Table]
"""Makes one table of another, whatever part of its rows that holds."""


def _frozen(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)


# A policy and a model travel to the processes whole, which frozen mappings and caches do not by themselves.
copyreg.pickle(MappingProxyType, lambda mapping: (_frozen, (dict(mapping),)))
copyreg.pickle(ScoredModel, lambda model: (ScoredModel, (model.document,)))


class Workforce:
    """So many processes, started when there is enough to do."""

    def __init__(self, processes: int, equipment: Equipment, progress: Progress) -> None:
        self.equipment = equipment
        self._processes = processes
        self._progress = progress
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def spread(self, task: Task[T, R], items: Sequence[T], *, chunk: int = CHUNK, few: int = FEW) -> list[R]:
        """What the task makes of the items, chunk by chunk, in order."""
        if self._processes < 2 or len(items) < few:
            return task(items, self.equipment)
        chunks = [items[start : start + chunk] for start in range(0, len(items), chunk)]
        return list(chain.from_iterable(self._counted(self._started().map(_Work(task), chunks), len(items))))

    def spread_table(
        self, task: TableTask, table: pa.Table, *, chunk: int = CHUNK, few: int = FEW
    ) -> pa.Table:
        """What the task makes of the rows, chunk by chunk, in order."""
        if self._processes < 2 or len(table) < few:
            return task(table, self.equipment)
        chunks = [_packed(table.slice(start, chunk)) for start in range(0, len(table), chunk)]
        results = map(_unpacked, self._started().map(_TableWork(task), chunks))
        return pa.concat_tables(self._counted(results, len(table)))

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._processes, get_context("spawn"), initializer=_equip, initargs=(self.equipment,)
            )
        return self._pool

    def _counted(self, results: Iterator[Sized], total: int) -> Iterator[Sized]:
        count = 0
        for result in results:
            count += len(result)
            self._progress.done(min(count, total), total)
            yield result


_equipped: list[Equipment] = []
"""In a process of the workforce: the equipment it was started with."""


def _equip(equipment: Equipment) -> None:
    Thread(target=_end_with_parent, daemon=True).start()
    _equipped[:] = [equipment]


def _end_with_parent() -> None:
    """Ends this process when its parent dies, even killed; by itself it would wait for work for ever."""
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(PARENT_IS_GONE)


@dataclass(frozen=True, slots=True)
class _Work:
    """A task as a process of the workforce does it."""

    task: Callable[[Sequence[Any], Equipment], list[Any]]

    def __call__(self, items: Sequence[Any]) -> list[Any]:
        return self.task(items, _equipped[0])


@dataclass(frozen=True, slots=True)
class _TableWork:
    """A task on tables as a process of the workforce does it."""

    task: TableTask

    def __call__(self, packed: bytes) -> bytes:
        return _packed(self.task(_unpacked(packed), _equipped[0]))


def _packed(table: pa.Table) -> bytes:
    """The table's own rows; pickled, a slice would take all others with it."""
    with pa.BufferOutputStream() as stream:
        with pa.ipc.new_stream(stream, table.schema) as writer:
            writer.write_table(table)
        return bytes(stream.getvalue().to_pybytes())


def _unpacked(packed: bytes) -> pa.Table:
    return pa.ipc.open_stream(packed).read_all()
