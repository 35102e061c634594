"""YAML text to plain values with the line each came from.

Safe by construction: only text, whole numbers, booleans, lists and mappings come out.

Invariant: what looks like a date, a time or a decimal stays text, so that `10:30` is never 630 and `4.10`
never loses its last digit. Aliases, anchors, tags, duplicate keys and a second document are refused, and size
and depth bounded: a campaign of a few bytes must not unfold into gigabytes.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import yaml

MAXIMUM_BYTES = 4_000_000
MAXIMUM_DEPTH = 12

Path = tuple[str | int, ...]
Plain = str | int | bool | None | list["Plain"] | dict[str, "Plain"]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


class YamlRefusedError(Exception):
    """The text is not YAML that a campaign may be written in; `line` says where, counted from 1."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line
        self.sentence = sentence


@dataclass(slots=True)
class _Reading:
    """One pass over the events, and the lines seen so far."""

    following: Callable[[], yaml.Event]
    lines: dict[Path, int] = field(default_factory=dict)

    def value(self, event: yaml.Event, path: Path) -> Plain:
        self._check(event, path)
        self.lines[path] = _line(event)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._mapping(path)

    def _check(self, event: yaml.Event, path: Path) -> None:
        line = _line(event)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise YamlRefusedError(line, "anchors (&) and aliases (*) are not allowed; write the value out")
        if getattr(event, "tag", None):
            raise YamlRefusedError(line, "tags (!) are not allowed")
        if len(path) > MAXIMUM_DEPTH:
            raise YamlRefusedError(line, f"nested more than {MAXIMUM_DEPTH} levels deep")

    def _sequence(self, path: Path) -> list[Plain]:
        values: list[Plain] = []
        while not isinstance(event := self.following(), yaml.SequenceEndEvent):
            values.append(self.value(event, (*path, len(values))))
        return values

    def _mapping(self, path: Path) -> dict[str, Plain]:
        values: dict[str, Plain] = {}
        while not isinstance(event := self.following(), yaml.MappingEndEvent):
            line = _line(event)
            if not isinstance(event, yaml.ScalarEvent):
                raise YamlRefusedError(line, "a name must be text")
            self._check(event, path)
            key = event.value
            if key in values:
                raise YamlRefusedError(line, f"{key!r} is given twice")
            values[key] = self.value(self.following(), (*path, key))
            self.lines[*path, key] = line
        return values


def load(text: str | bytes) -> tuple[Plain, dict[Path, int]]:
    """The plain value of one document, and the line of every path in it.

    Raises:
        YamlRefusedError: not YAML, or YAML beyond what is allowed here.
    """
    if len(text) > MAXIMUM_BYTES:
        raise YamlRefusedError(1, f"larger than {MAXIMUM_BYTES} bytes")
    try:
        return _read(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlRefusedError(mark.line + 1 if mark else 1, f"not YAML: {error.problem}") from error
    except (yaml.YAMLError, UnicodeError) as error:
        raise YamlRefusedError(1, f"not YAML: {error}") from error


def _read(text: str | bytes) -> tuple[Plain, dict[Path, int]]:
    loader = _LOADER(text)
    following: Callable[[], yaml.Event] = loader.get_event
    try:
        following()  # the stream begins
        if isinstance(following(), yaml.StreamEndEvent):
            raise YamlRefusedError(1, "empty")
        reading = _Reading(following)
        value = reading.value(following(), ())
        following()  # the document ends
        event = following()
        if not isinstance(event, yaml.StreamEndEvent):
            raise YamlRefusedError(_line(event), "a second document; write one campaign a file")
        return value, reading.lines
    finally:
        loader.dispose()


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _scalar(event: yaml.ScalarEvent) -> str | int | bool | None:
    text: str = event.value
    plain = event.implicit[0]
    if not plain:  # quoted or a block: text as it stands
        return text
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _WHOLE.fullmatch(text) else text
