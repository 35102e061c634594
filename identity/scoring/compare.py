"""How two values of one attribute compare: a level, a score and a sentence.

Invariant: every comparator is symmetric. It tells three things apart: they agree, they clearly differ, one
cannot tell; absence is always the last. Scores are for weights and reports; decisions rest on levels.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA, Indel, JaroWinkler

from identity.canonical import given_names, sounds
from identity.scoring.pool import Name

CACHE_SIZE: Final = 1 << 14
TYPO_SCORE: Final = 0.92  # Jaro-Winkler from which two long words are one word mistyped
SOUND_SCORE: Final = 0.75  # the same when they also sound alike: Mayer, Meier
GIVEN_SOUND_SCORE: Final = 0.65  # of given names, which are heard as often as read: Keeley, Kaylee
UNLIKE_SCORE: Final = 0.78  # below it two words are clearly different
UNLIKE_EDITS: Final = 0.5  # and fewer letters than this stay where they are
SCRAP_LENGTH_MAX: Final = 2
SCRAMBLED_SHARE: Final = 0.6  # of the letters are the same in another order
GARBLED_GIVEN: Final = 0.4  # how much of two mangled names is left in its order
GARBLED_FAMILY: Final = 0.4
TYPO_LENGTH_MIN: Final = 4  # shorter words have too many neighbours one letter away


class Level(IntEnum):
    """How far two values agree."""

    DIFFERENT = -1
    UNSURE = 0
    INITIAL = 1
    CLOSE = 2
    RELATED = 3
    SAME = 4


_WORDING: Final = {
    Level.DIFFERENT: "clearly differ",
    Level.UNSURE: "neither agree nor clearly differ",
    Level.INITIAL: "share an initial",
    Level.CLOSE: "differ by a typing error or a part",
    Level.RELATED: "are forms of one name",
    Level.SAME: "are the same",
}

_PLURALS: Final = {
    "date_of_birth": "dates of birth",
    "sex": "sexes",
    "city": "cities",
    "country": "countries",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """The outcome of comparing `left` and `right`, "" when absent; the score lies in 0 to 1."""

    attribute: str
    level: Level
    score: float
    left: str
    right: str

    @property
    def agrees(self) -> bool:
        """True from a typing error on; a shared initial alone is no agreement."""
        return self.level >= Level.CLOSE

    @property
    def differs(self) -> bool:
        """True only when the values clearly differ."""
        return self.level is Level.DIFFERENT

    @property
    def values(self) -> tuple[str, str]:
        """Both values, in an order that does not depend on which side was left."""
        return _ordered(self.left, self.right)

    @property
    def sentence(self) -> str:
        """What was found, without the values, so that it may be stored and shown to anybody."""
        what = _PLURALS.get(self.attribute) or self.attribute.replace("_", " ") + "s"
        if not (self.left and self.right):
            return f"The {what} are not known on both sides."
        return f"The {what} {_WORDING[self.level]}."


def similarity(left: str, right: str) -> float:
    """Jaro-Winkler in a fixed direction, so that it cannot depend on which side is left.

    The score is never cut off by a threshold: rapidfuzz rounds differently near it.
    """
    return JaroWinkler.similarity(*_ordered(left, right))


def is_one_edit(left: str, right: str) -> bool:
    """True when at most one letter was added, dropped or replaced, or two neighbours swapped."""
    return OSA.distance(left, right, score_cutoff=1) <= 1


def given_names_of(left: Name, right: Name) -> Comparison:
    """The given names, with middle and double names, and with given and family name swapped."""
    level, score = _given(left.given, right.given)
    if level < Level.CLOSE and left.given and right.given:
        if _is_called_by_middle_name(left, right) or _is_swapped(left, right):
            level, score = Level.CLOSE, 1.0
        elif _shares_initial(left, right) or _may_be_swapped(left, right) or _is_garbled(left, right):
            level = max(level, Level.UNSURE)
    return Comparison("given_name", level, score, left.given, right.given)


def family_names_of(left: Name, right: Name) -> Comparison:
    """The family names, with double names, spelling and sound, and with given and family name swapped."""
    level, score = _family(left.family, right.family)
    if level < Level.CLOSE and _is_swapped(left, right):
        level, score = Level.CLOSE, 1.0
    return Comparison("family_name", level, score, left.family, right.family)


def names(left: Name, right: Name) -> Comparison:
    """Whole names: they agree when nothing in them speaks against it and at least one full part agrees."""
    shown = " ".join(filter(None, left)), " ".join(filter(None, right))
    level, score = _whole(left, right)
    return Comparison("name", level, score, *shown)


def births(left: date, right: date) -> Comparison:
    """Dates of birth: one wrong digit, two swapped ones, or day and month exchanged are typing errors.

    The first of January stands for an unknown day in many systems, so within one year it contradicts nothing.
    Dates that are about the same are rare among typing errors and as rare among two people: they tell nothing
    either.
    """
    shown = left.isoformat(), right.isoformat()
    if left == right:
        return Comparison("date_of_birth", Level.SAME, 1.0, *shown)
    swapped = left.year == right.year and (left.month, left.day) == (right.day, right.month)
    if swapped or is_one_edit(*shown):
        return Comparison("date_of_birth", Level.CLOSE, 0.9, *shown)
    placeholder = (1, 1) in {(left.month, left.day), (right.month, right.day)}
    vague = (left.year == right.year and placeholder) or _is_about(left, right)
    return Comparison("date_of_birth", Level.UNSURE if vague else Level.DIFFERENT, 0.0, *shown)


def _is_about(left: date, right: date) -> bool:
    """True when two digits are wrong, or each part is at most one off."""
    if OSA.distance(left.isoformat(), right.isoformat(), score_cutoff=2) <= 2:
        return True
    parts = zip(left.timetuple()[:3], right.timetuple()[:3], strict=True)
    return all(abs(one - other) <= 1 for one, other in parts)


def numbers(attribute: str, left: str, right: str) -> Comparison:
    """Numbers that a person has for life: equal, one typing error apart, or different."""
    if left == right:
        return Comparison(attribute, Level.SAME, 1.0, left, right)
    close = is_one_edit(left, right)
    return Comparison(
        attribute, Level.CLOSE if close else Level.DIFFERENT, 0.9 if close else 0.0, left, right
    )


def texts(attribute: str, left: str, right: str) -> Comparison:
    """Any other text: equal, mistyped, or different."""
    level, score = _family(left, right)
    return Comparison(attribute, level, score, left, right)


def _whole(left: Name, right: Name) -> tuple[Level, float]:
    if left.organisation or right.organisation:
        return _family(left.organisation, right.organisation)
    if left.full or right.full:
        return _one_word(left, right)
    given, family = given_names_of(left, right), family_names_of(left, right)
    worst = min(given.level, family.level)
    known = [c for c in (given, family) if c.left and c.right]
    if len(known) < 2:
        # One part is missing somewhere: the other one decides, but an initial alone decides nothing.
        return (known[0].level, known[0].score) if known else (Level.UNSURE, 0.0)
    if given.level is Level.INITIAL and family.level >= Level.CLOSE:
        return Level.CLOSE, family.score
    return worst, min(given.score, family.score)


def _one_word(left: Name, right: Name) -> tuple[Level, float]:
    """A name of a single word may be either part of the other's name."""
    parts_left = [part for part in (left.full, left.given, left.family) if part]
    parts_right = [part for part in (right.full, right.given, right.family) if part]
    return max((_family(a, b) for a in parts_left for b in parts_right), default=(Level.UNSURE, 0.0))


