"""Names, streets and cities by country, as tables from which one draw takes an entry as often as life does.

Invariant: a table holds each entry as many times as its share of the table says, so that drawing is one
index.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("data")
TABLE_SIZE = 4096
ZIPF_OFFSET = 3.0
"""Mandelbrot's offset: without it the first name of a list would be far more common than any real one."""

Table = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class City:
    """A place with the pattern of its postcodes: # is a digit, @ a letter, all else stands for itself."""

    name: str
    region: str
    postcode: str


@dataclass(frozen=True, slots=True)
class Country:
    """What life in one country looks like on paper."""

    code: str
    calling_code: str
    trunk: str
    phone_prefixes: tuple[str, ...]
    phone_first: str
    phone_digits: int
    phone_groups: tuple[int, ...]
    unit: str
    unit_share: float
    house_number_most: int
    female: Table
    male: Table
    nicknames: dict[str, tuple[str, ...]]
    surnames: Table
    surname_roots: tuple[str, ...]
    surname_endings: tuple[str, ...]
    surname_tail: float
    feminine: tuple[tuple[str, str], ...]
    double_surnames: bool
    streets: Table
    street_kinds: Table
    abbreviations: tuple[tuple[str, str], ...]
    cities: tuple[City, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """Names of one script in Latin letters; the native mappings give back how their owners write them."""

    name: str
    female: Table
    male: Table
    surnames: Table
    native_given: dict[str, str]
    native_surnames: dict[str, str]


def weighted(entries: Sequence[str]) -> Table:
    """A table of TABLE_SIZE places; the entry of rank r has a share of about 1 / (r + ZIPF_OFFSET)."""
    weights = [1.0 / (rank + ZIPF_OFFSET) for rank in range(len(entries))]
    total = sum(weights)
    table: list[str] = []
    passed = 0.0
    for entry, weight in zip(entries, weights, strict=True):
        passed += weight
        table.extend([entry] * (round(TABLE_SIZE * passed / total) - len(table)))
    return tuple(table)


@cache
def country(code: str) -> Country:
    """The lists of a country by its ISO code. Raises FileNotFoundError for one that has none."""
    raw = tomllib.loads((DATA / f"{code.lower()}.toml").read_text(encoding="utf-8"))
    return Country(
        code=raw["code"],
        calling_code=raw["calling_code"],
        trunk=raw["trunk"],
        phone_prefixes=tuple(raw["phone_prefixes"].split()),
        phone_first=raw["phone_first"],
        phone_digits=raw["phone_digits"],
        phone_groups=tuple(raw["phone_groups"]),
        unit=raw["units"],
        unit_share=raw["unit_share"],
        house_number_most=raw["house_number_most"],
        female=weighted(words(raw["female"])),
        male=weighted(words(raw["male"])),
        nicknames={name: tuple(short.split()) for name, short in pairs(raw["nicknames"])},
        surnames=weighted(words(raw["surnames"])),
        surname_roots=words(raw["surname_roots"]),
        surname_endings=words(raw["surname_endings"]),
        surname_tail=raw["surname_tail"],
        feminine=pairs(raw.get("feminine_surnames", "")),
        double_surnames=raw.get("double_surnames", False),
        streets=weighted(words(raw["streets"])),
        street_kinds=weighted(words(raw["street_kinds"])),
        abbreviations=pairs(raw["abbreviations"]),
        cities=tuple(City(*line.split("|")) for line in raw["cities"].split("\n") if line),
    )


@cache
def scripts() -> tuple[Script, ...]:
    """The names written in other scripts."""
    raw = tomllib.loads((DATA / "scripts.toml").read_text(encoding="utf-8"))
    return tuple(_script(entry) for entry in raw["script"])


def _script(entry: dict[str, Any]) -> Script:
    female, male, surnames = (pairs(entry[part]) for part in ("female", "male", "surnames"))
    return Script(
        name=entry["name"],
        female=weighted([latin for latin, _ in female]),
        male=weighted([latin for latin, _ in male]),
        surnames=weighted([latin for latin, _ in surnames]),
        native_given=dict((*female, *male)),
        native_surnames=dict(surnames),
    )


def words(text: str) -> tuple[str, ...]:
    """The parts of `a, b c, d`."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def pairs(text: str) -> tuple[tuple[str, str], ...]:
    """The left and right sides of `a=b, c=d`."""
    return tuple((left, right) for left, _, right in (word.partition("=") for word in words(text)))
