"""Whether a rule may play at all, asked before any price: switch, place, time, person, limits, items.

Invariant: every no has a reason and, where the shopper can do something about it, a hint. No reason depends
on cost.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from offers.catalogue.rule import Hours, Rule
from offers.evaluation import audience
from offers.evaluation.case import Case, Item
from offers.evaluation.decision import Hint
from offers.interests import interest_rules
from offers.interests.interest_rules import Standing
from offers.marketing.campaign import Schedule
from offers.model import ONE_UNIT_MILLI, Left


class No(NamedTuple):
    """Why not, and what would help."""

    reason: str
    hint: Hint | None = None


_NOTHING_TAKEN = Left()


def refuse(case: Case, rule: Rule) -> No | None:
    """Why the rule may not play in this query, whatever is in the basket; None when it may."""
    known = case.known
    if known.all_stopped or rule.number in known.stopped:
        return No("stopped")
    if rule.channels and case.query.channel not in rule.channels:
        return No("channel")
    if rule.stores and case.query.place.store not in rule.stores:
        return No("store")
    if rule.reach == "code" and rule.number not in known.opened:
        return No("needs_code")
    return (
        (_refuse_time(case, rule) if rule.timed else None)
        or _refuse_person(case, rule)
        or (_refuse_limits(case, rule) if rule.limited else None)
    )


def refuse_item(case: Case, rule: Rule, item: Item) -> No | None:
    """Why this item is out of reach of the rule's reward; None when it is not."""
    if item.banned:
        return No("not_discountable")
    for kind in item.already:
        if kind not in rule.already:
            return No("till_discount", Hint("already", kind))
    need = rule.stock_units if rule.stock_units is not None else int(item.virtual)
    return _refuse_stock(case, item, need) if need and item.product is not None else None


def standing(case: Case, rule: Rule, item: Item) -> Standing | No | None:
    """The interest that sets the rule off for this item; None for a rule that needs none."""
    if rule.interest is None:
        return None
    if rule.wanted is None:
        roused = case.roused[rule.slot]
        return No(roused) if isinstance(roused, str) else roused
    want = item.group_want if rule.wanted == "group" and item.group_want is not None else item.want
    judged = interest_rules.judge(rule.interest, want, case.at_s) if want else "no_interest"
    return No(judged) if isinstance(judged, str) else judged


def recent_uses(case: Case, rule: Rule) -> int:
    """How often the person used the campaign within the period of its frequency guard."""
    if rule.frequency is None:
        return 0
    since = case.at_s - rule.frequency.period_s
    return sum(1 for used_at in case.known.redeemed.get(rule.number, ()) if used_at > since)


def ends_at(case: Case, rule: Rule) -> datetime | None:
    """The instant from which the rule no longer holds here: its validity or the window that is open now."""
    ends: list[datetime] = []
    until = rule.valid_until
    if isinstance(until, datetime):
        ends.append(until)
    elif until is not None:
        ends.append(_local(case, until + timedelta(days=1), 0))
    for hours in rule.hours:
        closing = _closing(case, hours)
        if closing is not None:
            ends.append(closing)
    return min(ends, default=None)


def _refuse_time(case: Case, rule: Rule) -> No | None:
    start, end = rule.valid_from, rule.valid_until
    if start is not None and _before(case, start):
        return No("not_yet", Hint("valid_from", start.isoformat()))
    if end is not None and not _before(case, end) and not _is_today(case, end):
        return No("ended")
    if rule.hours and all(_closing(case, hours) is None for hours in rule.hours):
        first = min(rule.hours, key=lambda hours: _opens_in(case, hours)).since
        return No("hours", Hint("from", f"{first // 60:02d}:{first % 60:02d}"))
    if isinstance(rule.trigger, Schedule) and not _is_scheduled(rule.trigger, case.local.date()):
        return No("schedule")
    return None


