"""Importing a day file: in bounded memory, and from where it stopped when it was broken off.

Invariant: transactions and the note of how far the file has come are one database transaction, so whatever is
killed when, every transaction of the file is taken in once. The disk is not waited for: what a crash of
the machine takes back, it takes back with its note.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import Connection

from gateway.connectors.poslog import stream
from gateway.connectors.poslog.stream import Found, Reader
from gateway.database import put_off_flush
from gateway.poslog import store
from gateway.poslog.store import Progress, Reject
from gateway.poslog.taking import Taken, Taker, named
from gateway.wiring import Services

PIECE_BYTES: Final = 256 * 1024
LONGEST_REASON: Final = 500


def take_in(services: Services, path: Path, *, source: str, again: bool = False) -> Iterator[Progress]:
    """Imports a file, telling where it stands after each step. Raises HostileXmlError."""
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
    reader = Reader()

    def note(connection: Connection, taken: Sequence[Taken]) -> None:
        put_off_flush(connection)
        for one in taken:
            if one.outcome == "refused":
                reject = Reject(one.found.line, named(one.found.element), one.reason[:LONGEST_REASON])
                store.refuse(connection, progress.import_no, reject)
        outcomes = [one.outcome for one in taken]
        store.advance(connection, progress.import_no, taken[-1].found.at, reader.opening, outcomes)

    done = progress.done
    with path.open("rb") as file:
        for count in Taker(services, source).take_in(_rest(file, reader, progress), note):
            done += count
            yield replace(progress, done=done)
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


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE_BYTES):
        yield piece


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
