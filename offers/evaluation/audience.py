"""Whether a person is meant: segments, region, attributes, consents, last visit, and what happened to them.

Invariant: what is not known of a person never lets them in; it does not keep them out of what excludes.
"""

from offers.marketing.campaign import Audience, Away, Happened, Trigger
from offers.model import Traits

_NOTHING = Traits()


def refuse(trigger: Trigger, asked: Audience, traits: Traits | None, at_s: int) -> str | None:
    """Why the person is not meant, or None. Tiers and staff are asked elsewhere."""
    if not asked.asks_for_traits and not isinstance(trigger, Happened | Away):
        return None
    known = traits or _NOTHING
    return _refuse_sets(asked, known) or _refuse_times(trigger, asked, known, at_s)


def _refuse_sets(asked: Audience, known: Traits) -> str | None:
    if asked.segments and asked.segments.isdisjoint(known.segments):
        return "segment"
    if not asked.without_segments.isdisjoint(known.segments):
        return "segment"
    if asked.regions and not any(_lies_in(known.region, region) for region in asked.regions):
        return "region"
    if any(known.attributes.get(name) not in words for name, words in asked.attributes):
        return "attribute"
    return None if asked.consents <= known.consents else "consent"


def _lies_in(known: str | None, region: str) -> bool:
    """`AT-1010` lies in `AT` and in `AT-10`; a country is not begun by another's name."""
    if known is None:
        return False
    return known.startswith(region) if "-" in region else known.partition("-")[0] == region


def _refuse_times(trigger: Trigger, asked: Audience, known: Traits, at_s: int) -> str | None:
    if asked.last_visit is not None and not is_away(asked.last_visit, known, at_s):
        return "last_visit"
    if isinstance(trigger, Away) and not is_away(trigger, known, at_s):
        return "not_lapsed"
    if isinstance(trigger, Happened):
        happened = known.events.get(trigger.kind)
        if happened is None or not 0 <= at_s - happened <= trigger.within_s:
            return "no_event"
    return None


def is_away(asked: Away, known: Traits, at_s: int) -> bool:
    """Whether the last visit lies back as far as asked; who never came is not away."""
    if known.last_visit_at_s is None:
        return False
    away_s = at_s - known.last_visit_at_s
    return asked.least_s <= away_s and (asked.most_s is None or away_s < asked.most_s)
