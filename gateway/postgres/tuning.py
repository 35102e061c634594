"""The server's configuration, computed from the machine: pure values in, a configuration file's text out."""

import os
from pathlib import Path
from typing import Final

SHARED_MOST_MB: Final = 16_384
"""What PostgreSQL has for itself at most; a quarter of the machine's memory where that is less."""


def memory_mb() -> int:
    """The memory this process may use: the machine's, or what its container was given."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    try:
        container = int(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii")) // 2**20
    except (OSError, ValueError):  # no such limit, or the word "max"
        return machine
    return min(machine, container)


def configuration(*, memory_mb: int, socket_folder: Path, durable: bool) -> str:
    """The text of postgresql.conf. `durable=False` is for tests only: it gives up what a power cut would
    take.
    """
    shared_mb = min(max(memory_mb // 4, 64), SHARED_MOST_MB) if durable else 64
    settings: dict[str, str | int] = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket_folder),
        "unix_socket_permissions": "0700",
        "max_connections": 100,
        # Joining a big component locks each of its records, and advisory locks share this table.
        "max_locks_per_transaction": 256,
        "shared_buffers": f"{shared_mb}MB",
        "effective_cache_size": f"{max(memory_mb // 2, 128)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{min(max(memory_mb // 16, 64), 512)}MB",
        # Solid state disks: an index read costs about what a sequential one does.
        "random_page_cost": "1.1",
        # Compiling costs more than all of our statements take together.
        "jit": "off",
        # Fewer, longer checkpoints: after one, each touched page is written to the log as a whole again.
        "max_wal_size": "4GB",
        "min_wal_size": "256MB",
        "checkpoint_timeout": "15min",
        "checkpoint_completion_target": "0.9",
        # Compressing a page for the log takes longer than all else of taking a record in (decision 0210).
        "wal_compression": "off",
        "wal_level": "minimal",
        "max_wal_senders": 0,
        "fsync": _switch(durable),
        "synchronous_commit": _switch(durable),
        "full_page_writes": _switch(durable),
        "timezone": "UTC",
        "lc_messages": "C",
        "default_text_search_config": "pg_catalog.simple",
        # Seven files, overwritten after a week. Statements, parameters and the detail line of errors ("Key
        # (value)=(...)") would carry personal data, so none of them is written.
        "logging_collector": "on",
        "log_directory": "log",
        "log_filename": "postgresql-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_size": 0,
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_parameter_max_length": 0,
        "log_parameter_max_length_on_error": 0,
        "log_checkpoints": "off",
    }
    lines = [f"{name} = {_quoted(value)}" for name, value in settings.items()]
    return "\n".join(["# Written at each start; put your own settings into local.conf.", *lines, _OWN, ""])


_OWN = "include_if_exists = 'local.conf'"


def _switch(on: bool) -> str:
    return "on" if on else "off"


def _quoted(value: str | int) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
