"""The model document: what `model.json` says, read, checked and written.

Its `settings` are Splink's own, so that Splink can be started with them as they are. Beside them stand
what Splink keeps elsewhere: the frequencies of the values seen in training, and the lines from which a
weight joins two records or asks a person to look. A value that was seen once, or never, counts as seen
once.

Invariant: a document that loads is complete and says what the code does; nothing that uses it checks again.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import inf, isfinite, log2
from types import MappingProxyType
from typing import Any, Final

from identity.errors import ModelError
from identity.scoring import catalogue
from identity.scoring.comparison import Comparison
from identity.scoring.kin import SHARED, Kin

FORMAT: Final = 1
NAMESAKE_BITS: Final = 1.0  # so far below the joining line names alone weigh that only resemble each other
CANDIDATES: Final = {
    "blocking_rule": "l.block_keys = r.block_keys",
    "sql_dialect": "duckdb",
    "arrays_to_explode": ["block_keys"],
}
"""Two records are weighed when they share a blocking key; the keys are a column, made by `blocking`."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How frequent the values of a column were in training: shares, of `count` values in all."""

    count: int
    shares: Mapping[str, float]

    def share(self, value: str) -> float:
        """The share of a value; one that was never seen counts as seen once."""
        return self.shares.get(value) or 1 / self.count


@dataclass(frozen=True, slots=True)
class Odds:
    """How often pairs of one person (m) and of two people (u) show one level."""

    m: float
    u: float

    @property
    def bits(self) -> float:
        """What the level says for one person, in bits."""
        return log2(self.m / self.u)


@dataclass(frozen=True, slots=True)
class Document:
    """A model as data. `odds` has one entry for each level of each comparison used, `silence` the bits of
    each comparison on which it tells that a side says nothing.
    """

    version: str
    prior: float
    odds: Mapping[str, tuple[Odds, ...]]
    terms: Mapping[str, Terms]
    join_bits: float
    review_bits: float
    kin: Kin | None = None
    silence: Mapping[str, float] = field(default_factory=dict)

    @property
    def prior_bits(self) -> float:
        """What is believed of two records before anything of theirs is compared."""
        return log2(self.prior / (1 - self.prior))

    @property
    def namesake_bits(self) -> float:
        """What two records weigh at most that are called alike and agree in nothing else: somebody should
        look. Where nothing but names is compared nothing else could agree, and there is no such bound.
        """
        return inf if self.odds.keys() <= catalogue.OF_NAME else self.join_bits - NAMESAKE_BITS

    def named(self) -> "Document":
        """The same model under the version that its content gives it: equal ones have one name."""
        text = json.dumps(written(replace(self, version="fitted")), sort_keys=True)
        return replace(self, version=f"fitted-{hashlib.sha256(text.encode()).hexdigest()[:12]}")


def parse(raw: Mapping[str, Any]) -> Document:
    """The model that a parsed JSON document describes. Raises ModelError with a sentence that names a
    field.
    """
    if not isinstance(raw, Mapping):
        raise ModelError("It is no JSON object.")
    if raw.get("format") != FORMAT:
        raise ModelError(f"format must be {FORMAT}, not {raw.get('format')!r}.")
    settings = _mapping(raw, "settings")
    lines = _mapping(raw, "lines")
    terms = _mapping(raw, "term_frequencies")
    version = raw.get("version")
    if not isinstance(version, str) or not 0 < len(version) <= 64:
        raise ModelError("version must be a short text.")
    comparisons = settings.get("comparisons")
    if not isinstance(comparisons, list) or not comparisons:
        raise ModelError("settings.comparisons must be a list that is not empty.")
    return Document(
        version=version,
        prior=_share(settings.get("probability_two_random_records_match"), "settings.probability"),
        odds=MappingProxyType(dict(map(_odds, comparisons))),
        terms=MappingProxyType({column: _terms(column, entry) for column, entry in terms.items()}),
        join_bits=_number(lines.get("join_bits"), "lines.join_bits"),
        review_bits=_number(lines.get("review_bits"), "lines.review_bits"),
        kin=_kin(_mapping(raw, "kin")) if "kin" in raw else None,
        silence=_silence(_mapping(raw, "silence")) if "silence" in raw else MappingProxyType({}),
    )


