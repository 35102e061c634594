"""Why two groups must not become one, whatever links them.

Invariant: a veto is symmetric and depends on the two pools, the judgements and the policy alone. Each rule is
worded as it is because a simpler one fails on real customers: an exclusive contradiction alone would part one
true pair in ten (typing errors), names alone would join father and son, and shared identifiers alone a
family.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Final

from identity.canonical import emails, given_names
from identity.model import Judgement, Verdict
from identity.partition.judgements import Bench
from identity.policy import Policy
from identity.scoring import compare
from identity.scoring.compare import Comparison
from identity.scoring.pool import Name, Pool
from identity.scoring.similarity import edits

BIRTH: Final = "date_of_birth"
EMAIL: Final = "email"
SLIPS: Final = 2
WHOLE_LENGTH_MIN: Final = 3  # Ed is a name, and what is left of Cedric
FIRST: Final = "i"
NUMERALS: Final = frozenset(("ii", "iii", "iv"))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a link did not join: a rule's name and a sentence without personal values.

    Rules: judged, suffix, exclusive, given_name, limit; further `ambiguous` and `review`, which are no vetoes
    but end the same way. `values` are what clashed, for those who may see them.
    """

    rule: str
    sentence: str
    values: tuple[str, ...] = ()


def veto(left: Pool, right: Pool, bench: Bench, policy: Policy) -> Refusal | None:
    """The first rule that forbids the two groups to join, None when they may."""
    judged = bench.between(left.refs, right.refs)
    if judged is not None:
        return None if judged.verdict is Verdict.SAME else _judged(judged)
    return _suffix(left, right) or _told_apart(left, right, policy) or _limit(left, right, policy)


def _told_apart(left: Pool, right: Pool, policy: Policy) -> Refusal | None:
    """A refusal by given names, or by what a person has once for life.

    Where the policy says that nobody lives together there is none for two who share a home. Two others are
    only told apart when their births clearly differ or they are called otherwise altogether. All else are
    mistakes, which the weights count.
    """
    if policy.one_to_a_home and _may_be_mistakes(left, right, policy):
        return None
    return _given_name(left, right, policy) or _exclusive(left, right, policy)


def _may_be_mistakes(left: Pool, right: Pool, policy: Policy) -> bool:
    if _share_home(left, right):
        return True
    if are_born_apart(left, right) and not _share_register(left, right, policy):
        return False
    return not _are_called_otherwise(left, right, policy)


def _are_called_otherwise(left: Pool, right: Pool, policy: Policy) -> bool:
    """Whether nothing agrees of the names, and somewhere both parts clearly differ although both given names
    are such as people have. What slips make of a name is nobody's.
    """
    names = tuple(product(left.names, right.names))
    if any(c.agrees for a, b in names for c in (compare.given_names_of(a, b), compare.family_names_of(a, b))):
        return False
    return any(_are_two_names(a, b, policy) for a, b in names)


def _are_two_names(one: Name, other: Name, policy: Policy) -> bool:
    if min(len(one.given), len(other.given)) < WHOLE_LENGTH_MIN:
        return False
    if not (_is_people_s(one.given, policy) and _is_people_s(other.given, policy)):
        return False
    return compare.given_names_of(one, other).differs and compare.family_names_of(one, other).differs


def _is_a_slip(one: Name, other: Name, policy: Policy) -> bool:
    return not (_is_people_s(one.given, policy) and _is_people_s(other.given, policy))


def _is_people_s(given: str, policy: Policy) -> bool:
    return given_names.is_known(given) or given in policy.given_names


def _share_home(left: Pool, right: Pool) -> bool:
    is_near = _share("postcode", left, right) or _share("city", left, right)
    return is_near and (_share_street(left, right) or _share("family_name", left, right))


def _share_register(left: Pool, right: Pool, policy: Policy) -> bool:
    return any(left.own_values(name) & right.own_values(name) for name in policy.registers)


def _share_street(left: Pool, right: Pool) -> bool:
    streets = product(left.values("street"), right.values("street"))
    return any(edits(str(one), str(other)) <= SLIPS for one, other in streets)


