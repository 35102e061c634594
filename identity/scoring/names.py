"""The levels of names: of given, middle and family name, and of an organisation's."""

from typing import Final

from identity.canonical import sounds
from identity.scoring import views
from identity.scoring.comparison import Comparison, Level, otherwise
from identity.scoring.pool import Pool
from identity.scoring.similarity import is_typo, is_typo_sql, jaro_winkler, jaro_winkler_sql
from identity.scoring.views import NameView

TYPO: Final = 0.91999
SIMILAR: Final = 0.79999
SOUND: Final = 0.74999
GIVEN_SOUND: Final = 0.64999  # given names are heard as often as read: Keeley, Kaylee
AS_WRITTEN: Final = ("same", "part", "typo")
"""The levels of one name, written with an error or in part; the others take two names for one person's."""
SHORT_LENGTH_MIN: Final = 3  # Chr. and Joh. are short forms, J. is an initial


def _names(pool: Pool) -> list[NameView]:
    return [views.name(name) for name in pool.names if not name.organisation]


def _is_exchanged(a: NameView, b: NameView) -> bool:
    return bool(a.family and b.family) and a.given == b.family and a.family == b.given


_EXCHANGED_SQL: Final = "given_name_l = family_name_r and family_name_l = given_name_r"


def _is_misplaced(a: NameView, b: NameView) -> bool:
    return (a.given == b.family and bool(a.given)) or (a.family == b.given and bool(a.family))


_MISPLACED_SQL: Final = "given_name_l = family_name_r or family_name_l = given_name_r"


def _is_look_alike(a: NameView, b: NameView) -> bool:
    if a.given_stem and a.given_stem == b.given_stem and a.given_form != b.given_form:
        return True
    return _are_known(a, b) and is_typo(a.given, b.given, TYPO)


_ARE_SISTERS_SQL: Final = (
    "given_stem_l <> '' and given_stem_l = given_stem_r and given_form_l <> given_form_r"
)
_ARE_KNOWN_SQL: Final = "is_given_known_l and is_given_known_r"


def _are_known(a: NameView, b: NameView) -> bool:
    return a.is_given_known and b.is_given_known


def _is_heard(left: str, right: str, least: float) -> bool:
    """Of two names with one sound: whether they look alike, or one is written without vowels."""
    return jaro_winkler(left, right) >= least or sounds.is_skeleton(left) or sounds.is_skeleton(right)


def _is_heard_sql(part: str, least: float) -> str:
    skeleton = f"is_{part}_skeleton_l or is_{part}_skeleton_r"
    return f"{part}_sound_l = {part}_sound_r and ({jaro_winkler_sql(f'{part}_name', least)} or {skeleton})"


def _starts(left: str, right: str, least: int) -> bool:
    return min(len(left), len(right)) >= least and (left.startswith(right) or right.startswith(left))


def _starts_sql(column: str, least: int) -> str:
    left, right = f"{column}_l", f"{column}_r"
    return (
        f"least(length({left}), length({right})) >= {least} and "
        f"(starts_with({left}, {right}) or starts_with({right}, {left}))"
    )


