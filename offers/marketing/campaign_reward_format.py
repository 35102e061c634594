"""The reward of a campaign's document: exactly one kind, read into values and written back.

Invariant: `reward` reads what `spell_reward` writes, and gives back an equal reward.
"""

from functools import partial

from offers.marketing.campaign_reader import Section, one_of, share, spell_share, whole
from offers.marketing.campaign_rewards import (
    AMOUNT_PER,
    AmountOff,
    Bundle,
    BuyGet,
    Cover,
    FixedPrice,
    Gift,
    Notice,
    OneByOne,
    Part,
    Percent,
    Points,
    Reward,
    TenderCoupon,
)
from offers.marketing.campaign_values import amounts, category, key, sku
from offers.money import BP, Money, write

Plain = dict[str, object]
KINDS = ("percent", "amount", "price", "buy", "bundle", "gift", "points", "tender", "notice")
MOST_PARTS = 8
_NOTHING = Percent(1)


def reward(given: Section) -> Reward:
    """The section `reward`."""
    kind = _kind(given)
    found: Reward
    if kind == "buy":
        found = _buy(given)
    elif kind == "bundle":
        found = _bundle(given)
    elif kind == "gift":
        found = Gift(given.each("gift", sku), given.take("units", _units, 1))
    elif kind == "points":
        found = _points(given)
    elif kind == "tender":
        found = TenderCoupon(amounts(given, "tender"))
    elif kind == "notice":
        found = _notice(given)
    else:
        found = _one_by_one(given, per=True)
    given.asked += [one for one in KINDS if one not in given.asked]
    given.close()
    return found


def _kind(given: Section) -> str:
    """The kind that is written; `buy` and `bundle` say inside what they take off."""
    kinds = [kind for kind in KINDS if given.has(kind)]
    grouped = [kind for kind in kinds if kind in {"buy", "bundle"}]
    if len(grouped) == 1 and len(kinds) <= 2 and set(kinds) <= {*grouped, "percent", "amount", "price"}:
        return grouped[0]
    if len(kinds) != 1:
        given.refuse(None, f"write exactly one of {', '.join(KINDS)}")
    return kinds[0] if kinds else "percent"


def _one_by_one(given: Section, *, per: bool) -> OneByOne:
    percent = given.take("percent", share, 1)
    amount = amounts(given, "amount")
    price = amounts(given, "price", least=0)
    each = given.take("per", one_of(AMOUNT_PER), None) if per else None
    if each and not given.has("amount"):
        given.refuse("per", "only an amount is per unit or per basket")
    if given.has("amount"):
        return AmountOff(amount, each or "unit")
    if given.has("price"):
        return FixedPrice(price)
    return Percent(percent) if given.has("percent") else _NOTHING


def _buy(given: Section) -> BuyGet:
    bought = given.must("buy", _units, 1)
    got = given.must("get", _units, 1)
    less = _one_by_one(given, per=False) if _is_less(given) else Percent(BP)
    of = given.section("of") if given.has("of") else None
    given.asked.append("of")
    return BuyGet(bought, got, less, _cover(of) if of is not None else None)


def _bundle(given: Section) -> Bundle:
    parts = tuple(Part(part.take("units", _units, 1), _cover(part)) for part in given.sections("bundle"))
    less = _one_by_one(given, per=False)
    if not _is_less(given):
        given.refuse(None, "say what the bundle costs: percent, amount or price")
    if not 1 <= len(parts) <= MOST_PARTS:
        given.refuse("bundle", f"name 1 to {MOST_PARTS} parts")
    if sum(part.units for part in parts) < 2:
        given.refuse("bundle", "a bundle has at least two units; for single ones leave `bundle` out")
    return Bundle(parts, less)


def _is_less(given: Section) -> bool:
    return any(given.has(name) for name in ("percent", "amount", "price"))


def _points(given: Section) -> Points:
    return Points(
        given.must("points", partial(whole, least=1, most=1_000_000), 1),
        amounts(given, "every"),
        amounts(given, "worth"),
    )


def _notice(given: Section) -> Notice:
    if given.take("notice", bool, False) is not True:
        given.refuse("notice", "write `notice: true`")
    return Notice()


def _cover(given: Section) -> Cover:
    found = cover(given)
    given.close()
    if found.is_everything:
        given.refuse(None, "name products, categories or groups")
    return found


def cover(given: Section) -> Cover:
    """The names `products`, `categories` and `groups` of a section; the caller closes it."""
    return Cover(
        frozenset(given.each("products", sku)),
        frozenset(given.each("categories", category)),
        frozenset(given.each("groups", key)),
    )


def spell_reward(given: Reward) -> Plain:
    """The section that `reward` reads back."""
    match given:
        case BuyGet(buy, get, less, of):
            free = less == Percent(BP)
            spelled = {"buy": buy, "get": get, **({} if free else _spell_less(less))}
            return spelled | ({"of": spell_cover(of)} if of is not None else {})
        case Bundle(parts, less):
            return {"bundle": [_spell_part(part) for part in parts], **_spell_less(less)}
        case Gift(products, units):
            return {"gift": list(products), **({"units": units} if units > 1 else {})}
        case Points(points, every, worth):
            return {"points": points} | _spell_some("every", every) | _spell_some("worth", worth)
        case TenderCoupon(given_amounts):
            return {"tender": spell_amounts(given_amounts)}
        case Notice():
            return {"notice": True}
        case AmountOff(given_amounts, per):
            return {"amount": spell_amounts(given_amounts), "per": per}
        case _:
            return _spell_less(given)


def spell_cover(given: Cover) -> Plain:
    """The names that `cover` reads back."""
    named = {"products": given.products, "categories": given.categories, "groups": given.groups}
    return {name: sorted(values) for name, values in named.items() if values}


def spell_amounts(given: tuple[Money, ...]) -> list[str]:
    """Money as a document spells it."""
    return [write(money) for money in given]


def _spell_less(less: OneByOne) -> Plain:
    match less:
        case Percent(rate_bp):
            return {"percent": spell_share(rate_bp)}
        case AmountOff(given, _):
            return {"amount": spell_amounts(given)}
        case FixedPrice(prices):
            return {"price": spell_amounts(prices)}


def _spell_part(part: Part) -> Plain:
    return ({"units": part.units} if part.units > 1 else {}) | spell_cover(part.cover)


def _spell_some(name: str, given: tuple[Money, ...]) -> Plain:
    return {name: spell_amounts(given)} if given else {}


_units = partial(whole, least=1, most=100)
