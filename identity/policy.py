"""The identity policy: a versioned file, read once, checked wholly, then a frozen value.

Invariant: a policy that loads is complete and consistent; nothing that uses it checks again.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml

from identity.breaker.rules import Rule
from identity.canonical import places
from identity.errors import PolicyError, UnknownSourceError
from identity.model import ADDRESS, ATTRIBUTES

DEFAULT_PATH: Final = Path(__file__).with_name("policy.yaml")
BLOCK: Final = "block"  # the type of a model's blocking keys
BOUND: Final = "bound"  # the type of the key that anonymous records of one account share
_KEY_TYPES: Final = frozenset((BLOCK, BOUND))
COUNT_MAX: Final = 32_767  # what a smallint column holds


class Criterion(StrEnum):
    """By what one of several values survives."""

    WHOLE = "whole"
    TRUST = "trust"
    RECENCY = "recency"
    FREQUENCY = "frequency"
    COMPLETENESS = "completeness"


Survivorship = Mapping[str, tuple[Criterion, ...]]
"""Criteria by attribute, in the order in which they decide; `default` for those that are not named."""


class Linking(StrEnum):
    """When a shared value of a type links two records."""

    ALONE = "alone"
    NAMES = "names"
    SECOND = "second"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class IdentifierRule:
    """How far one type of identifier is believed; policy.yaml explains each field."""

    type: str
    code: int
    priority: int
    links: Linking
    limit: int
    generic: int
    cap: int
    exclusive: bool = False
    barcode: str | None = None
    """How its barcodes look; the group `card` is the value. None where the retailer does not say."""

    @property
    def strong(self) -> bool:
        """True when the type links whatever the names say."""
        return self.links is Linking.ALONE


@dataclass(frozen=True, slots=True)
class Source:
    """A system that knows shoppers."""

    name: str
    code: int
    channel: str
    trust: int
    date_order: str
    country: str


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that the partition, the normaliser and survivorship may be told by the retailer."""

    version: str
    component_bound: int
    record_keys_max: int
    block_cap: int
    block_alone: int
    """Of a blocking key that more records show, a pair must share two."""
    bound_cap: int
    drop_lines_bits: tuple[int, ...]
    one_to_a_home: bool
    """True where no two shoppers live together: then names, births and numbers that differ are mistakes."""
    tombstone_days: int
    mention_days: int
    breaker: Rule
    survivorship: Survivorship
    identifiers: Mapping[str, IdentifierRule]
    sources: Mapping[str, Source]
    one_to_a_birth: bool = False
    """True where the files at hand show that other given names with one birth are mistakes, not twins."""
    slips_name_nobody: bool = False
    """True where the files at hand show that a given name which nobody has is another one, mistaken."""
    given_names: frozenset[str] = frozenset()
    """What the files at hand show to be given names, beside those that are listed."""
    registers: frozenset[str] = frozenset()
    """Attributes of the retailer's own of which the files at hand show that no two people share a value."""
    exclusive_types: tuple[str, ...] = field(init=False)
    strong_types: frozenset[str] = field(init=False)
    mark: str = field(init=False)
    """The version with a digest of everything here by which records are one person or not."""

    def __post_init__(self) -> None:
        exclusive = sorted(rule.type for rule in self.identifiers.values() if rule.exclusive)
        object.__setattr__(self, "exclusive_types", tuple(exclusive))
        strong = frozenset(rule.type for rule in self.identifiers.values() if rule.strong)
        object.__setattr__(self, "strong_types", strong)
        object.__setattr__(self, "mark", self._mark())

    def _mark(self) -> str:
        rules = sorted(
            (
                each.type,
                each.code,
                each.priority,
                each.links,
                each.limit,
                each.generic,
                each.cap,
                each.exclusive,
            )
            for each in self.identifiers.values()
        )
        numbers = (
            self.component_bound,
            self.record_keys_max,
            self.block_cap,
            self.block_alone,
            self.bound_cap,
        )
        flags = (self.one_to_a_birth, self.slips_name_nobody)
        learned = (*flags, sorted(self.given_names), sorted(self.registers))
        content = json.dumps([numbers, self.drop_lines_bits, self.one_to_a_home, rules, learned])
        return f"{self.version}|{hashlib.sha256(content.encode()).hexdigest()}"

    @property
    def names_mislead(self) -> bool:
        """True where clearly different given names alone do not part two records."""
        return self.one_to_a_home or self.one_to_a_birth or self.slips_name_nobody

    def source(self, name: str) -> Source:
        """The source of that name. Raises UnknownSourceError with a sentence that lists the known ones."""
        try:
            return self.sources[name]
        except KeyError:
            known = ", ".join(sorted(self.sources))
            raise UnknownSourceError(f"The source {name[:64]!r} is not known; known are {known}.") from None

    def cap(self, key_type: str) -> int:
        """How many records may share a key of this type before it says nothing."""
        if key_type in _KEY_TYPES:
            return self.block_cap if key_type == BLOCK else self.bound_cap
        return self.identifiers[key_type].cap

    def generic(self, key_type: str) -> int:
        """How many distinct name tokens may share a key of this type before it says nothing."""
        return self.cap(key_type) if key_type in _KEY_TYPES else self.identifiers[key_type].generic