def _is_called_by_middle_name(left: Name, right: Name) -> bool:
    return any(
        len(a) > 1 and len(b) > 1 and _given(a, b)[0] >= Level.RELATED
        for a, b in ((left.given, right.middle), (left.middle, right.given))
    )


def _is_swapped(left: Name, right: Name) -> bool:
    if not (left.given and left.family and right.given and right.family):
        return False
    return (
        _family(left.given, right.family)[0] >= Level.CLOSE
        and _family(left.family, right.given)[0] >= Level.CLOSE
    )


def _may_be_swapped(left: Name, right: Name) -> bool:
    """One part stands in the other's place: a clerk's slip, after which the rest may be lost."""
    return any(_stands_as_family(a, b) for a, b in ((left, right), (right, left)))


def _stands_as_family(name: Name, other: Name) -> bool:
    """The given name is the other's family name. Not so where it is nobody's given name, and what stands
    beside it are two words that clearly differ, one of them a given name: then two of a family are written
    in two orders.
    """
    if _family(name.given, other.family)[0] < Level.CLOSE:
        return False
    if _family(name.family, other.family)[0] >= Level.CLOSE:
        return True
    beside = name.family, other.given
    is_surname = not any(map(given_names.is_known, (name.given, other.family)))
    are_two = any(map(given_names.is_known, beside)) and _given(*beside)[0] is Level.DIFFERENT
    return not (is_surname and are_two)


def _is_garbled(left: Name, right: Name) -> bool:
    """Both parts are mangled: family names that resemble but differ, and a given name that nobody has but
    that keeps letters of the other in their order. People of one household share or differ, they do not
    resemble.
    """
    if not (left.family and right.family) or left.family == right.family:
        return False
    if given_names.is_known(left.given) and given_names.is_known(right.given):
        return False
    given = Indel.normalized_similarity(left.given, right.given)
    family = Indel.normalized_similarity(left.family, right.family)
    return given >= GARBLED_GIVEN and family >= GARBLED_FAMILY


def _shares_initial(left: Name, right: Name) -> bool:
    """J. for Anna Julia: an initial of a middle name speaks neither for nor against."""
    bare = [(a.given, b.middle) for a, b in ((left, right), (right, left)) if len(a.given) == 1 and b.middle]
    return any(initial == middle[0] for initial, middle in bare)


def _ordered(left: str, right: str) -> tuple[str, str]:
    return (left, right) if left <= right else (right, left)


def _given(left: str, right: str) -> tuple[Level, float]:
    return _given_ordered(*_ordered(left, right))


def _family(left: str, right: str) -> tuple[Level, float]:
    return _family_ordered(*_ordered(left, right))


