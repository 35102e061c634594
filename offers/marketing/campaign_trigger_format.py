"""What sets a campaign off and whom it is for: the sections `trigger` and `audience`, both ways."""

from collections.abc import Callable, Mapping
from functools import partial

from offers.marketing.campaign import (
    INTEREST_KINDS,
    STAFF,
    Always,
    Audience,
    Away,
    BasketHolds,
    Happened,
    Interest,
    Schedule,
    Trigger,
)
from offers.marketing.campaign_conditions import WEEKDAYS
from offers.marketing.campaign_reader import Section, one_of, share, span, spell_share, spell_span, whole
from offers.marketing.campaign_reward_format import cover, spell_amounts, spell_cover
from offers.marketing.campaign_values import amounts, key, slug

Plain = dict[str, object]
_KINDS = ("interest", "basket", "schedule", "event", "lapse")
_FOREVER_S = 1 << 40


def trigger(document: Section) -> Trigger:
    """What is written under `trigger`: `always`, or one kind with its section."""
    written = document.values.get("trigger")
    kinds = [kind for kind in _KINDS if isinstance(written, Mapping) and written.get(kind) is not None]
    if len(kinds) != 1:
        document.asked.append("trigger")
        if written != "always":
            document.refuse("trigger", f"write `trigger: always`, or one of {', '.join(_KINDS)} under it")
        return Always()
    given = document.section("trigger")
    read: dict[str, Callable[[Section], Trigger]] = {
        "interest": _interest,
        "basket": _basket,
        "schedule": _schedule,
        "event": _event,
        "lapse": _away,
    }
    found = read[kinds[0]](given.section(kinds[0]))
    given.asked += [kind for kind in _KINDS if kind not in given.asked]
    given.close()
    return found


def _interest(inner: Section) -> Interest:
    interest = Interest(
        kinds=frozenset(inner.each("kinds", one_of(INTEREST_KINDS))),
        minimum_age_s=inner.take("minimum_age", span, 0),
        maximum_age_s=inner.must("maximum_age", span, _FOREVER_S),
        bought_before_s=inner.take("not_bought_for", span, 0),
    )
    if not interest.kinds:
        inner.refuse(None, "kinds is missing; name one or more of viewed, searched, carted")
    if interest.maximum_age_s <= interest.minimum_age_s:
        inner.refuse("maximum_age", "must be longer than minimum_age")
    inner.close()
    return interest


def _basket(inner: Section) -> BasketHolds:
    found = BasketHolds(
        cover(inner),
        inner.take("minimum_units", partial(whole, least=0, most=10_000), 1),
        amounts(inner, "minimum_spend"),
    )
    inner.close()
    return found


def _schedule(inner: Section) -> Schedule:
    found = Schedule(
        weekdays=frozenset(map(WEEKDAYS.index, inner.each("weekdays", one_of(WEEKDAYS)))),
        nth=frozenset(inner.each("nth", partial(whole, least=1, most=5))),
        days=frozenset(inner.each("days", partial(whole, least=1, most=31))),
        months=frozenset(inner.each("months", partial(whole, least=1, most=12))),
    )
    inner.close()
    if found == Schedule():
        inner.refuse(None, "name weekdays, days or months; without any write `trigger: always`")
    if found.nth and not found.weekdays:
        inner.refuse("nth", "needs weekdays: the first Monday is {weekdays: [mon], nth: [1]}")
    return found


def _event(inner: Section) -> Happened:
    found = Happened(inner.must("kind", key, "x"), inner.must("within", span, 1))
    inner.close()
    return found


def _away(inner: Section) -> Away:
    found = Away(inner.must("after", span, 1), inner.take("before", span, None))
    if found.most_s is not None and found.most_s <= found.least_s:
        inner.refuse("before", "must be longer than after")
    inner.close()
    return found


def audience(given: Section) -> Audience:
    """The section `audience`."""
    said = given.section("attributes")
    found = Audience(
        tiers=frozenset(given.each("tiers", key)),
        staff=given.take("staff", one_of(STAFF), "excluded"),
        holdout_bp=given.take("holdout", partial(share, most_bp=9_000), 0),
        segments=frozenset(given.each("segments", slug)),
        without_segments=frozenset(given.each("without_segments", slug)),
        regions=frozenset(given.each("regions", key)),
        attributes=tuple((name, frozenset(said.each(name, key))) for name in sorted(said.values)),
        consents=frozenset(given.each("consents", key)),
        last_visit=_away(given.section("last_visit")) if given.has("last_visit") else None,
    )
    given.asked.append("last_visit")
    said.close()
    given.close()
    for segment in sorted(found.segments & found.without_segments):
        given.refuse("without_segments", f"{segment} is asked for and excluded")
    return found


def spell_trigger(given: Trigger) -> object:
    """What `trigger` reads back."""
    match given:
        case Always():
            return "always"
        case Interest():
            return {"interest": _spell_interest(given)}
        case BasketHolds(held, units, spend):
            asked = {"minimum_units": units} if units != 1 else {}
            spent = {"minimum_spend": spell_amounts(spend)} if spend else {}
            return {"basket": spell_cover(held) | asked | spent or {"minimum_units": units}}
        case Schedule(weekdays, nth, days, months):
            named = {"nth": nth, "days": days, "months": months}
            spelled: Plain = {"weekdays": [WEEKDAYS[day] for day in sorted(weekdays)]} if weekdays else {}
            return {"schedule": spelled | {name: sorted(some) for name, some in named.items() if some}}
        case Happened(kind, within_s):
            return {"event": {"kind": kind, "within": spell_span(within_s)}}
        case Away():
            return {"lapse": _spell_away(given)}


def _spell_interest(given: Interest) -> Plain:
    spans = {
        "minimum_age": given.minimum_age_s,
        "maximum_age": given.maximum_age_s,
        "not_bought_for": given.bought_before_s,
    }
    return {"kinds": sorted(given.kinds)} | {
        name: spell_span(span_s) for name, span_s in spans.items() if span_s
    }


def _spell_away(given: Away) -> Plain:
    before = {"before": spell_span(given.most_s)} if given.most_s is not None else {}
    return {"after": spell_span(given.least_s), **before}


def spell_audience(given: Audience) -> Plain:
    """The section that `audience` reads back."""
    sets = {
        "tiers": given.tiers,
        "segments": given.segments,
        "without_segments": given.without_segments,
        "regions": given.regions,
        "consents": given.consents,
    }
    found: Plain = {name: sorted(some) for name, some in sets.items() if some}
    if given.staff != "excluded":
        found["staff"] = given.staff
    if given.holdout_bp:
        found["holdout"] = spell_share(given.holdout_bp)
    if given.attributes:
        found["attributes"] = {name: sorted(words) for name, words in given.attributes}
    if given.last_visit is not None:
        found["last_visit"] = _spell_away(given.last_visit)
    return found
