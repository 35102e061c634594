"""The conditions and limits of a campaign's document."""

from functools import partial

from offers.marketing.campaign import SPEND_BASES, Conditions, Frequency, Limits, Window
from offers.marketing.campaign_reader import Section, one_of, share, span, whole
from offers.marketing.campaign_values import amounts, clock, key, moment
from offers.model import CHANNELS
from offers.money import BP

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MANY = 1_000_000_000


def conditions(given: Section) -> Conditions:
    """The section `conditions`."""
    valid = given.section("valid")
    found = Conditions(
        minimum_spend=amounts(given, "minimum_spend"),
        minimum_spend_of=given.take("minimum_spend_of", one_of(SPEND_BASES), "scope"),
        minimum_units=given.take("minimum_units", partial(whole, least=1, most=10_000), 0),
        stores=frozenset(given.each("stores", key)),
        channels=frozenset(given.each("channels", one_of(CHANNELS))),
        windows=tuple(_window(part) for part in given.sections("hours")),
        valid_from=valid.take("from", moment, None),
        valid_until=valid.take("until", moment, None),
        stock_units=given.take("stock", partial(whole, least=0, most=1_000_000), None),
        margin_floor_bp=_margin(given),
    )
    valid.close()
    given.close()
    start, end = found.valid_from, found.valid_until
    if start is not None and type(start) is type(end) and start > end:
        valid.refuse("until", "lies before from")
    return found


def _margin(given: Section) -> int | None:
    if given.values.get("margin_floor") == "0%":  # never below cost
        given.asked.append("margin_floor")
        return 0
    return given.take("margin_floor", partial(share, most_bp=9_999), None)


def _window(given: Section) -> Window:
    days = given.each("days", one_of(WEEKDAYS)) or WEEKDAYS
    window = Window(
        weekdays=frozenset(map(WEEKDAYS.index, days)),
        since=given.must("from", clock, clock("00:00")),
        until=given.must("until", partial(clock, midnight=True), clock("00:00")),
    )
    given.close()
    return window


def limits(given: Section) -> Limits:
    """The section `limits`."""
    count = partial(whole, least=1, most=MANY)
    found = Limits(
        total=given.take("total", count, None),
        per_profile=given.take("per_profile", partial(whole, least=1, most=1000), None),
        per_store_day=given.take("per_store_day", count, None),
        units_per_basket=given.take("units_per_basket", partial(whole, least=1, most=10_000), None),
        amount_per_basket=amounts(given, "amount_per_basket"),
        budget=amounts(given, "budget"),
        frequency=_frequency(given.section("frequency")) if given.has("frequency") else None,
    )
    given.asked.append("frequency")
    given.close()
    return found


def _frequency(given: Section) -> Frequency:
    frequency = Frequency(
        uses=given.must("uses", partial(whole, least=1, most=1000), 1),
        period_s=given.must("period", span, 1),
        decay_bp=given.take("decay", share, BP),
    )
    given.close()
    if not frequency.period_s:
        given.refuse("period", "must be longer than nothing")
    return frequency