GIVEN: Final = Comparison(
    "given_name",
    _names,
    lambda a, b: not a.given or not b.given,
    "given_name_l is null or given_name_r is null",
    (
        Level(
            "same",
            "The given names are the same.",
            "given_name_l = given_name_r and length(given_name_l) > 1",
            lambda a, b: a.given == b.given and len(a.given) > 1,
            term="given_name",
        ),
        Level("exchanged", "Given and family name have changed places.", _EXCHANGED_SQL, _is_exchanged),
        Level(
            "nickname",
            "One given name is a short form of the other.",
            "list_contains(given_kin_l, given_name_r)",
            lambda a, b: b.given in a.given_kin,
        ),
        Level(
            "part",
            "One of several given names is the same.",
            "list_has_any(given_words_l, given_words_r)",
            lambda a, b: not a.given_words.isdisjoint(b.given_words),
        ),
        Level(
            "look-alike",
            "The given names look alike, but are two names.",
            f"({_ARE_SISTERS_SQL}) or ({_ARE_KNOWN_SQL} and {is_typo_sql('given_name', TYPO)})",
            _is_look_alike,
        ),
        Level(
            "typo",
            "The given names differ by a typing error.",
            is_typo_sql("given_name", TYPO),
            lambda a, b: is_typo(a.given, b.given, TYPO),
        ),
        Level(
            "short",
            "One given name is the beginning of the other.",
            _starts_sql("given_name", SHORT_LENGTH_MIN),
            lambda a, b: _starts(a.given, b.given, SHORT_LENGTH_MIN),
        ),
        Level(
            "sound",
            "The given names sound alike.",
            f"not ({_ARE_KNOWN_SQL}) and {_is_heard_sql('given', GIVEN_SOUND)}",
            lambda a, b: (
                not _are_known(a, b)
                and a.given_sound == b.given_sound
                and _is_heard(a.given, b.given, GIVEN_SOUND)
            ),
        ),
        Level(
            "initial",
            "The given names share an initial.",
            _starts_sql("given_name", 1),
            lambda a, b: _starts(a.given, b.given, 1),
        ),
        Level(
            "middle",
            "One is called by the middle name of the other.",
            "given_name_l = middle_name_r or middle_name_l = given_name_r",
            lambda a, b: a.given == b.middle or a.middle == b.given,
        ),
        Level("misplaced", "A name stands in the other's place.", _MISPLACED_SQL, _is_misplaced),
        Level(
            "similar",
            "The given names are similar.",
            jaro_winkler_sql("given_name", SIMILAR),
            lambda a, b: jaro_winkler(a.given, b.given) >= SIMILAR,
        ),
        otherwise("The given names differ."),
    ),
    lambda view, _column: view.given,
)

MIDDLE: Final = Comparison(
    "middle_name",
    _names,
    lambda a, b: not a.middle or not b.middle,
    "middle_name_l is null or middle_name_r is null",
    (
        Level(
            "same",
            "The middle names are the same.",
            "middle_name_l = middle_name_r",
            lambda a, b: a.middle == b.middle,
            term="middle_name",
        ),
        Level(
            "initial",
            "The middle names share an initial.",
            _starts_sql("middle_name", 1),
            lambda a, b: _starts(a.middle, b.middle, 1),
        ),
        Level(
            "typo",
            "The middle names differ by a typing error.",
            is_typo_sql("middle_name", TYPO),
            lambda a, b: is_typo(a.middle, b.middle, TYPO),
        ),
        otherwise("The middle names differ."),
    ),
    lambda view, _column: view.middle,
)

FAMILY: Final = Comparison(
    "family_name",
    _names,
    # Names that have changed places say what they say once, as given names.
    lambda a, b: not a.family or not b.family or _is_exchanged(a, b),
    f"family_name_l is null or family_name_r is null or ({_EXCHANGED_SQL})",
    (
        Level(
            "same",
            "The family names are the same.",
            "family_name_l = family_name_r and length(family_name_l) > 1",
            lambda a, b: a.family == b.family and len(a.family) > 1,
            term="family_name",
        ),
        Level(
            "part",
            "One of several family names is the same.",
            "list_has_any(family_words_l, family_words_r)",
            lambda a, b: not a.family_words.isdisjoint(b.family_words),
        ),
        Level(
            "typo",
            "The family names differ by a typing error.",
            is_typo_sql("family_name", TYPO),
            lambda a, b: is_typo(a.family, b.family, TYPO),
        ),
        Level(
            "sound",
            "The family names sound alike.",
            _is_heard_sql("family", SOUND),
            lambda a, b: a.family_sound == b.family_sound and _is_heard(a.family, b.family, SOUND),
        ),
        Level(
            "initial",
            "The family names share an initial.",
            f"least(length(family_name_l), length(family_name_r)) = 1 and {_starts_sql('family_name', 1)}",
            lambda a, b: min(len(a.family), len(b.family)) == 1 and _starts(a.family, b.family, 1),
        ),
        Level("misplaced", "A name stands in the other's place.", _MISPLACED_SQL, _is_misplaced),
        Level(
            "similar",
            "The family names are similar.",
            jaro_winkler_sql("family_name", SIMILAR),
            lambda a, b: jaro_winkler(a.family, b.family) >= SIMILAR,
        ),
        otherwise("The family names differ."),
    ),
    lambda view, _column: view.family,
)
