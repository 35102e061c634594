"""Reading a plain document section by section, collecting every problem instead of stopping at the first.

Invariant: a reader never raises for what the author wrote; it notes a problem with its path and line, says
what is allowed there, and goes on with a harmless value. Whoever asked must throw the result away when
`problems` is not empty.
"""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from offers.marketing.campaign_yaml import Path

Value = TypeVar("Value")
Word = TypeVar("Word", bound=str)

MAXIMUM_PROBLEMS = 50
_SHARE = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))?%")
_SPAN = re.compile(r"([0-9]{1,9})([smhdw])")
SPAN_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a document, as a sentence for its author; `line` is None when it was not text."""

    path: str
    line: int | None
    sentence: str

    def __str__(self) -> str:
        """The sentence with the place before it."""
        place = f"line {self.line}, " if self.line else ""
        return f"{place}{self.path}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Problems:
    """Why a document is not a campaign, in document order, at most `MAXIMUM_PROBLEMS`."""

    found: tuple[Problem, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """One readable line each."""
        return tuple(map(str, self.found))


@dataclass(slots=True)
class Notes:
    """The problems found so far, and where each path stands in the text."""

    lines: Mapping[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: Path, sentence: str) -> None:
        """Note a problem, with the line of the path or of the nearest one above it that is in the text."""
        if len(self.problems) >= MAXIMUM_PROBLEMS:
            return
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        self.problems.append(Problem(_spell(path), self.lines.get(known), sentence))


@dataclass(slots=True)
class Section:
    """One mapping of the document. Ask for its names, then `close` it: what nobody asked for is a problem."""

    notes: Notes
    path: Path
    values: Mapping[str, object]
    asked: list[str] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Whether the name is given with a value."""
        return self.values.get(name) is not None

    def refuse(self, name: str | None, sentence: str) -> None:
        """Note a problem at a name, or at the section itself."""
        self.notes.add((*self.path, name) if name else self.path, sentence)

    def take(self, name: str, read: Callable[[object], Value], default: Value) -> Value:
        """The value as `read` makes it (a ValueError's message is the problem), or the default if absent."""
        self.asked.append(name)
        given = self.values.get(name)
        if given is None:
            return default
        try:
            return read(given)
        except ValueError as error:
            self.refuse(name, str(error))
            return default

    def must(self, name: str, read: Callable[[object], Value], default: Value) -> Value:
        """As `take`, but absence is a problem."""
        if not self.has(name):
            self.refuse(None, f"{name} is missing")
        return self.take(name, read, default)

    def each(self, name: str, read: Callable[[object], Value]) -> tuple[Value, ...]:
        """The values of a list (or of one value standing for a list of one), each read alone."""
        self.asked.append(name)
        given = self.values.get(name)
        if given is None:
            return ()
        found: list[Value] = []
        many = given if isinstance(given, list) else [given]
        for place, value in enumerate(many):
            try:
                found.append(read(value))
            except ValueError as error:
                at = (*self.path, name, place) if isinstance(given, list) else (*self.path, name)
                self.notes.add(at, str(error))
        return tuple(found)

    def section(self, name: str) -> "Section":
        """The mapping under a name; an empty one where it is absent or something else."""
        self.asked.append(name)
        return self._enter((*self.path, name), self.values.get(name))

    def sections(self, name: str) -> "list[Section]":
        """The mappings in the list under a name."""
        self.asked.append(name)
        given = self.values.get(name)
        if given is None:
            return []
        if not isinstance(given, list):
            self.refuse(name, "write a list, one entry a line after a dash")
            return []
        return [self._enter((*self.path, name, place), value) for place, value in enumerate(given)]

    def close(self) -> None:
        """Note every name that was never asked for, with the nearest allowed one."""
        for name in self.values:
            if name not in self.asked:
                near = difflib.get_close_matches(str(name), self.asked, 1)
                guess = f"did you mean {near[0]}? " if near else ""
                self.refuse(
                    str(name), f"not known here; {guess}allowed: {', '.join(dict.fromkeys(self.asked))}"
                )

    def _enter(self, path: Path, value: object) -> "Section":
        if value is not None and not isinstance(value, Mapping):
            self.notes.add(path, "write names and values under it")
        return Section(self.notes, path, value if isinstance(value, Mapping) else {})


def text(value: object, *, longest: int = 500) -> str:
    """Text, without control characters. A whole number is taken as it is spelled."""
    spelled = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not spelled or len(spelled) > longest:
        raise ValueError(
            f"write text of 1 to {longest} characters, in quotes where it could be read otherwise"
        )
    if any(ord(character) < 32 and character not in "\n\t" for character in spelled):
        raise ValueError("control characters are not allowed")
    try:
        spelled.encode()
    except UnicodeEncodeError as error:
        raise ValueError("not valid Unicode") from error
    return spelled


def whole(value: object, *, least: int, most: int) -> int:
    """A whole number within bounds."""
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return value
    raise ValueError(f"write a whole number from {least} to {most}")


def yes_or_no(value: object) -> bool:
    """True or false, as YAML and JSON write them."""
    if isinstance(value, bool):
        return value
    raise ValueError("write true or false")


def one_of(allowed: Sequence[Word]) -> Callable[[object], Word]:
    """A reader for one of the allowed words."""

    def read(value: object) -> Word:
        for word in allowed:
            if word == value:
                return word
        near = difflib.get_close_matches(str(value), allowed, 1)
        guess = f"did you mean {near[0]}? " if near else ""
        raise ValueError(f"{value!r} is not allowed; {guess}allowed: {', '.join(allowed)}")

    return read


def share(value: object, *, most_bp: int = 10_000) -> int:
    """Basis points of `12.5%`, exactly."""
    match = _SHARE.fullmatch(value) if isinstance(value, str) else None
    rate_bp = int(match.group(1)) * 100 + int((match.group(2) or "").ljust(2, "0")) if match else 0
    if not 0 < rate_bp <= most_bp:
        raise ValueError(f"write a share like 15% or 12.5%, above 0% and up to {spell_share(most_bp)}")
    return rate_bp


def spell_share(rate_bp: int) -> str:
    """The text that `share` reads back."""
    points, rest = divmod(rate_bp, 100)
    return f"{points}.{rest:02d}".rstrip("0") + "%" if rest else f"{points}%"


def span(value: object) -> int:
    """Seconds of `90s`, `30m`, `2h`, `14d` or `8w`."""
    match = _SPAN.fullmatch(value) if isinstance(value, str) else None
    seconds = int(match.group(1)) * SPAN_SECONDS[match.group(2)] if match else -1
    if not 0 <= seconds <= 10 * 366 * 86_400:
        raise ValueError("write a span like 90s, 30m, 2h, 14d or 8w, up to ten years")
    return seconds


def spell_span(seconds: int) -> str:
    """The text that `span` reads back, in the largest unit that divides it."""
    for unit, length in SPAN_SECONDS.items():
        if seconds and seconds % length == 0:
            return f"{seconds // length}{unit}"
    return "0s"


def _spell(path: Path) -> str:
    spelled = ""
    for part in path:
        spelled += f"[{part}]" if isinstance(part, int) else f".{part}" if spelled else part
    return spelled or "document"
