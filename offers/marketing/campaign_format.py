"""From a document to a campaign: what is allowed where, and what to say when it is not (docs/campaigns.md).

Invariant: `parse` accepts exactly what `campaign_dump.dump` can write, and gives back an equal campaign.
"""

from collections.abc import Mapping
from functools import partial
from string import Formatter

from offers.marketing import campaign_conditions as conditions
from offers.marketing.campaign import (
    FUNDINGS,
    REACHES,
    WANTED,
    Campaign,
    Interest,
    Message,
    Scope,
    Stacking,
    Variant,
)
from offers.marketing.campaign_document import read
from offers.marketing.campaign_reader import Problems, Section, one_of, share, text, whole, yes_or_no
from offers.marketing.campaign_reward_format import reward
from offers.marketing.campaign_rewards import (
    AmountOff,
    Bundle,
    BuyGet,
    Gift,
    Notice,
    Points,
    Reward,
    TenderCoupon,
)
from offers.marketing.campaign_trigger_format import audience, trigger
from offers.marketing.campaign_values import category, key, language, placement, sku, slug
from offers.model import ALREADY_KINDS, CHANNELS
from offers.money import BP

MAXIMUM_PRODUCTS = 50_000
PLACEHOLDERS = ("product", "price_before", "price_after", "discount")


def parse(document: str | bytes | Mapping[str, object]) -> Campaign | Problems:
    """The campaign that a YAML text or a plain mapping describes, or everything that is wrong with it."""
    return read(document, _campaign, first="campaign")


def _campaign(document: Section) -> Campaign:
    campaign = Campaign(
        id=document.must("campaign", slug, "x"),
        name=document.must("name", partial(text, longest=200), "x"),
        funding=document.take("funding", one_of(FUNDINGS), "retailer"),
        priority=document.take("priority", partial(whole, least=-1_000_000, most=1_000_000), 0),
        reach=document.take("reach", one_of(REACHES), "all"),
        placements=frozenset(document.each("placements", placement)),
        messages=_messages(document),
        audience=audience(document.section("audience")),
        trigger=trigger(document),
        scope=_scope(document.section("scope")),
        reward=reward(document.section("reward")),
        conditions=conditions.conditions(document.section("conditions")),
        limits=conditions.limits(document.section("limits")),
        stacking=_stacking(document.section("stacking")),
        variants=tuple(map(_variant, document.sections("variants"))),
        adaptive=document.take("adaptive", yes_or_no, False),
    )
    document.close()
    _check_whole(campaign, document)
    return campaign


def _check_whole(campaign: Campaign, document: Section) -> None:
    """What no section can see alone."""
    if (
        isinstance(campaign.reward, AmountOff)
        and campaign.reward.per == "basket"
        and campaign.limits.units_per_basket
    ):
        document.refuse("limits", "units_per_basket needs a reward per unit, not one amount per basket")
    if campaign.scope.wanted and not isinstance(campaign.trigger, Interest):
        document.refuse("scope", "wanted needs an interest as trigger")
    if campaign.reach == "code" and isinstance(campaign.trigger, Interest):
        document.refuse("reach", "a code is brought by whoever has it; an interest goes with reach: all")
    for given in (campaign.reward, *(one.reward for one in campaign.variants if one.reward is not None)):
        _check_reward(campaign, given, document)
    if not campaign.messages:
        document.refuse("messages", "write at least a title in one language")
    if campaign.adaptive and not campaign.variants:
        document.refuse("adaptive", "there are no variants whose shares could follow what they earn")
    names = [variant.name for variant in campaign.variants]
    if len(set(names)) < len(names):
        document.refuse("variants", "two variants have the same name")
    if campaign.audience.holdout_bp + sum(variant.share_bp for variant in campaign.variants) > BP:
        document.refuse("variants", "the holdout and the variants' shares are more than 100% together")