def _share(attribute: str, left: Pool, right: Pool) -> bool:
    return not left.values(attribute).isdisjoint(right.values(attribute))


def _judged(judgement: Judgement) -> Refusal:
    # What the steward wrote may name the shopper.
    values = (judgement.reason,) if judgement.reason else ()
    return Refusal("judged", "Somebody decided that they are different.", values)


def _suffix(left: Pool, right: Pool) -> Refusal | None:
    is_told = bool(left.suffixes and right.suffixes) and len(left.suffixes | right.suffixes) > 1
    if not (is_told or _is_the_first(left, right) or _is_the_first(right, left)):
        return None
    values = tuple(sorted(left.suffixes | right.suffixes))
    return Refusal("suffix", "The name suffixes tell two people apart.", values)


def _is_the_first(one: Pool, other: Pool) -> bool:
    """Karl I beside Karl II: there the letter is a number, unless it is an initial of the second as well."""
    if one.suffixes or other.suffixes.isdisjoint(NUMERALS):
        return False
    is_numbered = any(name.middle == FIRST for name in one.names)
    return is_numbered and not any(name.middle.startswith(FIRST) for name in other.names)


def _given_name(left: Pool, right: Pool, policy: Policy) -> Refusal | None:
    """Refuses clearly different given names.

    They are excused when named records of both groups show the same strong identifier, or numbers for life
    that differ by a typing error alone. Such an identifier excuses another name or another day of birth, but
    not both: then somebody wrote down the number, or used the card, of somebody else. Where no two of one
    home were born on one day, a birth that agrees excuses the name as well; where slips of the finger make
    names of nobody's, such a name tells nothing.
    """
    is_vouched = _is_vouched(left, right, policy)
    if is_vouched and (policy.one_to_a_home or not are_born_apart(left, right)):
        return None
    if _is_written_wrongly(left, right, policy):
        return None
    names = product(left.names, right.names)
    told = ((a, b) for a, b in names if not (policy.slips_name_nobody and _is_a_slip(a, b, policy)))
    compared = (compare.given_names_of(a, b) for a, b in told)
    found = _least(comparison for comparison in compared if comparison.differs)
    return Refusal("given_name", found.sentence, found.values) if found else None


def _is_written_wrongly(left: Pool, right: Pool, policy: Policy) -> bool:
    if not (policy.one_to_a_birth and any(c.agrees for c in _compared(BIRTH, left, right))):
        return False
    return not _are_called_otherwise(left, right, policy)


def are_born_apart(left: Pool, right: Pool) -> bool:
    """Whether every day of birth of one clearly differs from every one of the other."""
    born = tuple(_compared(BIRTH, left, right))
    return bool(born) and all(comparison.differs for comparison in born)


def _exclusive(left: Pool, right: Pool, policy: Policy) -> Refusal | None:
    """Refuses where what a person has once for life (a birth, a number) contradicts, in three cases.

    - One such thing contradicts, and nothing else that is personal agrees.
    - Two contradict. No name and no mailbox excuses that: father and son may share both.
    - The births contradict, and are no slips.
    """
    for attribute in (BIRTH, *policy.exclusive_types):
        found = _least(c for c in _compared(attribute, left, right) if c.differs)
        if found and not _agrees_otherwise(attribute, left, right, policy):
            sentence = f"{found.sentence} Nothing else that is personal agrees."
            return Refusal("exclusive", sentence, found.values)
    return _twice_exclusive(left, right, policy) or _surely_born_apart(left, right, policy)


def _twice_exclusive(left: Pool, right: Pool, policy: Policy) -> Refusal | None:
    compared = {each: tuple(_compared(each, left, right)) for each in (BIRTH, *policy.exclusive_types)}
    if any(comparison.agrees for each in compared.values() for comparison in each):
        return None
    apart = [each for each in compared.values() if each and all(map(_is_far, each))]
    if len(apart) < 2:
        return None
    found = [min(each, key=lambda comparison: comparison.values) for each in apart]
    values = tuple(value for comparison in found for value in comparison.values)
    return Refusal("exclusive", " ".join(comparison.sentence for comparison in found), values)


