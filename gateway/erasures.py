"""Who was erased, carried past a restore: as a file, and into the database that a backup brings back.

The file holds ids of records that are gone, keyed hashes, times and the reasons given: nothing by which a
shopper could be told, but it is for its owner only all the same.
"""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

from gateway.access import secrets_file
from gateway.database import OTHER_TABLES, Database
from gateway.forgetting import forget
from gateway.settings import Settings
from gateway.wiring import identity_of
from identity.context import Context
from identity.rights import erasures
from identity.rights.erasures import Erasures
from identity.rights.store_erasure import ErasedRow, NoteRow, SuppressedRow

FORMAT: Final = 1


class ErasuresError(Exception):
    """What is known of erasures cannot be read; the message says why."""


def of_database(settings: Settings, database: Database) -> Erasures | None:
    """What the database of these settings knows of erasures; None when it has no tables of ours."""
    path = settings.secrets_file
    vault = identity_of(settings, secrets_file.load(path)).vault if path.exists() else None
    try:
        with database.transaction() as connection:
            return erasures.of_database(connection, vault)
    except ProgrammingError as error:
        if isinstance(error.orig, OTHER_TABLES):
            return None
        raise ErasuresError(str(error.orig)) from error
    except SQLAlchemyError as error:
        raise ErasuresError(str(error)) from error


def make_again(database: Database, ctx: Context, known: Erasures, *, now: dt.datetime) -> tuple[int, bool]:
    """Erases again, in identity and in offers, and takes the list over.

    How many erasures were made again, and whether the list means something here.
    """
    with database.transaction() as connection:
        found = erasures.missing(connection, known.records)
    for each in found:
        with database.transaction() as connection:
            gone = erasures.again(connection, ctx, each)
            forget(connection, gone, now=now)
    with database.transaction() as connection:
        return len(found), erasures.take_over(connection, ctx, known)


def write(path: Path, known: Sequence[Erasures]) -> None:
    """Puts what is known into a file, readable by its owner only; the one before stands until it is done."""
    beside = path.with_name(f"{path.name}.new")
    beside.touch(mode=0o600)
    content = {"format": FORMAT, "known": known}
    beside.write_bytes(orjson.dumps(content, default=list, option=orjson.OPT_APPEND_NEWLINE))
    beside.replace(path)


def read(path: Path) -> list[Erasures]:
    """What `write` put into a file. Raises ErasuresError."""
    try:
        document = orjson.loads(path.read_bytes())
        if document["format"] != FORMAT:
            raise ErasuresError(f"{path} was written by another version of the gateway")
        return [_known(each) for each in document["known"]]
    except OSError as error:
        raise ErasuresError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, LookupError, TypeError) as error:
        raise ErasuresError(f"{path} is no list of erasures, or damaged") from error


def _known(each: dict[str, Any]) -> Erasures:
    return Erasures(
        pepper=UUID(each["pepper"]) if each["pepper"] else None,
        records=tuple(ErasedRow(UUID(id_), _time(at)) for id_, at in each["records"]),
        suppressed=tuple(
            SuppressedRow(UUID(digest), _time(erased_at), _time(released_at) if released_at else None)
            for digest, erased_at, released_at in each["suppressed"]
        ),
        notes=tuple(
            NoteRow(UUID(profile), int(records), str(reason), _time(at))
            for profile, records, reason, at in each["notes"]
        ),
    )


def _time(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