def _is_scheduled(schedule: Schedule, day: date) -> bool:
    last = (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    nth = {(day.day - 1) // 7 + 1, *([5] if day + timedelta(days=7) > last else [])}
    days = {day.day, *(range(day.day, 32) if day == last else ())}
    return (
        (not schedule.weekdays or day.weekday() in schedule.weekdays)
        and (not schedule.nth or not schedule.nth.isdisjoint(nth))
        and (not schedule.days or not schedule.days.isdisjoint(days))
        and (not schedule.months or day.month in schedule.months)
    )


def _before(case: Case, moment: datetime | date) -> bool:
    if isinstance(moment, datetime):
        return case.query.price_time < moment
    return case.local.date() < moment


def _is_today(case: Case, moment: datetime | date) -> bool:
    return not isinstance(moment, datetime) and case.local.date() == moment


def _opens_in(case: Case, hours: Hours) -> int:
    """How many minutes on the wall until a window that is closed now opens."""
    since = hours.since - case.local.hour * 60 - case.local.minute
    days = [(day - case.local.weekday()) % 7 for day in hours.weekdays]
    return min([day * 1440 + since if day or since > 0 else 7 * 1440 + since for day in days])


def _closing(case: Case, hours: Hours) -> datetime | None:
    """When a window that is open now closes; None when it is closed."""
    now = case.local.hour * 60 + case.local.minute
    today, weekday = case.local.date(), case.local.weekday()
    overnight = hours.until <= hours.since
    if weekday in hours.weekdays and now >= hours.since and (overnight or now < hours.until):
        return _local(case, today + timedelta(days=overnight), hours.until)
    if overnight and (weekday - 1) % 7 in hours.weekdays and now < hours.until:
        return _local(case, today, hours.until)
    return None


def _local(case: Case, day: date, minute: int) -> datetime:
    clock = time(minute // 60, minute % 60)
    return datetime.combine(day, clock, tzinfo=case.local.tzinfo).astimezone(UTC)


def _refuse_person(case: Case, rule: Rule) -> No | None:
    shopper, asked = case.shopper, rule.audience
    is_staff = shopper is not None and shopper.staff
    if asked.staff == "only" and not is_staff:
        return No("staff_only")
    if asked.staff == "excluded" and is_staff:
        return No("staff")
    if not rule.personal:
        return None
    if not case.personal:
        return No(case.disclosure.personal)
    if rule.id in case.hidden:
        return No("hidden")
    if asked.tiers and (shopper is None or shopper.tier not in asked.tiers):
        return No("tier")
    reason = audience.refuse(rule.trigger, asked, case.known.traits, case.at_s)
    return No(reason) if reason is not None else None


def _refuse_limits(case: Case, rule: Rule) -> No | None:
    left = case.known.room.get(rule.number, _NOTHING_TAKEN)
    if left.uses is not None and left.uses <= 0:
        return No("limit_total")
    if left.store_day is not None and left.store_day <= 0:
        return No("limit_store_day")
    if left.budget_minor is not None and left.budget_minor <= 0:
        return No("budget_spent")
    if rule.per_profile is None and rule.frequency is None:
        return None
    if case.shopper is None:
        return No("needs_shopper", Hint("identify", "card"))
    uses = case.known.redeemed.get(rule.number, ())
    if rule.per_profile is not None and len(uses) >= rule.per_profile:
        return No("limit_per_profile")
    if rule.frequency is not None and recent_uses(case, rule) >= rule.frequency.uses:
        oldest_counted = sorted(uses)[-rule.frequency.uses]
        again = datetime.fromtimestamp(oldest_counted + rule.frequency.period_s, UTC)
        return No("frequency", Hint("again_at", again.isoformat()))
    return None


def _refuse_stock(case: Case, item: Item, need: int) -> No | None:
    assert item.product is not None
    at_hand = case.known.stock.get(item.product.product_no)
    if at_hand is None:
        in_store = case.query.place.store_no is not None
        return No("stock_unknown", _product(item)) if item.virtual and in_store else None
    return No("out_of_stock", _product(item)) if at_hand < need * ONE_UNIT_MILLI else None


def _product(item: Item) -> Hint | None:
    return Hint("product", item.sku) if item.sku is not None else None
