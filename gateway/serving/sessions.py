"""The database's processes that work for a background worker stand behind, as it does itself.

A session runs at the server's priority, whoever asks through it; and a quarter to a third of what an event
costs is spent there, beside tills that wait for sessions of their own.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import event

from gateway.database import Database, address
from gateway.postgres import cluster
from gateway.processes import behind


def put_behind(database: Database, home: Path) -> None:
    """Puts the sessions that open from now on behind, if it is the server of this home that opens them,
    beside us. Any other server's processes are not ours to touch.
    """
    server = cluster.existing(home)
    if server is None or address(server.url) != database.engine.url:
        return

    def put(connection: Any, _: object) -> None:
        session: int = connection.info.backend_pid
        running = cluster.status(server)
        if running is not None and running[0] == _parent(session):  # else its number is from elsewhere
            behind.put(session)

    event.listen(database.engine, "connect", put)


def _parent(process: int) -> int | None:
    """Who started a process; None where the system does not tell under /proc."""
    try:
        told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return int(told.rpartition(")")[2].split()[1])
