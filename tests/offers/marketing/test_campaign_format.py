"""Reading campaigns: what is accepted comes back the same, what is not says where and what is allowed."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from offers.marketing.campaign import (
    Always,
    Audience,
    Away,
    BasketHolds,
    Campaign,
    Conditions,
    Frequency,
    Happened,
    Interest,
    Limits,
    Message,
    Schedule,
    Scope,
    Stacking,
    Trigger,
    Variant,
    Window,
)
from offers.marketing.campaign_dump import dump, dump_yaml
from offers.marketing.campaign_format import parse
from offers.marketing.campaign_reader import Problems
from offers.marketing.campaign_rewards import (
    AmountOff,
    Bundle,
    BuyGet,
    Cover,
    FixedPrice,
    Gift,
    Notice,
    Part,
    Percent,
    Points,
    Reward,
    TenderCoupon,
)
from offers.model import ALREADY_KINDS, CHANNELS
from offers.money import Money

DOCUMENTED = [
    block.split("```")[0]
    for block in (Path(__file__).parents[3] / "docs" / "campaigns.md").read_text().split("```yaml\n")[1:]
]
COMPLETE, TRIGGERS, REWARDS = DOCUMENTED[:3]

slugs = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True).filter(
    lambda s: s not in {"main", "holdout"}
)
words = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters="{}"), min_size=1, max_size=20
)
keys = st.frozensets(words, max_size=3)
paths = st.frozensets(st.from_regex(r"[a-z]{1,5}(/[a-z]{1,5}){0,2}", fullmatch=True), max_size=3)
amounts = st.sets(st.sampled_from(["CHF", "EUR", "JPY", "KWD"]), min_size=1).flatmap(
    lambda found: st.tuples(*[st.builds(Money, st.integers(1, 10**9), st.just(one)) for one in sorted(found)])
)
maybe = amounts | st.just(())
less = st.one_of(
    st.builds(Percent, st.integers(1, 10_000)),
    st.builds(AmountOff, amounts, st.just("unit")),
    st.builds(FixedPrice, amounts),
)
covers = st.builds(Cover, keys, paths, keys).filter(lambda cover: not cover.is_everything)
shaped = st.one_of(
    st.builds(BuyGet, st.integers(1, 9), st.integers(1, 9), less, st.none() | covers),
    st.builds(Gift, st.lists(words, min_size=1, max_size=3).map(tuple), st.integers(1, 9)),
    st.builds(TenderCoupon, amounts),
    st.just(Notice()),
)
bundles = st.builds(
    Bundle, st.lists(st.builds(Part, st.integers(2, 9), covers), min_size=1, max_size=3).map(tuple), less
)
schedules = st.builds(
    Schedule,
    st.frozensets(st.integers(0, 6), min_size=1),
    st.frozensets(st.integers(1, 5), max_size=2),
    st.frozensets(st.integers(1, 31), max_size=3),
    st.frozensets(st.integers(1, 12), max_size=3),
)
aways = st.builds(Away, st.integers(1, 10**5), st.none() | st.integers(10**5 + 1, 10**7))
triggers = st.one_of(
    st.builds(BasketHolds, covers | st.just(Cover()), st.integers(0, 9), maybe),
    schedules,
    st.builds(Happened, words, st.integers(1, 10**6)),
    aways,
)
audiences = st.builds(
    Audience,
    segments=st.frozensets(slugs.map(lambda one: f"a{one}"), max_size=2),
    without_segments=st.frozensets(slugs.map(lambda one: f"b{one}"), max_size=2),
    regions=keys,
    attributes=st.dictionaries(words, st.frozensets(words, min_size=1, max_size=2), max_size=2).map(
        lambda found: tuple(sorted(found.items()))
    ),
    consents=keys,
    last_visit=st.none() | aways,
)
points = st.builds(Points, st.integers(1, 1000), maybe, maybe)
messages = st.dictionaries(
    st.tuples(st.sampled_from([None, *CHANNELS]), st.sampled_from(["de", "de-AT", "en", "fr"])),
    st.tuples(words, words | st.just("")),
    min_size=1,
).map(
    lambda found: tuple(
        Message(channel, language, *found[channel, language])
        for channel, language in sorted(found, key=lambda key: ([None, *CHANNELS].index(key[0]), key[1]))
    )
)
instants = st.integers(1_600_000_000, 1_700_000_000).map(lambda at_s: datetime.fromtimestamp(at_s, UTC))
campaigns = st.builds(
    Campaign,
    id=slugs,
    name=words,
    messages=messages,
    trigger=st.builds(
        Interest,
        st.frozensets(st.sampled_from(["viewed", "searched", "carted"]), min_size=1),
        st.integers(0, 10**5),
        st.integers(10**5 + 1, 10**8),
        st.integers(0, 10**6),
    ),
    reward=less,
    placements=st.frozensets(st.sampled_from(["home", "banner"])),
    audience=st.builds(
        Audience, keys, st.sampled_from(["excluded", "included", "only"]), st.integers(0, 4_000)
    ),
    scope=st.builds(Scope, keys, paths, keys, st.sampled_from([None, "item", "group"]), keys, paths, keys),
    conditions=st.builds(
        Conditions,
        minimum_spend=maybe,
        minimum_spend_of=st.sampled_from(["scope", "basket"]),
        minimum_units=st.integers(0, 9),
        stores=keys,
        channels=st.frozensets(st.sampled_from(CHANNELS)),
        windows=st.lists(
            st.builds(
                Window,
                st.frozensets(st.integers(0, 6), min_size=1),
                st.times().map(lambda at: time(at.hour, at.minute)),
                st.times().map(lambda at: time(at.hour, at.minute)),
            ),
            max_size=2,
        ).map(tuple),
        valid_from=st.none() | instants | st.dates(date(2020, 1, 1), date(2025, 1, 1)),
        valid_until=st.none() | st.dates(date(2025, 1, 1), date(2040, 1, 1)),
        stock_units=st.none() | st.integers(0, 99),
        margin_floor_bp=st.none() | st.integers(0, 9_999),
    ),
    limits=st.builds(
        Limits,
        *[st.none() | st.integers(1, 1000)] * 4,
        amount_per_basket=maybe,
        budget=maybe,
        frequency=st.none()
        | st.builds(Frequency, st.integers(1, 9), st.integers(1, 10**6), st.integers(1, 10_000)),
    ),
    stacking=st.builds(
        Stacking,
        st.none() | slugs,
        st.frozensets(slugs | st.just("*"), max_size=2),
        st.integers(-9, 9),
        st.frozensets(st.sampled_from(ALREADY_KINDS)),
    ),
    variants=st.lists(
        st.builds(Variant, slugs, st.integers(1, 2_000), st.none() | less, st.just(()) | messages),
        max_size=2,
        unique_by=lambda variant: variant.name,
    ).map(tuple),
    funding=st.sampled_from(["retailer", "vendor"]),
    priority=st.integers(-5, 5),
)


@given(campaigns)
def test_what_is_written_reads_back_the_same(campaign: Campaign) -> None:
    """As YAML, as plain values, and through JSON with its keys in any order."""
    assert parse(dump_yaml(campaign)) == campaign
    assert parse(dump(campaign)) == campaign
    assert parse(json.loads(json.dumps(dump(campaign), sort_keys=True))) == campaign


def test_the_documented_example_is_a_campaign() -> None:
    """docs/campaigns.md shows one complete campaign, and it is well formed."""
    campaign = parse(COMPLETE)
    assert isinstance(campaign, Campaign), campaign.sentences
    assert parse(dump_yaml(campaign)) == campaign


def test_the_documented_example_names_everything_that_is_allowed() -> None:
    """Every name that is allowed anywhere stands in the example, so that nothing is undocumented."""
    strange: dict[str, object] = {"zz": 1}
    sections = strange | dict.fromkeys(("audience", "reward", "stacking"), strange)
    sections |= {"messages": {"all": {"en": strange}}, "trigger": {"interest": strange}}
    sections |= {"scope": strange | {"except": strange}, "limits": strange | {"frequency": strange}}
    sections |= {"conditions": strange | {"valid": strange, "hours": [strange]}, "variants": [strange]}
    told = [
        line.split("allowed: ")[1]
        for line in sentence(sections).splitlines()
        if ".zz" in line or "zz:" in line
    ]
    assert len(told) == 14
    names = {name for names in told for name in names.split(", ")}
    assert {name for name in names if not any(f"{name}:" in block for block in DOCUMENTED)} == set()


@pytest.mark.parametrize("trigger", [line for line in TRIGGERS.splitlines() if line.startswith("  ")])
def test_every_documented_trigger_is_read_and_written_back(trigger: str) -> None:
    """Line by line, as a marketer would copy it."""
    document = yaml.safe_dump(changed()).replace("trigger: always", f"trigger:\n{trigger}")
    campaign = parse(document)
    assert isinstance(campaign, Campaign), campaign.sentences
    assert parse(dump_yaml(campaign)) == campaign


@pytest.mark.parametrize("reward", REWARDS.splitlines())
def test_every_documented_reward_is_read_and_written_back(reward: str) -> None:
    """Line by line, as a marketer would copy it."""
    campaign = parse(yaml.safe_dump(changed()).replace("reward:\n  percent: 10%", reward))
    assert isinstance(campaign, Campaign), campaign.sentences
    assert parse(dump_yaml(campaign)) == campaign


@given(shaped | bundles | points)
def test_every_reward_comes_back(reward: Reward) -> None:
    """Whatever its kind."""
    campaign = replace(base(), reward=reward)
    assert parse(dump_yaml(campaign)) == campaign


@given(triggers, audiences)
def test_every_trigger_and_audience_comes_back(trigger: Trigger, audience: Audience) -> None:
    """Whatever their kind."""
    campaign = replace(base(), trigger=trigger, audience=audience)
    assert parse(dump_yaml(campaign)) == campaign


def base() -> Campaign:
    """A small good campaign."""
    campaign = parse(changed())
    assert isinstance(campaign, Campaign)
    return campaign


@pytest.mark.parametrize(
    ("values", "place", "allowed"),
    [
        ({"reward": {"buy": 2}}, "reward", "get is missing"),
        ({"reward": {"bundle": [{"products": ["A"]}], "price": "1.00 EUR"}}, "reward.bundle", "two units"),
        ({"reward": {"bundle": [{"units": 2}], "price": "1.00 EUR"}}, "reward.bundle[0]", "name products"),
        ({"reward": {"bundle": [{"units": 2, "products": ["A"]}]}}, "reward", "what the bundle costs"),
        ({"reward": {"buy": 1, "get": 1, "gift": ["A"]}}, "reward", "exactly one of"),
        ({"reward": {"points": 5}, "limits": {"budget": "5.00 EUR"}}, "limits", "points are no money"),
        ({"reward": {"tender": "5.00 EUR"}, "conditions": {"margin_floor": "5%"}}, "conditions.margin_floor",
         "lowers a price"),
        ({"reward": {"notice": False}}, "reward.notice", "notice: true"),
        ({"trigger": {"schedule": {}}}, "trigger", "name weekdays"),
        ({"trigger": {"schedule": {"nth": [1]}}}, "trigger.schedule.nth", "needs weekdays"),
        ({"trigger": {"lapse": {"after": "3d", "before": "2d"}}}, "trigger.lapse.before",
         "longer than after"),
        ({"trigger": {"event": {}, "lapse": {}}}, "trigger", "one of interest, basket"),
        ({"audience": {"segments": ["a"], "without_segments": ["a"]}}, "audience", "asked for and excluded"),
        ({"reward": {"bundle": [{"units": 2, "products": ["A"]}], "percent": "5%"},
          "scope": {"products": ["B"]}}, "scope", "a bundle's parts"),
        ({"reach": "some"}, "reach", "all, code"),
        ({"variants": [{"name": "b", "share": "5%", "reward": {"points": 5}}]}, "variants",
         "of the same kind"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_named(values: "dict[str, object]", place: str, allowed: str) -> None:
    """Each with its place and what is allowed."""
    told = sentence(changed(**values))
    assert place in told
    assert allowed in told


def changed(**values: object) -> dict[str, object]:
    """A small good campaign with some of its values changed."""
    plain: dict[str, object] = {
        "campaign": "ten-off",
        "name": "Ten off",
        "messages": {"all": {"en": {"title": "Ten off"}}},
        "trigger": "always",
        "reward": {"percent": "10%"},
    }
    return plain | values


def sentence(document: "dict[str, object] | str | bytes") -> str:
    """The problems of a document, as its author reads them."""
    problems = parse(document)
    assert isinstance(problems, Problems), "accepted"
    return "\n".join(problems.sentences)


def test_the_smallest_campaign_needs_five_names() -> None:
    """Everything else has a default."""
    campaign = parse(changed())
    assert isinstance(campaign, Campaign)
    assert campaign.trigger == Always()
    for name in changed():
        assert name in sentence({key: value for key, value in changed().items() if key != name})


@pytest.mark.parametrize(
    ("values", "place", "allowed"),
    [
        ({"reward": {"percent": 10}}, "reward.percent", "15% or 12.5%"),
        ({"reward": {"percent": "0%"}}, "reward.percent", "above 0%"),
        ({"reward": {"percent": "101%"}}, "reward.percent", "up to 100%"),
        ({"reward": {"percent": "12.345%"}}, "reward.percent", "12.5%"),
        ({"reward": {"percent": 12.5}}, "reward.percent", "12.5%"),
        ({"reward": {"amount": 5.0}}, "reward.amount", "12.90 EUR"),
        ({"reward": {"amount": "5.001 EUR"}}, "reward.amount", "EUR has 2 digits"),
        ({"reward": {"amount": ["5.00 EUR", "6.00 EUR"]}}, "reward.amount", "one amount per currency"),
        ({"reward": {"percent": "5%", "price": "1.00 EUR"}}, "reward", "exactly one of"),
        ({"reward": {}}, "reward", "exactly one of"),
        ({"reward": {"percent": "5%", "per": "unit"}}, "reward.per", "only an amount"),
        ({"rewards": {}}, "rewards", "did you mean reward?"),
        ({"campaign": "Ten Off"}, "campaign", "lower-case letters"),
        ({"campaign": "-x"}, "campaign", "lower-case letters"),
        ({"name": " "}, "name", "1 to 200"),
        ({"name": "bell\x07"}, "name", "control characters"),
        ({"name": "\ud800"}, "name", "Unicode"),
        ({"priority": True}, "priority", "whole number"),
        ({"priority": 1.5}, "priority", "whole number"),
        ({"trigger": "sometimes"}, "trigger", "trigger: always"),
        ({"trigger": {"interest": {"kinds": ["carted"]}}}, "trigger.interest", "maximum_age is missing"),
        (
            {"trigger": {"interest": {"kinds": [], "maximum_age": "1d"}}},
            "trigger.interest",
            "kinds is missing",
        ),
        (
            {"trigger": {"interest": {"kinds": ["seen"], "maximum_age": "1d"}}},
            "trigger.interest.kinds[0]",
            "viewed, searched, carted",
        ),
        (
            {"trigger": {"interest": {"kinds": ["carted"], "minimum_age": "2d", "maximum_age": "1d"}}},
            "trigger.interest.maximum_age",
            "longer than minimum_age",
        ),
        (
            {"trigger": {"interest": {"kinds": ["carted"], "maximum_age": "1 day"}}},
            "trigger.interest.maximum_age",
            "like 90s, 30m, 2h",
        ),
        ({"scope": {"wanted": "item"}}, "scope", "needs an interest"),
        ({"scope": {"categories": ["a//b"]}}, "scope.categories[0]", "without empty parts"),
        ({"audience": {"holdout": "95%"}}, "audience.holdout", "up to 90%"),
        ({"conditions": {"hours": [{"from": "9:00", "until": "10:00"}]}}, "hours[0].from", "like 09:30"),
        ({"conditions": {"hours": [{"days": ["monday"], "from": "09:00"}]}}, "hours[0].days[0]", "mon"),
        ({"conditions": {"valid": {"from": "2026-13-01"}}}, "conditions.valid.from", "2026-11-21"),
        ({"conditions": {"valid": {"from": "2026-11-21T08:00"}}}, "conditions.valid.from", "with its zone"),
        (
            {"conditions": {"valid": {"from": "2026-11-21", "until": "2026-11-20"}}},
            "conditions.valid.until",
            "before from",
        ),
        ({"conditions": {"channels": ["shop"]}}, "conditions.channels[0]", "till, kiosk, web, app"),
        ({"limits": {"total": 0}}, "limits.total", "from 1"),
        ({"limits": {"frequency": {"uses": 1}}}, "limits.frequency", "period is missing"),
        (
            {"reward": {"amount": "5 EUR", "per": "basket"}, "limits": {"units_per_basket": 1}},
            "limits",
            "per unit",
        ),
        ({"messages": {"all": {"english": {"title": "x"}}}}, "messages.all.english", "like de or de-AT"),
        ({"messages": {"all": {"en": {"title": "{price}"}}}}, "messages.all.en.title", "{price_after}"),
        ({"messages": {"all": {"en": {"title": "{product.title}"}}}}, "messages.all.en.title", "{product}"),
        ({"messages": {"all": {"en": {"title": "{product!r}"}}}}, "messages.all.en.title", "{product}"),
        ({"messages": {"all": {"en": {"title": "50% {off"}}}}, "messages.all.en.title", "{{ and }}"),
        ({"messages": {"all": {"en": "Ten off"}}}, "messages.all.en", "names and values"),
        ({"stacking": {"already": ["markdowns"]}}, "stacking.already[0]", "did you mean markdown?"),
        ({"variants": [{"name": "main", "share": "5%"}]}, "variants[0].name", "taken"),
        ({"variants": [{"name": "a", "share": "60%"}, {"name": "b", "share": "60%"}]}, "variants", "100%"),
        ({"variants": {"name": "a"}}, "variants", "write a list"),
    ],
)
def test_a_problem_names_its_place_and_what_is_allowed(
    values: dict[str, object], place: str, allowed: str
) -> None:
    """One sentence per mistake, for the person who wrote it."""
    told = sentence(changed(**values))
    assert any(place in line.split(": ")[0] and allowed in line for line in told.splitlines()), told


def test_all_problems_are_named_at_once_with_their_lines() -> None:
    """Nobody has to fix a file five times."""
    text = (
        "campaign: Ten\nname: x\nmessages:\n  all: {en: {title: x}}\ntrigger: never\nreward:\n  percent: 5\n"
    )
    told = sentence(text).splitlines()
    assert [line.split(",")[0] for line in told] == ["line 1", "line 5", "line 7"]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a: &x 1\nb: *x", "anchors"),
        ("a: [&x 1]", "anchors"),
        ("campaign: x\ncampaign: y", "given twice"),
        ("a: !!python/object/apply:os.system [ls]", "tags"),
        ("a: {<<: {b: 1}}", "not known here"),
        ("a: 1\n---\na: 2", "second document"),
        ("- 1", "names and values"),
        ("", "empty"),
        ("a: [", "not YAML"),
        ("? [a]\n: 1", "a name must be text"),
        ("a: " + "[" * 40, "levels deep"),
        (b"\xff\xff\x00", "not YAML"),
        ("x" * 4_000_001, "larger than"),
    ],
)
def test_yaml_that_could_hurt_is_refused(text: "str | bytes", hint: str) -> None:
    """Aliases that unfold, tags that run code, keys that shadow others: refused with the reason."""
    assert hint in sentence(text)


def test_nothing_is_reinterpreted_on_the_way() -> None:
    """`10:30` is no number of seconds, `0042` no number at all, `4.10` keeps its zero, `no` is a word."""
    conditions = {"hours": [{"days": "mon", "from": "10:30", "until": "24:00"}], "stores": ["0042", "no"]}
    text = yaml.safe_dump(changed(conditions=conditions)).replace("'", "")
    campaign = parse(text.replace("percent: 10%", "amount: 4.10 EUR"))
    assert isinstance(campaign, Campaign), campaign.sentences
    assert campaign.conditions.windows[0].since == time(10, 30)
    assert campaign.conditions.stores == {"0042", "no"}
    assert campaign.reward == AmountOff((Money(410, "EUR"),), "unit")


names = st.sampled_from([*changed(), "limits", "conditions", "scope", "valid", "interest"]) | st.text()
plain_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner),
)


@given(plain_values)
def test_no_plain_value_makes_the_reader_fail(value: object) -> None:
    """Whatever JSON brings, the answer is a campaign or problems."""
    document = value if isinstance(value, dict) else {"campaign": value, "reward": value, "messages": value}
    assert isinstance(parse(document), Campaign | Problems)


@given(st.text() | st.binary())
def test_no_text_makes_the_reader_fail(text: "str | bytes") -> None:
    """Whatever a file holds, the answer is a campaign or problems."""
    assert isinstance(parse(text), Campaign | Problems)