def _surely_born_apart(left: Pool, right: Pool, policy: Policy) -> Refusal | None:
    """Refuses where two records or more of each group agree on a birth, and these clearly differ: a slip is
    made once. People of one home may share a name or a mailbox; who shares both is one person, who told
    another birthday somewhere.
    """
    compared = [compare.births(a, b) for a, b in product(left.sure_births, right.sure_births)]
    if not compared or not all(comparison.differs for comparison in compared):
        return None
    if _agrees_for_life(BIRTH, left, right, policy):
        return None
    if _are_named_alike(left, right) and _are_reached_alike(left, right):
        return None
    found = min(compared, key=lambda comparison: comparison.values)
    return Refusal("exclusive", f"{found.sentence} Two records of each say so.", found.values)


def _is_far(comparison: Comparison) -> bool:
    """Whether two slips of the finger do not make one value of the other either."""
    return comparison.differs and edits(comparison.left, comparison.right) > SLIPS


def _limit(left: Pool, right: Pool, policy: Policy) -> Refusal | None:
    """More values of a type than one person may have, whoever brought them.

    Not of the exclusive types: the rule above is theirs, it knows typing errors.
    """
    none: frozenset[str] = frozenset()
    for key_type in sorted(left.by_type.keys() | right.by_type.keys()):
        rule = policy.identifiers.get(key_type)
        if rule is None or rule.exclusive:
            continue
        count = len(left.by_type.get(key_type, none) | right.by_type.get(key_type, none))
        if count > rule.limit:
            what = f"{count} values of {key_type}"
            return Refusal("limit", f"Together they have {what}, one person at most {rule.limit}.")
    return None


def _is_vouched(left: Pool, right: Pool, policy: Policy) -> bool:
    """Whether named records of both show one strong identifier. Of numbers for life a typing error is
    allowed, and none of the type may contradict: who shows two numbers shows somebody else's.
    """
    if any(key.type not in policy.exclusive_types for key in left.vouched & right.vouched):
        return True
    return any(
        _shares_number(key_type, left, right) and not any(c.differs for c in _compared(key_type, left, right))
        for key_type in policy.exclusive_types
    )


def _shares_number(key_type: str, left: Pool, right: Pool) -> bool:
    return any(
        compare.numbers(key_type, one.value, other.value).agrees
        for one, other in product(left.vouched, right.vouched)
        if one.type == other.type == key_type
    )


def _agrees_otherwise(attribute: str, left: Pool, right: Pool, policy: Policy) -> bool:
    if _are_named_alike(left, right) or _are_reached_alike(left, right):
        return True
    return _agrees_for_life(attribute, left, right, policy)


def _agrees_for_life(but: str, left: Pool, right: Pool, policy: Policy) -> bool:
    others = (other for other in (BIRTH, *policy.exclusive_types) if other != but)
    return any(c.agrees for other in others for c in _compared(other, left, right))


def _are_named_alike(left: Pool, right: Pool) -> bool:
    return any(compare.given_names_of(a, b).agrees for a, b in product(left.names, right.names))


def _are_reached_alike(left: Pool, right: Pool) -> bool:
    return any(emails.are_near(one, other) for one, other in product(_mailboxes(left), _mailboxes(right)))


def _mailboxes(pool: Pool) -> set[str]:
    return {emails.mailbox(address) for address in pool.by_type.get(EMAIL, ())}


def _compared(attribute: str, left: Pool, right: Pool) -> Iterable[Comparison]:
    if attribute == BIRTH:
        return (compare.births(a, b) for a, b in product(left.births, right.births))
    none: frozenset[str] = frozenset()
    values = product(left.by_type.get(attribute, none), right.by_type.get(attribute, none))
    return (compare.numbers(attribute, a, b) for a, b in values)


def _least(comparisons: Iterable[Comparison]) -> Comparison | None:
    """One of several reasons, the same whatever the order of a set and whichever side is left."""
    return min(comparisons, key=lambda comparison: comparison.values, default=None)
