"""A segment's rule: who belongs to it, as alternatives of which each asks for several things at once.

Invariant: a `Segment` that exists is well formed; `parse` is the only way from a document, `dump` goes back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from offers.evaluation import audience
from offers.marketing.campaign import Always, Audience, Happened
from offers.marketing.campaign_document import read
from offers.marketing.campaign_reader import Problems, Section, span, spell_span, text
from offers.marketing.campaign_trigger_format import audience as read_audience
from offers.marketing.campaign_trigger_format import spell_audience
from offers.marketing.campaign_values import key, slug
from offers.model import Traits

Plain = dict[str, object]
MOST_ALTERNATIVES = 20


@dataclass(frozen=True, slots=True)
class Alternative:
    """All of this must hold: what an audience asks, that these events happened, and that those did not."""

    audience: Audience
    events: tuple[Happened, ...] = ()
    without_events: tuple[Happened, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A named set of people: whoever fits one of the alternatives."""

    id: str
    name: str
    when: tuple[Alternative, ...]


def belongs(segment: Segment, traits: Traits, tier: str | None, at_s: int) -> bool:
    """Whether a person of these traits belongs to the segment at an instant."""
    return any(_fits(one, traits, tier, at_s) for one in segment.when)


def filled(segments: Iterable[Segment], traits: Traits, tier: str | None, at_s: int) -> Traits:
    """The traits with the segments that the person belongs to."""
    return replace(traits, segments=frozenset(one.id for one in segments if belongs(one, traits, tier, at_s)))


def _fits(one: Alternative, traits: Traits, tier: str | None, at_s: int) -> bool:
    asked = one.audience
    return (
        (not asked.tiers or tier in asked.tiers)
        and audience.refuse(Always(), asked, traits, at_s) is None
        and all(audience.refuse(event, _ANYBODY, traits, at_s) is None for event in one.events)
        and all(audience.refuse(event, _ANYBODY, traits, at_s) is not None for event in one.without_events)
    )


_ANYBODY = Audience()


def parse(document: str | bytes | Mapping[str, object]) -> Segment | Problems:
    """The segment that a YAML text or a plain mapping describes, or everything that is wrong with it."""
    return read(document, _segment, first="segment")


def _segment(document: Section) -> Segment:
    segment = Segment(
        id=document.must("segment", slug, "x"),
        name=document.must("name", partial(text, longest=200), "x"),
        when=tuple(map(_alternative, document.sections("when"))),
    )
    document.close()
    if not 1 <= len(segment.when) <= MOST_ALTERNATIVES:
        document.refuse("when", f"write 1 to {MOST_ALTERNATIVES} alternatives")
    return segment


def _alternative(given: Section) -> Alternative:
    events = tuple(map(_event, given.sections("events")))
    without = tuple(map(_event, given.sections("without_events")))
    own = {name: value for name, value in given.values.items() if name not in {"events", "without_events"}}
    inner = Section(given.notes, given.path, own)
    found = read_audience(inner)
    for name in ("segments", "without_segments", "staff", "holdout"):
        if given.has(name):
            given.refuse(name, "a segment's rule does not ask for this")
    if found == Audience() and not events and not without:
        given.refuse(None, "ask for something")
    return Alternative(found, events, without)


def _event(given: Section) -> Happened:
    found = Happened(given.must("kind", key, "x"), given.must("within", span, 1))
    given.close()
    return found


def dump(segment: Segment) -> Plain:
    """The document as plain values."""
    return {
        "segment": segment.id,
        "name": segment.name,
        "when": [
            spell_audience(one.audience)
            | ({"events": [_spell(event) for event in one.events]} if one.events else {})
            | (
                {"without_events": [_spell(event) for event in one.without_events]}
                if one.without_events
                else {}
            )
            for one in segment.when
        ],
    }


def _spell(event: Happened) -> Plain:
    return {"kind": event.kind, "within": spell_span(event.within_s)}
