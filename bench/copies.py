"""Rows in PostgreSQL's text format for COPY, and the order of tables and columns of a bulk load."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import StringIO
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection

from bench.blocks import Block
from identity.sealing.postings import BLOCK_CODE
from offers.interests.interest import KINDS
from offers.interests.want_list import choose
from offers.model import Want

Line = Sequence[Any]

COLUMNS = {
    "identity.record": (
        "record_no, id, source, key, generation, channel, stub, judged, keys, content, sealed, model_no,"
        " household, observed_at, created_at, changed_at"
    ),
    "identity.identifier": "digest, record_no, type, assurance, token, valid_from, valid_to",
    "identity.block_key": "digest, record_no, token",
    "identity.consent": "record_no, purpose, granted, at, proof, sealed, received_at",
    "identity.member": "record_no, piece_no, person_no, profile_no, level, links",
    "identity.membership": "record_no, since, person_no, profile_no",
    "identity.profile": "profile_no, id, person_no, members, limit_members, channel, personal, staff, tier",
    "identity.review": "kind, left_no, right_no, reason, detail, state, opened_at",
    "offers.interest": (
        "record_no, product_no, viewed_at_s, searched_at_s, carted_at_s, removed_at_s, bought_at_s,"
        " returned_at_s, views, searches, carts, purchases, returns"
    ),
    "offers.wants": "record_no, products, facts, cut, closed_at_s",
}
"""Tables in the order in which they are written, with the columns that are not left to the database."""

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy(connection: Connection, table: str, lines: Iterable[Line]) -> None:
    """Writes lines to a table, in the order of COLUMNS."""
    text = StringIO()
    for line in lines:
        text.write("\t".join(map(_field, line)))
        text.write("\n")
    text.seek(0)
    cursor: Any = connection.connection.cursor()
    try:
        cursor.copy_expert(f"copy {table} ({COLUMNS[table]}) from stdin", text)
    finally:
        cursor.close()


def identity_lines(block: Block, now: datetime) -> Iterator[tuple[str, list[Line]]]:
    """The lines of a block for each of identity's tables."""
    numbers = [block.numbers[version.ref] for version in block.versions]
    yield "identity.record", list(_records(block, numbers, now))
    yield (
        "identity.identifier",
        [
            (
                posting.digest,
                number,
                posting.code,
                int(posting.assurance),
                posting.token,
                posting.valid_from,
                posting.valid_to,
            )
            for number, posted in zip(numbers, block.postings, strict=True)
            for posting in posted
            if posting.code != BLOCK_CODE
        ],
    )
    yield (
        "identity.block_key",
        [
            (posting.digest, number, posting.token)
            for number, posted in zip(numbers, block.postings, strict=True)
            for posting in posted
            if posting.code == BLOCK_CODE
        ],
    )
    yield (
        "identity.consent",
        [
            (number, said.purpose, said.granted, said.at, said.proof, said.sealed, now)
            for number, version in zip(numbers, block.versions, strict=True)
            for said in version.statements
        ],
    )
    yield (
        "identity.member",
        [(number, *spot, block.links.get(number)) for number, spot in block.spots.items()],
    )
    yield (
        "identity.membership",
        [(number, now, spot.person_no, spot.profile_no) for number, spot in block.spots.items()],
    )
    yield "identity.profile", [tuple(head.values()) for head in block.heads.values()]
    yield (
        "identity.review",
        [
            (item["kind"], item["left_no"], item["right_no"], item["reason"], item["detail"], "open", now)
            for item in block.reviews
        ],
    )


def interest_lines(
    interests: dict[tuple[int, int], tuple[list[int], list[int]]],
) -> Iterator[tuple[str, list[Line]]]:
    """The lines of what records are interested in, as `offers.interest.apply` keeps it."""
    by_record: dict[int, list[Want]] = {}
    lines: list[Line] = []
    removed = KINDS.index("removed")  # has a time but no count
    for (record_no, product_no), (instants, counts) in interests.items():
        by_record.setdefault(record_no, []).append(Want(product_no, *instants))
        counted = counts[:removed] + counts[removed + 1 :]
        lines.append((record_no, product_no, *instants, *counted))
    yield "offers.interest", lines
    lists = ((number, choose(wants)) for number, wants in by_record.items())
    yield (
        "offers.wants",
        [(number, list(chosen.products), *chosen[1:]) for number, chosen in lists],
    )


def _records(block: Block, numbers: Sequence[int], now: datetime) -> Iterator[Line]:
    parts = zip(
        block.versions, numbers, block.ids, block.sealed, block.postings, block.households, strict=True
    )
    for version, number, record_id, sealed, posted, household in parts:
        yield (
            number,
            record_id,
            *version.ref,
            version.channel,
            False,
            False,
            [posting.digest for posting in posted],
            version.fingerprint,
            sealed,
            block.model_no,
            household,
            version.observed_at,
            now,
            now,
        )


def _field(value: Any) -> str:
    if value is None:
        return "\\N"
    if value is True or value is False:
        return "t" if value else "f"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, int | UUID):
        return str(value)
    if isinstance(value, bytes):
        return f"\\\\x{value.hex()}"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return orjson.dumps(value).decode().translate(_ESCAPES)
    return "{" + ",".join(map(str, value)) + "}"
