"""Importing a day file: in bounded memory, and from where it stopped when it was broken off.

Invariant: a transaction and the note of how far the file has come are one database transaction, so whatever
is killed when, every transaction of the file is taken in once. The disk is not waited for: what a crash of
the machine takes back, it takes back with its note.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from gateway.connectors.poslog import stream
from gateway.connectors.poslog.stream import Found, Reader
from gateway.database import put_off_flush
from gateway.poslog import store
from gateway.poslog.store import Progress, Reject
from gateway.poslog.taking import RefusedError, Taker, named
from gateway.wiring import Services

PIECE_BYTES: Final = 256 * 1024
LONGEST_REASON: Final = 500


def take_in(services: Services, path: Path, *, source: str, again: bool = False) -> Iterator[Progress]:
    """Imports a file, telling how far it has come after every transaction. Raises HostileXmlError."""
    now = services.clock()
    digest = _digest(path)
    with services.database.transaction() as connection:
        progress = store.begin(connection, digest, source=source, name=path.name, now=now)
        if progress.is_finished and again:
            store.start_again(connection, progress.import_no)
            progress = store.begin(connection, digest, source=source, name=path.name, now=now)
    yield progress
    if progress.is_finished:
        return
    taker, reader = Taker(services, source), Reader()
    with path.open("rb") as file:
        for found in _rest(file, reader, progress):
            _take(services, taker, progress.import_no, reader.opening, found)
            yield progress
    with services.database.transaction() as connection:
        store.finish(connection, progress.import_no, now=services.clock())
        yield store.begin(connection, digest, source=source, name=path.name, now=now)


def _rest(file: BinaryIO, reader: Reader, progress: Progress) -> Iterator[Found]:
    """The transactions after the one that was taken in last."""
    if progress.opening is None:
        yield from stream.documents(_pieces(file), reader)
        return
    reader.resume(progress.opening, progress.at)
    file.seek(progress.at.offset)
    found = stream.documents(_pieces(file), reader)
    next(found, None)
    yield from found


def _take(services: Services, taker: Taker, import_no: int, opening: bytes, found: Found) -> None:
    with services.database.transaction() as connection:
        put_off_flush(connection)
        try:
            outcome = taker.take(connection, found.element)
        except RefusedError as error:
            reason = str(error)[:LONGEST_REASON]
            store.refuse(connection, import_no, Reject(found.line, named(found.element), reason))
            outcome = "refused"
        store.advance(connection, import_no, found.at, opening, outcome)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE_BYTES):
        yield piece


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
