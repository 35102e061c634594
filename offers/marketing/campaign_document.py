"""A document as it comes in, YAML text or plain mapping, opened for a reader of its sections."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from offers.marketing.campaign_reader import Notes, Problem, Problems, Section
from offers.marketing.campaign_yaml import YamlRefusedError, load

Found = TypeVar("Found")


def read(
    document: str | bytes | Mapping[str, object], reader: Callable[[Section], Found], *, first: str
) -> Found | Problems:
    """What the reader makes of a document, or everything that is wrong with it.

    `first` is the name that every such document begins with.
    """
    if isinstance(document, Mapping):
        return _read(document, Notes(), reader)
    try:
        plain, lines = load(document)
    except YamlRefusedError as error:
        return Problems((Problem("document", error.line, error.sentence),))
    if not isinstance(plain, dict):
        told = f"write names and values, starting with {first}: its-id"
        return Problems((Problem("document", 1, told),))
    return _read(plain, Notes(lines), reader)


def _read(values: Mapping[str, object], notes: Notes, reader: Callable[[Section], Found]) -> Found | Problems:
    found = reader(Section(notes, (), values))
    return Problems(tuple(notes.problems)) if notes.problems else found
