"""Which given names may belong to one person, and which only look alike.

The table of the package `nicknames` is English; ours adds short forms common in Central and Southern Europe.
A pair is looked up in both directions when two names are compared, never used to rewrite a name: Alex stays
Alex, whoever he turns out to be.
"""

from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import chain
from typing import Final

from nicknames import NickNamer

from identity.canonical.text import CACHE_SIZE

# Each group: a formal name, then its short forms.
_SHORT_FORMS: Final = """
alexander alex sascha xandi / alexandra alex sandra / andreas andi / anna anni / anton toni / barbara babsi
bernhard bernd / brigitte gitti / christian chris / christina tina / christoph chris stoffi / daniela dani
dominik domi / eduard edi / elisabeth elisa elli lisa lisi liesl sissi / ferdinand ferdi / florian flo
franz franzl / franziska franzi / friedrich fritz friedl / gabriele gabi / georg schorsch / gerhard gerd
gertrude trude / gustav gustl / hannelore hanni / heinrich heinz heini / helene leni lena / jakob jack
johann hans hansi hannes johannes / johannes hans hannes / johanna hanna hanni / josef sepp peppi pepi
joseph sepp / josefine josi / karl charly / karoline karo / katharina kathi kati katrin kathrin
leopold poldi / ludwig lutz / magdalena leni lena magda / manfred manni fredi / margarethe gretl grete rita
maria mitzi mizzi mia / matthias hias mathias / maximilian max maxi / melanie meli / michael michi
michaela michi / nikolaus niki klaus niko / paula pauli / regina gina / rosa rosi / rudolf rudi
sabine bine / sebastian wastl basti / stefan steff stephan / stefanie steffi / susanne susi sanne
theodor theo / therese resi / thomas tom / ulrich uli / ulrike uli / ursula uschi ulla / veronika vroni
viktoria vicky / waltraud traudl / wilhelm willi / wolfgang wolfi wolf / giuseppe beppe peppe
giovanni gianni vanni / francesco franco / alessandro sandro / luigi gigi / jose pepe
francisco paco pancho / antonio toni tonio / ignacio nacho / mercedes merche / katarzyna kasia
malgorzata gosia / jakub kuba / aleksandra ola sasa / aleksandar aca sasa / dmitri dima mitja
ekaterina katja / vladimir vova / mohammed mhd mohd md / mohamed mhd mohd md / muhammad mhd mohd md
mohammad mhd mohd md / muhammed mhd mohd md / muhamed mhd mohd md
"""

# Ways to write the same short form: Peggy and Peggie. A spelling that is a name of its own is none of them.
_SPELLINGS: Final = ("ie", "y", "i")
_SPELLING_LENGTH_MIN: Final = 4

# Endings that make other names of one stem: Paula, Pauline, Paulette. Those of a line are one ending.
_FORMS: Final = tuple(
    (ending, form)
    for form, endings in enumerate(("abella abelle", "ella elle", "etta ette", "ina ine ene een", "a"))
    for ending in endings.split()
)
_STEM_LENGTH_MIN: Final = 3

# Each group: names of different people that a typing error seems to turn into each other.
_LOOK_ALIKES: Final = """
julia julian juliane juliana / daniel daniela daniele danielle / michael michaela michaele / martin martina
christian christiane christina christine / stefan stefanie stefania / stephan stephanie
andrea andreas andre / maria mario marie marion marian marianne / paul paula paulina
robert roberta roberto / gabriel gabriele gabriela / simon simone simona / karl karla / carl carla carlo
manuel manuela / alexander alexandra / denis denise dennis / rene renee renate / emil emilia emilie emily
luis luisa luise luca lukas / louis louise louisa / patrick patricia / jan jana jane janine
johann johanna johannes / anton antonia antonio / erik erika erich / valentin valentina / frederik frederike
dominik dominika dominique / nikola nikolas nicola nicole / josef josefa josefine / ivan ivana
marc marco marcel marcus / mark marko / lena lea leah leonie lana /  / anja antje / petra peter
eva evi ewa / elena helena / mila mia maja / leo leon lena / noah noa / oliver olivia
laura lara clara klara / tim tom timo / ben bernd / ines agnes / inge inga
"""


def are_related(left: str, right: str) -> bool:
    """True when one name is a short or formal form of the other."""
    return right in relatives(left)


def relatives(name: str) -> frozenset[str]:
    """The short and formal forms of a name."""
    return _relatives().get(name, frozenset()) | _respelled().get(name, frozenset())


def is_known(name: str) -> bool:
    """True when the name is listed, with its forms or beside those that it is mistaken for."""
    return name in _relatives() or name in _look_alikes()


@lru_cache(maxsize=CACHE_SIZE)
def stem(name: str) -> tuple[str, str]:
    """What a woman's name has in common with its sisters, and by which ending it is another name than they
    are; nothing when it has none of these endings.
    """
    for ending, form in _FORMS:
        if name.endswith(ending) and len(name) - len(ending) >= _STEM_LENGTH_MIN:
            return name.removesuffix(ending), str(form)
    return "", ""


def are_sisters(left: str, right: str) -> bool:
    """True for two names of one stem: parents call their children so, no slip of the finger does."""
    (one, form), (other, another) = stem(left), stem(right)
    return bool(one) and one == other and form != another and not are_related(left, right)


def are_two_names(left: str, right: str) -> bool:
    """True when both are real names that have nothing to do with each other, however few letters differ.

    Julia and Julian are two people, Jullia and Julia probably one.
    """
    if right in _look_alikes().get(left, ()) or are_sisters(left, right):
        return True
    table = _relatives()
    if left not in table or right not in table or right in table[left]:
        return False
    return not table[left] & table[right]


@cache
def _look_alikes() -> dict[str, frozenset[str]]:
    groups = [frozenset(group.split()) for group in _groups(_LOOK_ALIKES)]
    found: dict[str, frozenset[str]] = {}
    for group in groups:
        for name in group:
            found[name] = found.get(name, frozenset()) | group - {name} - _relatives().get(name, frozenset())
    return found


@cache
def _listed() -> tuple[tuple[str, str], ...]:
    """Pairs of a formal name and a short form of it."""
    english = ((formal, short) for formal, shorts in NickNamer.default_lookup().items() for short in shorts)
    return tuple(dict.fromkeys(chain(english, _own_pairs())))


@cache
def _relatives() -> dict[str, frozenset[str]]:
    """Every listed name with its short and formal forms, so that looking up is symmetric."""
    return _both_ways(_listed())


@cache
def _respelled() -> dict[str, frozenset[str]]:
    """Other spellings of short forms, with what the forms are related to and the forms themselves."""
    own_names = {formal for formal, _ in _listed()} | _look_alikes().keys()
    found = ((formal, short, written) for formal, short in _listed() for written in _spellings(short))
    return _both_ways(
        (one, written)
        for formal, short, written in found
        if written not in own_names
        for one in (formal, short)
    )


def _both_ways(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for one, other in pairs:
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {name: frozenset(others) for name, others in found.items()}


def _spellings(short: str) -> list[str]:
    """The same short form with its last sound written otherwise."""
    for ending in _SPELLINGS:
        if short.endswith(ending) and len(short) >= _SPELLING_LENGTH_MIN:
            return [short.removesuffix(ending) + other for other in _SPELLINGS if other != ending]
    return []


def _own_pairs() -> list[tuple[str, str]]:
    groups = (group.split() for group in _groups(_SHORT_FORMS))
    return [(formal, short) for formal, *shorts in groups for short in shorts]


def _groups(table: str) -> list[str]:
    return [group for line in table.strip().splitlines() for group in line.split("/")]