def load(path: Path = DEFAULT_PATH) -> Policy:
    """The policy in a file. Raises PolicyError with a sentence that names file and field."""
    try:
        return parse(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise PolicyError(f"{path.name} cannot be read: {error}") from error
    except PolicyError as error:
        raise PolicyError(f"{path.name}: {error}") from error


def parse(raw: object) -> Policy:
    """The policy that a parsed document describes. Raises PolicyError with a sentence that names a field."""
    top = _Section("policy", raw)
    identifiers = {name: _identifier(name, entry) for name, entry in top.mapping("identifiers").items()}
    sources = {name: _source(name, entry) for name, entry in top.mapping("sources").items()}
    _distinct_codes("identifiers", [rule.code for rule in identifiers.values()])
    _distinct_codes("sources", [source.code for source in sources.values()])
    policy = Policy(
        version=top.text("version"),
        component_bound=top.count("component_bound", least=2),
        record_keys_max=top.count("record_keys_max"),
        block_cap=top.count("block_cap"),
        block_alone=top.count("block_alone"),
        bound_cap=top.count("bound_cap"),
        drop_lines_bits=top.rising("drop_lines_bits"),
        one_to_a_home=top.flag("one_to_a_home"),
        tombstone_days=top.count("tombstone_days", least=0),
        mention_days=top.count("mention_days"),
        breaker=_breaker(top.mapping("breaker")),
        survivorship=_survivorship(top.mapping("survivorship")),
        identifiers=MappingProxyType(identifiers),
        sources=MappingProxyType(sources),
    )
    top.finish()
    return policy


def _breaker(raw: object) -> Rule:
    section = _Section("breaker", raw)
    rule = Rule(
        window_records=section.count("window_records"),
        baseline_records=section.count("baseline_records"),
        multiple=section.count("multiple"),
        joins_floor_bp=section.count("joins_floor_bp", least=0),
        generics_floor_bp=section.count("generics_floor_bp", least=0),
    )
    section.finish()
    return rule


def _survivorship(raw: Mapping[str, Any]) -> Survivorship:
    rules = {name: _criteria(f"survivorship.{name}", listed) for name, listed in raw.items()}
    if "default" not in rules:
        raise PolicyError("survivorship.default is missing")
    for name in rules:
        if name in ADDRESS:
            raise PolicyError(f"survivorship.{name}: an address survives as a whole; say `address`")
        if name not in ("default", "address", *ATTRIBUTES) and not name.startswith("x_"):
            raise PolicyError(f"survivorship.{name}: there is no such attribute")
    return MappingProxyType(rules)


def _criteria(where: str, listed: object) -> tuple[Criterion, ...]:
    known = tuple(Criterion)
    if not isinstance(listed, list) or not listed or any(each not in known for each in listed):
        raise PolicyError(f"{where} must list some of " + ", ".join(known))
    if len(set(listed)) < len(listed):
        raise PolicyError(f"{where} names a criterion twice")
    return tuple(Criterion(each) for each in listed)


def _identifier(name: str, raw: object) -> IdentifierRule:
    section = _Section(f"identifiers.{name}", raw)
    rule = IdentifierRule(
        type=name,
        code=section.count("code"),
        priority=section.count("priority"),
        links=Linking(section.choice("links", tuple(Linking))),
        limit=section.count("limit"),
        generic=section.count("generic"),
        cap=section.count("cap"),
        exclusive=section.flag("exclusive"),
        barcode=section.pattern("barcode"),
    )
    section.finish()
    if name in _KEY_TYPES:
        raise PolicyError(f"identifiers.{name}: the name is taken by keys that are no identifiers")
    return rule


def _source(name: str, raw: object) -> Source:
    section = _Section(f"sources.{name}", raw)
    source = Source(
        name=name,
        code=section.count("code"),
        channel=section.choice("channel", ("online", "store")),
        trust=section.count("trust"),
        date_order=section.choice("date_order", ("dmy", "mdy", "ymd")),
        country=section.country("country"),
    )
    section.finish()
    return source


def _distinct_codes(where: str, codes: list[int]) -> None:
    if len(set(codes)) < len(codes):
        raise PolicyError(f"{where}: two entries have the same code")


class _Section:
    """One mapping of the document; what is read is ticked off, so that a misspelt field cannot hide."""

    def __init__(self, where: str, raw: object) -> None:
        if not isinstance(raw, dict) or not all(isinstance(name, str) for name in raw):
            raise PolicyError(f"{where} must be a mapping with text keys")
        self._where = where
        self._left: dict[str, Any] = dict(raw)

    def text(self, name: str) -> str:
        return str(self._take(name, lambda v: isinstance(v, str) and 0 < len(v) <= 64, "a short text"))

    def country(self, name: str) -> str:
        """A code by which national telephone numbers are read."""
        expected = "the two letters of a country, such as AT"
        return str(self._take(name, lambda v: isinstance(v, str) and places.country(v) == v, expected))

    def count(self, name: str, *, least: int = 1) -> int:
        expected = f"a whole number from {least} to {COUNT_MAX}"
        return int(self._take(name, lambda v: type(v) is int and least <= v <= COUNT_MAX, expected))

    def flag(self, name: str) -> bool:
        return name in self._left and bool(self._take(name, lambda v: isinstance(v, bool), "true or false"))

    def pattern(self, name: str) -> str | None:
        """A regular expression, or nothing."""
        if name not in self._left:
            return None
        written = str(self._take(name, lambda v: isinstance(v, str) and 0 < len(v) <= 500, "a pattern"))
        try:
            re.compile(written)
        except re.error as error:
            raise PolicyError(f"{self._where}.{name} is no regular expression: {error}") from None
        return written

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        return str(self._take(name, lambda v: v in allowed, "one of " + ", ".join(allowed)))

    def mapping(self, name: str) -> dict[str, Any]:
        return dict(
            self._take(name, lambda v: isinstance(v, dict) and bool(v), "a mapping that is not empty")
        )

    def rising(self, name: str) -> tuple[int, ...]:
        return tuple(self._take(name, _is_rising, "a rising list of whole numbers"))

    def finish(self) -> None:
        if self._left:
            raise PolicyError(f"{self._where}: unknown field {min(self._left)!r}")

    def _take(self, name: str, is_valid: Callable[[Any], bool], expected: str) -> Any:
        value = self._left.pop(name, None)
        if not is_valid(value):
            raise PolicyError(f"{self._where}.{name} must be {expected}, not {value!r}")
        return value


def _is_rising(value: Any) -> bool:
    return (
        isinstance(value, list)
        and all(type(v) is int and 0 < v <= COUNT_MAX for v in value)
        and value == sorted(set(value))
    )
