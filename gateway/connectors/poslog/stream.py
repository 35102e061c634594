"""Transactions out of a POSLog of any size, one at a time, with the line each begins on.

Invariant: what is held in memory is one transaction, and that is bounded. Whatever XML can do beyond
elements, attributes and text is refused before it does it: document types, entities, depth, size.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

MAX_DEPTH: Final = 40
MAX_TRANSACTION_BYTES: Final = 4_000_000
MAX_OPENING_BYTES: Final = 1_000_000
TRANSACTION: Final = "Transaction"


class HostileXmlError(ValueError):
    """The document is not one that is read: the text says why, and on which line."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a document something is: bytes and lines before it."""

    offset: int = 0
    line: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """A transaction, its names without namespaces, and where it begins."""

    element: Element
    at: Place

    @property
    def line(self) -> int:
        """The line it begins on, from 1."""
        return self.at.line + 1


class Reader:
    """Takes a document piece by piece and gives the transactions that are complete."""

    def __init__(self, names: Container[str] = (TRANSACTION,)) -> None:
        self._names = names
        self._parser = expat.ParserCreate(namespace_separator="}")
        self._parser.buffer_text = True
        self._parser.ordered_attributes = False
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.EntityDeclHandler = self._refuse_doctype
        self._parser.ExternalEntityRefHandler = self._refuse_doctype
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self._depth = 0
        self._begun: tuple[int, Place] | None = None
        self._builder: TreeBuilder | None = None
        self._found: list[Found] = []
        self._shift = Place()
        self.opening = b""
        """All that stands before the first transaction: with it a reader can go on at any other."""
        self._first_offset: int | None = None
        self._head = b""

    def resume(self, opening: bytes, at: Place) -> None:
        """Goes on where a transaction begins, in a document that opens like this."""
        self._parser.Parse(opening, False)
        self.opening = opening
        self._first_offset = len(opening)
        lines = opening.count(b"\n")
        self._shift = Place(at.offset - len(opening), at.line - lines)

    def feed(self, piece: bytes, *, is_last: bool = False) -> Iterator[Found]:
        """The transactions that end in this piece. Raises HostileXmlError."""
        if self._first_offset is None:
            self._head += piece
        try:
            self._parser.Parse(piece, is_last)
        except expat.ExpatError as error:
            line = error.lineno + self._shift.line
            raise HostileXmlError(f"line {line}: {expat.ErrorString(error.code)}") from None
        if self._first_offset is None and len(self._head) > MAX_OPENING_BYTES:
            raise HostileXmlError(f"no transaction in the first {MAX_OPENING_BYTES:,} bytes")
        if self._first_offset is not None and self._head:
            self.opening, self._head = self._head[: self._first_offset], b""
        self._check_size()
        found, self._found = self._found, []
        return iter(found)

    def _place(self) -> Place:
        return Place(
            self._parser.CurrentByteIndex + self._shift.offset,
            self._parser.CurrentLineNumber - 1 + self._shift.line,
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise HostileXmlError(f"line {self._place().line + 1}: nested deeper than {MAX_DEPTH}")
        plain = local(name)
        if self._builder is None and plain in self._names:
            if self._first_offset is None:
                self._first_offset = self._parser.CurrentByteIndex
            self._builder = TreeBuilder()
            self._begun = self._depth, self._place()
        if self._builder is not None:
            self._builder.start(plain, {local(key): value for key, value in attributes.items()})

    def _end(self, name: str) -> None:
        depth = self._depth
        self._depth -= 1
        if self._builder is None or self._begun is None:
            return
        self._builder.end(local(name))
        if depth == self._begun[0]:
            self._found.append(Found(self._builder.close(), self._begun[1]))
            self._builder, self._begun = None, None

    def _text(self, text: str) -> None:
        if self._builder is not None:
            self._builder.data(text)

    def _check_size(self) -> None:
        if self._begun is not None:
            size = self._parser.CurrentByteIndex + self._shift.offset - self._begun[1].offset
            if size > MAX_TRANSACTION_BYTES:
                line = self._begun[1].line + 1
                raise HostileXmlError(
                    f"line {line}: a transaction of more than {MAX_TRANSACTION_BYTES:,} bytes"
                )

    def _refuse_doctype(self, *_: Any) -> int:
        raise HostileXmlError(f"line {self._place().line + 1}: a document type or an entity")


@lru_cache(maxsize=4_096)
def local(name: str) -> str:
    """A name without its namespace: vendors use several, and mean the same."""
    return name.rpartition("}")[2]


def documents(pieces: Iterable[bytes], reader: Reader | None = None) -> Iterator[Found]:
    """The transactions of a document that comes in pieces. Raises HostileXmlError."""
    reading = reader or Reader()
    for piece in pieces:
        yield from reading.feed(piece)
    yield from reading.feed(b"", is_last=True)