@lru_cache(maxsize=CACHE_SIZE)
def _given_ordered(left: str, right: str) -> tuple[Level, float]:
    if not left or not right:
        return Level.UNSURE, 0.0
    if left == right:
        return (Level.SAME if len(left) > 1 else Level.INITIAL), 1.0
    if len(left) == 1 or len(right) == 1:
        same_initial = left[0] == right[0]
        return (Level.INITIAL if same_initial else Level.UNSURE), 0.5 * same_initial
    if " " in left or " " in right:
        return _double(left, right)
    return _given_word(left, right)


def _given_word(left: str, right: str) -> tuple[Level, float]:
    score = similarity(left, right)
    if given_names.are_related(left, right):
        return Level.RELATED, score
    if given_names.are_sisters(left, right):
        return Level.DIFFERENT, score
    if given_names.are_two_names(left, right):
        near = _is_typo(left, right, score) or left.startswith(right) or right.startswith(left)
        return (Level.UNSURE if near else Level.DIFFERENT), score
    if _is_typo(left, right, score):
        return Level.CLOSE, score
    if left.startswith(right) or right.startswith(left):
        # Cut off by a short field or by habit: Chr., Joh., Max.
        return (Level.CLOSE if min(len(left), len(right)) > 2 else Level.INITIAL), score
    clear = _is_unlike(left, right, score) and not (_is_scrambled(left, right) or _is_scrap(left, right))
    clear = clear and not _may_sound_alike(left, right, score)
    return (Level.DIFFERENT if clear else Level.UNSURE), score


def _double(left: str, right: str) -> tuple[Level, float]:
    """Double names: Hans Peter may be called Peter; Hans Peter and Hans Georg are perhaps brothers."""
    words_left, words_right = left.split(), right.split()
    if sorted(words_left) == sorted(words_right):
        return Level.SAME, 1.0
    # A stray space makes two words of one.
    whole = _given("".join(words_left), "".join(words_right))
    fewer, more = sorted((words_left, words_right), key=lambda words: (len(words), words))
    each = [max(_given(one, other) for other in more) for one in fewer]
    if whole[0] >= Level.CLOSE or min(each)[0] < Level.INITIAL:
        apart = Level.DIFFERENT if max(each)[0] is Level.DIFFERENT else Level.UNSURE
        return max(whole, (apart, max(each)[1]))
    return min(*each, (Level.CLOSE, 1.0))


@lru_cache(maxsize=CACHE_SIZE)
def _family_ordered(left: str, right: str) -> tuple[Level, float]:
    if not left or not right:
        return Level.UNSURE, 0.0
    if left == right or left.replace(" ", "") == right.replace(" ", ""):
        return Level.SAME, 1.0
    score = similarity(left, right)
    if _is_part(left, right):
        return Level.CLOSE, score
    if _is_typo(left, right, score) or _sounds_alike(left, right, score, SOUND_SCORE):
        return Level.CLOSE, score
    return (Level.DIFFERENT if _is_unlike(left, right, score) else Level.UNSURE), score


def _is_part(left: str, right: str) -> bool:
    """Huber and Huber Maier: one of a double name's words, long enough not to be a particle."""
    words_left, words_right = set(left.split()), set(right.split())
    if not (words_left < words_right or words_right < words_left):
        return False
    return any(len(word) > 3 for word in words_left & words_right)


def _is_typo(left: str, right: str, score: float) -> bool:
    if min(len(left), len(right)) < TYPO_LENGTH_MIN:
        return False
    return score >= TYPO_SCORE or is_one_edit(left, right)


def _sounds_alike(left: str, right: str, score: float, least: float) -> bool:
    """True when they sound alike and look so, as far as both were written with their vowels."""
    is_skeleton = sounds.is_skeleton(left) or sounds.is_skeleton(right)
    return (is_skeleton or score >= least) and sounds.code(left) == sounds.code(right)


def _may_sound_alike(left: str, right: str, score: float) -> bool:
    """True when one given name may be the other as somebody heard it, as Zara is of Sarah. Two names that are
    both listed are two names: nobody who hears Leo writes Lea.
    """
    are_known = given_names.is_known(left) and given_names.is_known(right)
    return not are_known and _sounds_alike(left, right, score, GIVEN_SOUND_SCORE)


def _is_scrap(left: str, right: str) -> bool:
    """True when one is two letters that are nobody's name: what is left of one."""
    return any(len(name) <= SCRAP_LENGTH_MAX and not given_names.is_known(name) for name in (left, right))


def _is_scrambled(left: str, right: str) -> bool:
    """True when the letters are mostly the same in another order, as in Fosia and Sofia, or one is
    missing.
    """
    shared = sum((Counter(left) & Counter(right)).values())
    return shared >= SCRAMBLED_SHARE * max(len(left), len(right)) or is_one_edit(left, right)


def _is_unlike(left: str, right: str, score: float) -> bool:
    """True when no slip of the finger makes one word of the other, nor a few of them."""
    return score < UNLIKE_SCORE and OSA.normalized_similarity(left, right) < UNLIKE_EDITS
