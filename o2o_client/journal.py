"""What a till has promised, on disk before anybody is told: an append-only file of checked records.

Invariant: a record that `append` returned for survives a crash, whole. A crash while writing leaves a torn
end, which is cut off; a damaged record before the end is never skipped. The file never grows beyond its
bound.
"""

import json
import os
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Self

from o2o_client import ownership
from o2o_client.errors import ClientError, JournalDamagedError, JournalFullError

MOST_BYTES: Final = 16 * 2**20
Record = dict[str, Any]


class Journal:
    """One file, one process. Each line is a checksum and a JSON object."""

    def __init__(self, path: Path, *, most_bytes: int = MOST_BYTES) -> None:
        self.path = path
        self.most_bytes = most_bytes
        path.parent.mkdir(parents=True, exist_ok=True)
        self._owned = ownership.take(path.with_suffix(".lock"))
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        content = path.read_bytes()
        self.records, good_bytes = _read(content)
        if good_bytes < len(content):
            os.ftruncate(self._file, good_bytes)
            os.fsync(self._file)
        self.size_bytes = good_bytes
        os.lseek(self._file, good_bytes, os.SEEK_SET)
        _sync_folder(path.parent)

    def append(self, *records: Record) -> None:
        """Keep these records, all or none after a crash between them. Raises JournalFullError."""
        line = _line({"all": records}) if len(records) > 1 else _line(records[0])
        if self.size_bytes + len(line) > self.most_bytes:
            raise JournalFullError(f"{self.path} would grow beyond {self.most_bytes:,} bytes")
        try:
            _write(self._file, line)
            os.fsync(self._file)
        except OSError as error:
            # What stands there is unknown: cut it off, so that nothing half-written is ever followed.
            os.ftruncate(self._file, self.size_bytes)
            os.lseek(self._file, self.size_bytes, os.SEEK_SET)
            raise ClientError(f"{self.path} cannot be written: {error.strerror}") from error
        self.size_bytes += len(line)
        self.records.extend(records)

    def replace(self, records: Iterable[Record]) -> None:
        """Keep these records only: written beside, synced, then moved over the old ones."""
        kept = list(records)
        beside = self.path.with_suffix(".new")
        content = b"".join(map(_line, kept))
        descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        _write(descriptor, content)
        os.fsync(descriptor)
        beside.replace(self.path)
        _sync_folder(self.path.parent)
        os.close(self._file)
        self._file, self.size_bytes, self.records = descriptor, len(content), kept

    def close(self) -> None:
        """Let another process have it."""
        os.close(self._file)
        os.close(self._owned)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _line(record: Record) -> bytes:
    payload = json.dumps(record, separators=(",", ":"), sort_keys=True).encode()
    return b"%08x %s\n" % (zlib.crc32(payload), payload)


def _read(content: bytes) -> tuple[list[Record], int]:
    """The records, and how many bytes of the file are good."""
    found: list[Record] = []
    at = 0
    while at < len(content):
        end = content.find(b"\n", at)
        payload = _checked(content[at:end]) if end >= 0 else None
        if payload is None:
            if end >= 0 and content.find(b"\n", end + 1) >= 0:
                raise JournalDamagedError(f"a record at byte {at:,} of the journal is damaged")
            return found, at
        found.extend(payload.get("all", [payload]))
        at = end + 1
    return found, at


def _checked(line: bytes) -> Record | None:
    checksum, _, payload = line.partition(b" ")
    if len(checksum) != 8 or checksum != b"%08x" % zlib.crc32(payload):
        return None
    record: Record = json.loads(payload)
    return record


def _write(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # a folder cannot be opened there, and renaming is written through
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
