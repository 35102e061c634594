"""What an installation knows of erasures, as a value that outlives its database.

Invariant: an erasure stays one. What was made after a backup is made again in what the backup brings back,
as of its own time: a record by its id, a feed that still knows her by the keyed hashes, which mean something
only under the pepper they were made with.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy.engine import Connection

from identity.context import Context
from identity.rights import erasure, store_erasure
from identity.rights.erasure import Gone
from identity.rights.store_erasure import ErasedRow, NoteRow, SuppressedRow
from identity.sealing.vault import Vault


@dataclass(frozen=True, slots=True)
class Erasures:
    """All that is known of erasures. `pepper` tells under which pepper the hashes were made."""

    pepper: UUID | None
    records: tuple[ErasedRow, ...]
    suppressed: tuple[SuppressedRow, ...]
    notes: tuple[NoteRow, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """Records that were erased at one moment and are there: what is to be erased again."""

    numbers: tuple[int, ...]
    at: datetime


def of_database(connection: Connection, vault: Vault | None) -> Erasures:
    """What this database knows of erasures; its list is of no use without the vault it was written with."""
    return Erasures(
        pepper=_pepper(vault) if vault else None,
        records=tuple(store_erasure.erased(connection)),
        suppressed=tuple(store_erasure.suppressed(connection)),
        notes=tuple(store_erasure.notes(connection)),
    )


def missing(connection: Connection, known: Iterable[ErasedRow]) -> list[Missing]:
    """What was erased elsewhere and is there, in the order in which it was erased."""
    at = {each.id: each.at for each in known}
    left = store_erasure.left_among(connection, at)
    ordered = sorted((at[id_], number) for id_, number in left.items())
    return [
        Missing(tuple(number for _, number in group), moment)
        for moment, group in groupby(ordered, key=lambda each: each[0])
    ]


def again(connection: Connection, ctx: Context, what: Missing) -> Gone:
    """Erases again what is missing, as of the time when it was erased."""
    return erasure.erase_records(connection, ctx, what.numbers, now=what.at)


def take_over(connection: Connection, ctx: Context, known: Erasures) -> bool:
    """Adds what is known elsewhere to the list and to what was written down; to be done after `again`.

    False when there is a list and its hashes were made under another pepper: it is not taken over.
    """
    store_erasure.note_as(connection, known.notes)
    is_ours = known.pepper == _pepper(ctx.vault)
    if is_ours:
        store_erasure.suppress_as(connection, known.suppressed)
    return is_ours or not known.suppressed


def _pepper(vault: Vault) -> UUID:
    return vault.fingerprint("suppression list")