def written(document: Document) -> dict[str, Any]:
    """The document as JSON values; `parse` gives it back."""
    found = {
        "format": FORMAT,
        "version": document.version,
        "lines": {"join_bits": document.join_bits, "review_bits": document.review_bits},
        "settings": settings(document),
        "term_frequencies": {
            column: {"count": terms.count, "shares": dict(sorted(terms.shares.items()))}
            for column, terms in sorted(document.terms.items())
        },
    }
    if document.kin is not None:
        shares = {name: list(each) for name, each in document.kin.shares.items()}
        found["kin"] = {"probability_two_random_records_live_together": document.kin.prior, "shares": shares}
    if document.silence:
        found["silence"] = dict(document.silence)
    return found


def settings(document: Document) -> dict[str, Any]:
    """The document's part that Splink understands, in the dialect of DuckDB."""
    return {
        "link_type": "dedupe_only",
        "probability_two_random_records_match": document.prior,
        "blocking_rules_to_generate_predictions": [dict(CANDIDATES)],
        "comparisons": [
            _comparison(catalogue.comparison(name), odds, document.terms)
            for name, odds in document.odds.items()
        ],
    }


def _comparison(comparison: Comparison, odds: tuple[Odds, ...], terms: Mapping[str, Terms]) -> dict[str, Any]:
    null = {"sql_condition": comparison.null_sql, "label_for_charts": "null", "is_null_level": True}
    levels: list[dict[str, Any]] = [null]
    for level, shown in zip(comparison.levels, odds, strict=True):
        entry: dict[str, Any] = {
            "sql_condition": level.sql,
            "label_for_charts": level.name,
            "m_probability": shown.m,
            "u_probability": shown.u,
        }
        if level.term in terms:
            entry |= {"tf_adjustment_column": level.term, "disable_tf_exact_match_detection": True}
        levels.append(entry)
    return {"output_column_name": comparison.name, "comparison_levels": levels}


def _odds(raw: object) -> tuple[str, tuple[Odds, ...]]:
    if not isinstance(raw, dict):
        raise ModelError("settings.comparisons must hold mappings.")
    name = raw.get("output_column_name")
    comparison = catalogue.comparison(name if isinstance(name, str) else "")
    entries = raw.get("comparison_levels")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ModelError(f"{name}: comparison_levels must be a list of mappings.")
    entries = [entry for entry in entries if not entry.get("is_null_level")]
    found = [(entry.get("label_for_charts"), entry.get("sql_condition")) for entry in entries]
    expected = [(level.name, level.sql) for level in comparison.levels]
    if found != expected:
        names = ", ".join(level.name for level in comparison.levels)
        raise ModelError(f"{name}: the levels and their conditions are not those of this version: {names}.")
    return comparison.name, tuple(
        Odds(
            _share(entry.get("m_probability"), f"{name}.{entry['label_for_charts']}.m_probability"),
            _share(entry.get("u_probability"), f"{name}.{entry['label_for_charts']}.u_probability"),
        )
        for entry in entries
    )


def _kin(raw: dict[str, Any]) -> Kin:
    shares = _mapping(raw, "shares")
    for name, listed in shares.items():
        levels = catalogue.comparison(name).levels
        if name not in SHARED or not isinstance(listed, list) or len(listed) != len(levels):
            raise ModelError(f"kin.shares.{name} must list a share for each of {len(levels)} levels.")
    return Kin(
        _share(raw.get("probability_two_random_records_live_together"), "kin.probability"),
        MappingProxyType(
            {
                name: tuple(_share(share, f"kin.shares.{name}") for share in listed)
                for name, listed in shares.items()
            }
        ),
    )


def _silence(raw: dict[str, Any]) -> Mapping[str, float]:
    found = {catalogue.comparison(name).name: _number(bits, f"silence.{name}") for name, bits in raw.items()}
    if any(bits > 0 for bits in found.values()):
        raise ModelError("silence must not speak for a pair.")
    return MappingProxyType(found)


def _terms(column: str, raw: object) -> Terms:
    if not isinstance(raw, dict) or type(raw.get("count")) is not int or raw["count"] < 1:
        raise ModelError(f"term_frequencies.{column}.count must be a whole number from 1.")
    shares = _mapping(raw, "shares")
    checked = {value: _share(share, f"term_frequencies.{column}") for value, share in shares.items()}
    return Terms(raw["count"], MappingProxyType(checked))


def _mapping(raw: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = raw.get(name)
    if not isinstance(found, dict):
        raise ModelError(f"{name} must be a mapping.")
    return found


def _number(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ModelError(f"{where} must be a number, not {value!r}.")
    return float(value)


def _share(value: object, where: str) -> float:
    number = _number(value, where)
    if not 0 < number <= 1:
        raise ModelError(f"{where} must lie above 0 and at most at 1, not {number}.")
    return number
