"""A campaign back to its document: plain values for JSON, and YAML text for people.

Invariant: parsing what is written here gives an equal campaign; what stands at its default is left out.
"""

from collections.abc import Iterable
from datetime import date, datetime

import yaml

from offers.marketing.campaign import Campaign, Conditions, Limits, Message, Scope, Stacking, Variant, Window
from offers.marketing.campaign_conditions import WEEKDAYS
from offers.marketing.campaign_reader import spell_share, spell_span
from offers.marketing.campaign_reward_format import spell_amounts, spell_reward
from offers.marketing.campaign_trigger_format import spell_audience, spell_trigger
from offers.money import BP

Plain = dict[str, object]


class _Dumper(yaml.SafeDumper):
    """Never writes an alias: the reader refuses them."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


def dump(campaign: Campaign) -> Plain:
    """The document as plain values, ready for JSON."""
    return _filled(
        campaign=campaign.id,
        name=campaign.name,
        funding=campaign.funding if campaign.funding != "retailer" else None,
        priority=campaign.priority or None,
        reach=campaign.reach if campaign.reach != "all" else None,
        placements=sorted(campaign.placements),
        messages=_messages(campaign.messages),
        audience=spell_audience(campaign.audience),
        trigger=spell_trigger(campaign.trigger),
        scope=_scope(campaign.scope),
        reward=spell_reward(campaign.reward),
        conditions=_conditions(campaign.conditions),
        limits=_limits(campaign.limits),
        stacking=_stacking(campaign.stacking),
        variants=[_variant(variant) for variant in campaign.variants],
        adaptive=campaign.adaptive or None,
    )


def dump_yaml(campaign: Campaign) -> str:
    """The document as YAML text."""
    return yaml.dump(dump(campaign), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def _filled(**values: object) -> Plain:
    """The values that say something: not absent, not empty."""
    return {name: value for name, value in values.items() if value is not None and value not in ("", [], {})}


def _messages(messages: Iterable[Message]) -> Plain:
    channels: dict[str, object] = {}
    for message in messages:
        languages = channels.setdefault(message.channel or "all", {})
        assert isinstance(languages, dict)
        languages[message.language] = _filled(
            title=message.title, text=message.text, receipt=message.receipt, neutral=message.neutral
        )
    return channels


def _scope(scope: Scope) -> Plain:
    without = _filled(
        products=sorted(scope.without_products),
        categories=sorted(scope.without_categories),
        groups=sorted(scope.without_groups),
    )
    return _filled(
        wanted=scope.wanted,
        products=sorted(scope.products),
        categories=sorted(scope.categories),
        groups=sorted(scope.groups),
        **{"except": without},
    )


def _conditions(given: Conditions) -> Plain:
    return _filled(
        minimum_spend=spell_amounts(given.minimum_spend),
        minimum_spend_of=given.minimum_spend_of if given.minimum_spend_of != "scope" else None,
        minimum_units=given.minimum_units or None,
        stores=sorted(given.stores),
        channels=sorted(given.channels),
        hours=[_window(window) for window in given.windows],
        valid=_filled(**{"from": _moment(given.valid_from), "until": _moment(given.valid_until)}),
        stock=given.stock_units,
        margin_floor=None if given.margin_floor_bp is None else spell_share(given.margin_floor_bp),
    )


def _window(window: Window) -> Plain:
    until = f"{window.until:%H:%M}"
    return {
        "days": [WEEKDAYS[day] for day in sorted(window.weekdays)],
        "from": f"{window.since:%H:%M}",
        "until": "24:00" if until == "00:00" else until,
    }


def _moment(moment: datetime | date | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _limits(limits: Limits) -> Plain:
    frequency = limits.frequency
    return _filled(
        total=limits.total,
        per_profile=limits.per_profile,
        per_store_day=limits.per_store_day,
        units_per_basket=limits.units_per_basket,
        amount_per_basket=spell_amounts(limits.amount_per_basket),
        budget=spell_amounts(limits.budget),
        frequency=frequency
        and _filled(
            uses=frequency.uses,
            period=spell_span(frequency.period_s),
            decay=spell_share(frequency.decay_bp) if frequency.decay_bp != BP else None,
        ),
    )


def _stacking(stacking: Stacking) -> Plain:
    return _filled(
        group=stacking.group,
        joins=sorted(stacking.joins),
        order=stacking.order or None,
        already=sorted(stacking.already),
    )


def _variant(variant: Variant) -> Plain:
    return _filled(
        name=variant.name,
        share=spell_share(variant.share_bp),
        reward=spell_reward(variant.reward) if variant.reward else None,
        messages=_messages(variant.messages),
    )