def _check_reward(campaign: Campaign, given: Reward, document: Section) -> None:
    """A variant may give more or less of it, never another thing: the index knows what a campaign covers."""
    shaped = BuyGet | Bundle | Gift | Points | TenderCoupon | Notice
    if (isinstance(given, shaped) or isinstance(campaign.reward, shaped)) and (
        type(given) is not type(campaign.reward)
        or getattr(given, "parts", ()) != getattr(campaign.reward, "parts", ())
        or getattr(given, "of", None) != getattr(campaign.reward, "of", None)
        or getattr(given, "products", ()) != getattr(campaign.reward, "products", ())
    ):
        document.refuse("variants", "a variant's reward is of the same kind and on the same products")
    if isinstance(given, shaped) and campaign.scope.wanted:
        document.refuse("scope", "wanted goes with percent, amount or price only")
    if isinstance(given, Bundle) and (
        campaign.scope.products or campaign.scope.categories or campaign.scope.groups
    ):
        document.refuse("scope", "a bundle's parts say what it covers; only `except` is allowed here")
    if isinstance(given, Gift) and not given.products:
        document.refuse("reward.gift", "name at least one product")
    if isinstance(given, Points) and (campaign.limits.budget or campaign.limits.amount_per_basket):
        document.refuse("limits", "points are no money: limit them by total or per_profile")
    if isinstance(given, Points | TenderCoupon | Notice) and campaign.conditions.margin_floor_bp is not None:
        document.refuse("conditions.margin_floor", "only what lowers a price has a margin to keep")


def _messages(document: Section) -> tuple[Message, ...]:
    given = document.section("messages")
    found: list[Message] = []
    for channel in ("all", *CHANNELS):
        if not given.has(channel):
            given.asked.append(channel)
            continue
        languages = given.section(channel)
        found += [_message(languages, channel, tag) for tag in sorted(languages.values)]
        languages.close()
    given.close()
    return tuple(found)


def _message(languages: Section, channel: str, tag: str) -> Message:
    try:
        language(tag)
    except ValueError as error:
        languages.refuse(tag, str(error))
    words = languages.section(tag)
    message = Message(
        channel=None if channel == "all" else one_of(CHANNELS)(channel),
        language=tag,
        title=words.must("title", _words, "x"),
        text=words.take("text", _words, ""),
        receipt=words.take("receipt", _words, ""),
        neutral=words.take("neutral", _words, ""),
    )
    words.close()
    return message


def _words(value: object) -> str:
    words = text(value)
    try:
        names = [name for _, name, spec, conversion in Formatter().parse(words) if name is not None]
        plain = all(not spec and not conversion for _, _, spec, conversion in Formatter().parse(words))
    except ValueError as error:
        raise ValueError("a brace stands alone; write {{ and }} for braces") from error
    if not plain or not set(names) <= set(PLACEHOLDERS):
        raise ValueError(f"placeholders allowed: {', '.join(f'{{{name}}}' for name in PLACEHOLDERS)}")
    return words


def _scope(given: Section) -> Scope:
    without = given.section("except")
    scope = Scope(
        products=frozenset(given.each("products", sku)),
        categories=frozenset(given.each("categories", category)),
        groups=frozenset(given.each("groups", key)),
        wanted=given.take("wanted", one_of(WANTED), None),
        without_products=frozenset(without.each("products", sku)),
        without_categories=frozenset(without.each("categories", category)),
        without_groups=frozenset(without.each("groups", key)),
    )
    without.close()
    given.close()
    if len(scope.products) > MAXIMUM_PRODUCTS:
        given.refuse(
            "products", f"more than {MAXIMUM_PRODUCTS} products; name their category or group instead"
        )
    return scope


def _stacking(given: Section) -> Stacking:
    stacking = Stacking(
        group=given.take("group", slug, None),
        joins=frozenset(given.each("joins", _partner)),
        order=given.take("order", partial(whole, least=-1000, most=1000), 0),
        already=frozenset(given.each("already", one_of(ALREADY_KINDS))),
    )
    given.close()
    return stacking


def _partner(value: object) -> str:
    return "*" if value == "*" else slug(value)


def _variant(given: Section) -> Variant:
    variant = Variant(
        name=given.must("name", slug, "x"),
        share_bp=given.must("share", share, 1),
        reward=reward(given.section("reward")) if given.has("reward") else None,
        messages=_messages(given) if given.has("messages") else (),
    )
    given.asked += ["reward", "messages"]
    given.close()
    if variant.name in {"holdout", "main"}:
        given.refuse("name", "holdout and main are taken")
    return variant
