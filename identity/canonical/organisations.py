"""Names of organisations: what of them is the name, and what only says in which form it trades.

Words are compared folded.
"""

import re
from functools import lru_cache
from typing import Final

from identity.canonical.text import CACHE_SIZE

_FORM_WORDS: Final = """
gmbh mbh ag kg ohg og eu gesmbh ggmbh ug se inc incorporated llc llp lp ltd limited corp corporation co
company plc sa sas sarl srl spa snc bv nv vof ab as asa aps oy oyj kft zrt sro doo dd pty pte pvt the and und
"""
FORMS: Final = frozenset(_FORM_WORDS.split())
_BRACKETED: Final = re.compile(r"\([^()]*\)")


def outside_brackets(written: str) -> str:
    """The name without what stands in brackets, a place or a state of affairs: Huber (in Liqu.); all of it
    when nothing else is there.
    """
    left = " ".join(_BRACKETED.sub(" ", written).split())
    return outside_brackets(left) if left and left != written else written


@lru_cache(maxsize=CACHE_SIZE)
def words(name: str) -> frozenset[str]:
    """The words of a folded name that are more than its legal form; all when none is."""
    found = frozenset(name.split())
    return found - FORMS or found
