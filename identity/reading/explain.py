"""Why records are one person, and why not: in sentences, from the evidence.

Invariant: pure, and what is explained is what was decided, because the same comparisons are asked again. A
sentence holds no personal value; the values stand beside it for those who may see them.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import product
from typing import Final

from identity.model import Key, Verdict
from identity.partition.groups import Join
from identity.partition.judgements import Bench
from identity.partition.links import Link, Member, Strength
from identity.partition.veto import Refusal, veto
from identity.policy import BLOCK, BOUND, Policy
from identity.scoring import compare, weigh
from identity.scoring.compare import Comparison, Level
from identity.scoring.pool import Pool
from identity.scoring.weigh import UNITS_PER_BIT, Model

ONE_RECORD: Final = "Both ids ask for one and the same record."
_TEXTS: Final = ("street", "street_number", "city", "region", "postcode", "country", "sex")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one attribute or identifier type says: for (1), against (-1) or neither (0)."""

    attribute: str
    speaks: int
    sentence: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Weights:
    """The waterfall: from what is believed of any two records, attribute by attribute, to the weight.

    `reached` is the line that the weight reaches: join, review or none.
    """

    prior_bits: float
    steps: tuple[weigh.Evidence, ...]
    total_bits: float
    join_bits: float
    review_bits: float
    reached: str


@dataclass(frozen=True, slots=True)
class Why:
    """What speaks for and against two records being one shopper, and what became of it."""

    verdict: str
    link: Link | None
    refusal: Refusal | None
    evidence: tuple[Evidence, ...]
    weights: Weights


def basis(link: Link) -> str:
    """Why two records are linked, in a sentence."""
    match link.strength:
        case Strength.JUDGED:
            return "Somebody decided that they are the same."
        case Strength.DETERMINISTIC:
            return _DETERMINISTIC.get(link.basis, f"Both show the same {_words(link.basis)}.")
        case Strength.PROBABLE:
            return f"They agree by {bits(link.weight)}, enough to join."
        case Strength.POSSIBLE:
            return f"They agree by {bits(link.weight)}, enough to look at."


def bits(weight: int) -> str:
    """A weight in bits, for people."""
    return f"{weight / UNITS_PER_BIT:.1f} bits"


def joined(join: Join) -> str:
    """Why two groups became one, in a sentence."""
    if join.stage == 2:
        return f"Taken together, what is known of both agrees by {bits(join.weight)}."
    return basis(join.link)


def why(
    left: Member,
    right: Member,
    *,
    link: Link | None,
    dead: AbstractSet[Key],
    bench: Bench,
    model: Model,
    policy: Policy,
) -> Why:
    """What speaks for and against two records, and the `link` between them; `dead` are the keys of both that
    say nothing any more.
    """
    refusal = veto(left.pool, right.pool, bench, policy)
    judged = bench.between(left.pool.refs, right.pool.refs)
    evidence = [*_identifiers(left, right, dead), *_attributes(left, right)]
    if judged is not None:
        same = judged.verdict is Verdict.SAME
        sentence = f"Somebody decided that they are {'the same' if same else 'different'}."
        evidence.insert(0, Evidence("judgement", 1 if same else -1, sentence))
    verdict = ONE_RECORD if left.ref == right.ref else _verdict(link, refusal)
    return Why(verdict, link, refusal, tuple(evidence), weights(left.pool, right.pool, model))


def weights(left: Pool, right: Pool, model: Model) -> Weights:
    """What two records, or two groups, weigh, and how that adds up."""
    weight = model.weight(left, right)
    reached = "join" if weight >= model.join_line else "review" if weight >= model.review_line else "none"
    return Weights(
        prior_bits=model.prior_bits,
        steps=tuple(model.evidence(left, right)),
        total_bits=weight / UNITS_PER_BIT,
        join_bits=model.join_line / UNITS_PER_BIT,
        review_bits=model.review_line / UNITS_PER_BIT,
        reached=reached,
    )


_DETERMINISTIC: Final = {
    "email": "Both show the same e-mail address, and no name speaks against it.",
    "payment_reference": "Both paid from the same account, and no name speaks against it.",
    "phone": "Both show the same phone number, and the name or the date of birth agrees.",
    "device": "The account signed in on this device.",
    "anonymous_id": "The account signed in on this browser.",
}


def _verdict(link: Link | None, refusal: Refusal | None) -> str:
    if link is None:
        return "Nothing links them."
    if refusal is not None:
        return f"{basis(link)} They stay apart all the same. {refusal.sentence}"
    if link.strength is Strength.POSSIBLE:
        return basis(link)
    return f"{basis(link)} By themselves they are one; others may forbid it."


def _identifiers(left: Member, right: Member, dead: AbstractSet[Key]) -> list[Evidence]:
    found = [
        Evidence(key.type, 1, f"Both show the same {_words(key.type)}.", (key.value,))
        for key in sorted(left.posted & right.posted)
        if key.type not in (BLOCK, BOUND)
    ]
    found += [
        Evidence(
            key.type, 0, f"The {_words(key.type)} that both show is shared by too many others.", (key.value,)
        )
        for key in sorted(dead)
        if key.type not in (BLOCK, BOUND)
    ]
    return found


def _attributes(left: Member, right: Member) -> list[Evidence]:
    compared: list[Comparison] = []
    if left.name is not None and right.name is not None:
        if left.name.organisation or right.name.organisation:
            compared.append(compare.names(left.name, right.name))
        else:
            compared.append(compare.given_names_of(left.name, right.name))
            compared.append(compare.family_names_of(left.name, right.name))
    compared += [compare.births(a, b) for a, b in product(left.pool.births, right.pool.births)]
    for name in _TEXTS:
        texts = product(left.pool.values(name), right.pool.values(name))
        compared += [compare.texts(name, str(one), str(other)) for one, other in texts]
    return [_evidence(comparison) for comparison in compared if comparison.left and comparison.right]


def _evidence(comparison: Comparison) -> Evidence:
    speaks = (comparison.level > Level.UNSURE) - (comparison.level < Level.UNSURE)
    return Evidence(comparison.attribute, speaks, comparison.sentence, comparison.values)


def _words(key_type: str) -> str:
    return _NOUNS.get(key_type, key_type.replace("_", " "))


_NOUNS: Final = {
    "email": "e-mail address",
    "phone": "phone number",
    "account_id": "account",
    "tax_id": "tax number",
}
