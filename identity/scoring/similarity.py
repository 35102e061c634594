"""How alike two texts are, in Python and, to the letter, in DuckDB's SQL.

Both sides run the same algorithms: Jaro-Winkler of rapidfuzz, and Damerau's distance without restriction. The
texts are lower-case ASCII, because databases compare bytes where Python compares characters.
"""

import re
from typing import Final

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

TYPO_LENGTH_MIN: Final = 4  # shorter words have too many neighbours one letter away
_RESEMBLANCE: Final = re.compile(
    r"jaro_winkler_similarity\(least\(\w+, \w+\), greatest\(\w+, \w+\)\) >= [0-9.]+"
    r"|damerau_levenshtein\(\w+, \w+\) <= 2\b"
)
_ONE_EDIT: Final = re.compile(r"damerau_levenshtein\((\w+)_l, \1_r\) <= 1\b")
_NEAR_ONE_EDIT: Final = (
    r"(CASE WHEN \1_l = \1_r THEN true WHEN strlen(\1_l) = strlen(\1_r) THEN hamming(\1_l, \1_r) <= 2"
    r" WHEN abs(strlen(\1_l) - strlen(\1_r)) = 1 THEN levenshtein(\1_l, \1_r) <= 1 ELSE false END)"
)
"""Between equal lengths a letter is replaced, or two are swapped; else one is added, so Levenshtein tells."""
_OTHER_FORM: Final = re.compile(r"list_contains\(\w+_kin_[lr], \w+_[lr]\)")
_SHARED_WORD: Final = re.compile(r"list_has_any\((\w+)_words_l, \1_words_r\)")
_MAY_SHARE_WORD: Final = r"(\1_name_l = \1_name_r or contains(\1_name_l, ' ') or contains(\1_name_r, ' '))"
"""Two names of one word each that share a word are the same name."""


def jaro_winkler(left: str, right: str) -> float:
    """The similarity in a fixed direction; no cut-off is given to rapidfuzz, which rounds differently near
    it.
    """
    return JaroWinkler.similarity(left, right) if left <= right else JaroWinkler.similarity(right, left)


def jaro_winkler_sql(column: str, least: float) -> str:
    """`jaro_winkler(left, right) >= least`."""
    left, right = f"{column}_l", f"{column}_r"
    return f"jaro_winkler_similarity(least({left}, {right}), greatest({left}, {right})) >= {least}"


def edits(left: str, right: str) -> int:
    """How many letters were added, dropped, replaced or swapped with their neighbours."""
    return DamerauLevenshtein.distance(left, right)


def edits_sql(column: str, most: int) -> str:
    """`edits(left, right) <= most`."""
    return f"damerau_levenshtein({column}_l, {column}_r) <= {most}"


def is_typo(left: str, right: str, least: float) -> bool:
    """True when one long word is the other mistyped: at least so similar, or one edit apart."""
    if min(len(left), len(right)) < TYPO_LENGTH_MIN:
        return False
    return jaro_winkler(left, right) >= least or edits(left, right) <= 1


def is_typo_sql(column: str, least: float) -> str:
    """`is_typo(left, right, least)`."""
    long = f"least(length({column}_l), length({column}_r)) >= {TYPO_LENGTH_MIN}"
    return f"({long} and ({jaro_winkler_sql(column, least)} or {edits_sql(column, 1)}))"


def loosened(condition: str) -> str:
    """The same condition at a part of its cost: it holds wherever the condition holds, and elsewhere too.

    That two texts resemble each other, or are forms of one name, is taken for granted; that they are one edit
    apart, which says much of a telephone or a mailbox and costs DuckDB most, seldom holds where it should
    not. Lists are not asked: to fetch them costs more than all other columns.
    """
    granted = _OTHER_FORM.sub("true", _RESEMBLANCE.sub("true", condition))
    return _ONE_EDIT.sub(_NEAR_ONE_EDIT, _SHARED_WORD.sub(_MAY_SHARE_WORD, granted))


def hastened(condition: str) -> str:
    """The same condition, in which DuckDB counts edits only of texts that may be one apart."""
    return _ONE_EDIT.sub(rf"({_NEAR_ONE_EDIT} AND \g<0>)", condition)
