"""The rows of a feed, whatever it is written in: XML (RSS or Atom), TSV or CSV; each with its line."""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final, Literal

from gateway.connectors.poslog.stream import HostileXmlError, Reader, documents
from gateway.wire.moments import moment

Format = Literal["xml", "tsv", "csv"]
MAX_FIELD: Final = 10_000
ITEMS: Final = ("item", "entry")
OPENING_BYTES: Final = 4_096
FIRST_ITEM: Final = re.compile(rb"<(?:item|entry)[\s>]")
MADE: Final = re.compile(rb"<(?:lastBuildDate|updated)>([^<]{1,64})<")


class FeedError(ValueError):
    """The feed cannot be read at all; the text says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One product or shelf as the feed writes it."""

    line: int
    values: Mapping[str, str]


def rows(raw: bytes, form: Format) -> Iterator[Row]:
    """The rows of a feed. Raises FeedError."""
    return _elements([raw]) if form == "xml" else _lines(raw, "\t" if form == "tsv" else None)


def made_at(raw: bytes, form: Format) -> dt.datetime | None:
    """When the feed says it was made: RSS and Atom have a place for it, tables have none."""
    opening = FIRST_ITEM.split(raw[:OPENING_BYTES], maxsplit=1)[0]  # what follows is said of one product
    found = MADE.search(opening) if form == "xml" else None
    if found is None:
        return None
    written = found[1].decode("ascii", "replace").strip()
    try:
        return moment(written)
    except ValueError:
        return _of_mail(written)


def _of_mail(written: str) -> dt.datetime | None:
    """RSS writes times as mail does; one without a zone is none."""
    try:
        at = parsedate_to_datetime(written)
    except ValueError:
        return None
    return at.astimezone(dt.UTC) if at.tzinfo is not None else None


def _elements(pieces: Iterable[bytes]) -> Iterator[Row]:
    reader = Reader(names=ITEMS)
    try:
        for found in documents(pieces, reader):
            values = {child.tag.lower(): (child.text or "").strip() for child in found.element if child.text}
            yield Row(found.line, values)
    except HostileXmlError as error:
        raise FeedError(str(error)) from None


def _lines(raw: bytes, delimiter: str | None) -> Iterator[Row]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FeedError("is not UTF-8") from None
    if "\x00" in text:
        raise FeedError("holds a NUL character")
    head = text.partition("\n")[0]
    chosen = delimiter or max((",", ";", "\t", "|"), key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=chosen)
    try:
        names = [name.strip().lower().replace(" ", "_") for name in next(reader, [])]
        for values in reader:
            if any(value.strip() for value in values):
                pairs = zip(names, values, strict=False)
                yield Row(
                    reader.line_num,
                    {name: value.strip()[:MAX_FIELD] for name, value in pairs if value.strip()},
                )
    except csv.Error as error:
        raise FeedError(f"line {reader.line_num}: {error}") from None
