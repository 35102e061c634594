"""Explanations as text, for people at a terminal: what `GET /v1/why` and `.../how` tell, in lines."""

from collections.abc import Iterator, Mapping
from typing import Any

Told = Mapping[str, Any]

BAR_BITS = 1.5
"""How many bits a character of the waterfall stands for."""
BAR_LONGEST = 16


def why(told: Told) -> str:
    """Whether two records are one person, and what speaks for and against it."""
    return "\n".join(_why(told))


def how(told: Told) -> str:
    """How a profile came together, join by join."""
    return "\n".join(_how(told))


def _why(told: Told) -> Iterator[str]:
    for side in ("left", "right"):
        yield f"{side:5}  {_record(told[side])}"
    yield ""
    yield "One person." if told["same_person"] else "Two persons."
    yield told["verdict"]
    if told["veto"]:
        yield f"Veto: {told['veto']['rule']}. {told['veto']['reason']}"
    yield ""
    yield "What speaks for (+) and against (-):"
    for each in told["evidence"]:
        yield f"  {_sign(each['speaks'])} {each['reason']}{_values(each)}"
    if not told["evidence"]:
        yield "  Nothing that both say."
    yield ""
    yield from _waterfall(told["weights"])


def _waterfall(weights: Told) -> Iterator[str]:
    yield "Weight in bits:"
    yield f"  {weights['prior_bits']:+8.2f} {'':{BAR_LONGEST}}  before anything is compared"
    for step in weights["steps"]:
        yield (
            f"  {step['bits']:+8.2f} {_bar(step['bits']):{BAR_LONGEST}}  {step['attribute']}: {step['level']}"
            f"{_values(step)}"
        )
    line = {
        "join": "reaches the line to join",
        "review": "reaches the line to look at, not the one to join",
        "none": "reaches no line",
    }[weights["reached"]]
    lines = f"join from {weights['join_bits']:.1f}, look at from {weights['review_bits']:.1f}"
    yield f"  {weights['total_bits']:+8.2f} {'':{BAR_LONGEST}}  in all: {line} ({lines})"


def _how(told: Told) -> Iterator[str]:
    named = {each["record"]: _record(each) for each in told["records"]}
    yield f"Profile {told['profile']}: {len(named)} records"
    for text in named.values():
        yield f"  {text}"
    yield ""
    for join in told["joins"]:
        weight = f" ({join['weight_bits']:.1f} bits)" if join["basis"] == "weight" else ""
        yield f"{join['step']:3}. {join['left']} + {join['right']}"
        yield f"     {join['reason']}{weight}"
    if not told["joins"]:
        yield "Nothing was joined."
    for each in told["refused"]:
        yield f"  x  {each['left']} | {each['right']}"
        yield f"     {each['reason']}"
    for words in told["given_up"]:
        yield f"Given up, because too much hangs together: {words}"
    quality = told["quality"]
    yield ""
    yield f"Density {quality['density']:.2f}, bridges {len(quality['bridges'])}" + (
        f". Look at this: {quality['doubt']}." if quality["doubt"] else "."
    )


def _record(told: Told) -> str:
    stub = ", a stub" if told["stub"] else ""
    return f"{told['record']}  {told['source']} ({told['channel']}{stub})"


def _sign(speaks: int) -> str:
    return "+" if speaks > 0 else "-" if speaks < 0 else "."


def _values(step: Told) -> str:
    values = step.get("values")
    return f"  [{' | '.join(values)}]" if values else ""


def _bar(bits: float) -> str:
    return ("+" if bits > 0 else "-") * min(BAR_LONGEST, round(abs(bits) / BAR_BITS))
