"""CPU time of process trees: throughput is read beside what it cost the server and the database."""

from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class CpuSeconds:
    """User and system seconds used so far."""

    server: float
    database: float

    def since(self, earlier: "CpuSeconds") -> "CpuSeconds":
        """What was used between two readings."""
        return CpuSeconds(self.server - earlier.server, self.database - earlier.database)


def cpu_seconds(*, server_pid: int, database_pid: int | None) -> CpuSeconds:
    """Seconds used by both trees; the database counts 0 where its process cannot be seen (a server of one's
    own elsewhere).
    """
    return CpuSeconds(_tree(server_pid), _tree(database_pid) if database_pid is not None else 0.0)


def parent(pid: int) -> int:
    """The process that started this one."""
    found: int = psutil.Process(pid).ppid()
    return found


def _tree(pid: int) -> float:
    """Seconds of the living tree; children that have ended are counted by their parent."""
    total = 0.0
    for process in _members(pid):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def _members(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return []
    return [root, *root.children(recursive=True)]
