"""Pools of processes that end with whoever started them, however that ends.

By itself a process of a pool waits for its next task for ever when its parent is killed: it holds the other
end of the pipe, too.
"""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from gateway.processes import lifeline


def pool(processes: int, begin: Callable[..., None] | None = None, *given: Any) -> ProcessPoolExecutor:
    """So many fresh interpreters; each calls `begin(*given)` before its first task."""
    return ProcessPoolExecutor(processes, get_context("spawn"), initializer=_begin, initargs=(begin, given))


def _begin(begin: Callable[..., None] | None, given: tuple[Any, ...]) -> None:
    lifeline.hold_to_parent()
    if begin is not None:
        begin(*given)
