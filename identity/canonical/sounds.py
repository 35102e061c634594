"""How a surname sounds, coarsely, across the languages of European customers.

Not a linguist's code: it only has to give Meyer and Maier, Schmidt and Schmitt, Kristensen and Christensen
the same code and unrelated surnames mostly different ones. It never decides that two names agree; it counts
how many different people a value was seen with, and finds candidates.
"""

import re
from functools import lru_cache
from typing import Final

from identity.canonical.text import CACHE_SIZE

CODE_LENGTH_MAX: Final = 8

# Longest first, so that "tsch" is not read as "t" and "sch".
_CLUSTERS: Final = (
    ("^kn", "n"),
    ("^pf", "f"),
    ("^wr", "r"),
    ("tsch|tch|sch|sh|sz|cz|ts|tz", "s"),
    ("ph", "f"),
    ("ch|ck|qu", "k"),
    ("dt|th", "t"),
    ("x", "ks"),
    ("c(?=[eiy])", "s"),
)
_CLUSTER_RULES: Final = tuple((re.compile(pattern), sound) for pattern, sound in _CLUSTERS)
_CLASSES: Final = str.maketrans("bdcgqvwzmeiouyj", "ptkkkffsnaaaaaa", "h")
_REPEATED: Final = re.compile(r"(.)\1+")
_NO_LETTERS: Final = re.compile(r"[^a-z]+")


SKELETON_LENGTH_MIN: Final = 3
_VOWELS: Final = frozenset("aeiou")


def is_skeleton(name: str) -> bool:
    """True for a name in comparison form without vowels, as scripts that do not write them leave it: fysl."""
    return len(name) >= SKELETON_LENGTH_MIN and _VOWELS.isdisjoint(name)


@lru_cache(maxsize=CACHE_SIZE)
def code(name: str) -> str:
    """The code of a name in comparison form (lower-case ASCII), "" when it has no letters."""
    sounds = _NO_LETTERS.sub("", name)
    for pattern, sound in _CLUSTER_RULES:
        sounds = pattern.sub(sound, sounds)
    sounds = _REPEATED.sub(r"\1", sounds.translate(_CLASSES))
    return sounds[:1] + sounds[1:].replace("a", "")[: CODE_LENGTH_MAX - 1]
