"""Replaying a decision: the same bytes, whatever was published since; or the reason why not."""

import re
import zlib
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import get_args
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import Connection, text

from offers import erasure
from offers.codes import opening
from offers.decisions import replay, sentences, store_decisions
from offers.decisions.decision_record import DecisionRecord, Inputs, encode
from offers.errors import UnknownDecisionError
from offers.evaluation import audience, beside, eligibility, judging, plays, showcase
from offers.evaluation import evaluate as evaluating
from offers.evaluation.decision import Decision, Hint, Personal, Refusal
from offers.interests import interest_rules
from offers.marketing import campaigns
from offers.marketing.campaign import Limits
from offers.marketing.campaign_rewards import BuyGet, Percent
from offers.model import Known, Policy
from tests.offers import worlds
from tests.offers.floor import ANNA, NOW, Till, campaign, context, furnish, shopper


@pytest.fixture
def till(connection: Connection, database: object) -> Till:
    """A till with campaigns of several kinds."""
    furnish(connection)
    campaign(connection, "tenth")
    campaign(connection, "second", reward=BuyGet(1, 1, Percent(10_000)))
    campaign(connection, "once", percent=30, limits=Limits(per_profile=1))
    return Till(connection, context(database.transaction))  # type: ignore[attr-defined]


def test_a_decision_is_made_again_to_the_byte(till: Till) -> None:
    """Also after campaigns have changed, ended and come: each in the version that was served."""
    answer = till.answer(who=shopper(7), mode="reserve")
    campaign(till.connection, "tenth", percent=50)
    campaign(till.connection, "newer", percent=90)
    campaigns.end(till.connection, "once", ANNA)
    found = replay.replay(till.connection, answer.id)
    assert isinstance(found, replay.Replayed)
    assert found.outcome == "same"
    assert encode(found.again) == encode(found.record.answer)


def test_a_decision_logged_in_zlib_s_format_is_made_again(till: Till) -> None:
    """As all were before there was Zstandard."""
    answer = till.answer(who=shopper(7), mode="reserve")
    record = store_decisions.read(till.connection, answer.id)
    assert record is not None
    before = {
        "id": record.id,
        "inputs": zlib.compress(msgspec.json.encode(record.inputs), level=1),
        "answer": zlib.compress(msgspec.json.encode(record.answer), level=1),
    }
    till.connection.execute(
        text("UPDATE offers.decision SET inputs = :inputs, answer = :answer WHERE id = :id"), before
    )
    found = replay.replay(till.connection, answer.id)
    assert isinstance(found, replay.Replayed)
    assert found.outcome == "same"


def test_a_decision_whose_inputs_were_erased_says_so(till: Till) -> None:
    """Who was forgotten is not made again."""
    answer = till.answer(who=shopper(7), mode="reserve")
    erasure.forget(till.connection, [7], now=NOW)
    assert replay.replay(till.connection, answer.id) == "inputs erased"


def replayed(logged: Decision, again: Decision) -> replay.Replayed:
    """A logged decision beside the one that is made now."""
    inputs = Inputs(query=worlds.till(), shopper=None, known=Known(), policy=Policy(), seed=7)
    return replay.Replayed(DecisionRecord(id=UUID(int=1), at=NOW, inputs=inputs, answer=logged), again)


def test_a_search_that_gets_further_is_no_difference() -> None:
    """What ran out of steps promised a good answer, not the best; one that gives less is a difference."""
    lines = tuple(worlds.line(f"{number:02}", f"S{number}", 1000 + 7 * number) for number in range(20))
    rivals = [
        worlds.promotion(f"c{number}", Percent(500 + 10 * number), limits=Limits(units_per_basket=1 + number))
        for number in range(5)
    ]
    first, further = (
        worlds.decide(rivals, worlds.till(*lines), policy=Policy(search_steps=steps)) for steps in (20, 2_000)
    )
    assert first.search == "bounded"
    assert first.totals.discount < further.totals.discount
    assert replayed(first, first).outcome == "same"
    assert replayed(first, further).outcome == "searched_further"
    assert replayed(further, first).outcome == "different"
    assert replayed(replace(first, search="exact"), further).outcome == "different"


def test_an_unknown_decision_is_unknown(till: Till) -> None:
    """It never was made, or its day has gone."""
    with pytest.raises(UnknownDecisionError):
        replay.replay(till.connection, UUID(int=1))


def test_every_decision_reads_as_sentences(till: Till) -> None:
    """What was given, what not, and why."""
    answer = till.answer(who=shopper(7), mode="reserve", amount=5000)
    found = replay.replay(till.connection, answer.id)
    assert isinstance(found, replay.Replayed)
    told = sentences.tell(found.record)
    assert told[0].startswith(f"On {NOW:%Y-%m-%d}")
    assert "once takes 15.00 EUR off 1 of line 1." in told
    assert "tenth would have saved less (than once)." in told
    assert "second wants more pieces (add 1 more)." in told


def test_no_reason_is_without_its_words() -> None:
    """Every reason that the sources of the evaluator name has a sentence."""
    modules = (audience, beside, eligibility, evaluating, interest_rules, judging, opening, plays, showcase)
    sources = [Path(str(module.__file__)).read_text(encoding="utf-8") for module in modules]
    sources.append(files("offers").joinpath("sql/opened.sql").read_text(encoding="utf-8"))
    spelt = r"""(?:No\(|return |Refusal\([^,]+, |asked.codes, |dead\[code\] = |:= |THEN )["']([a-z_]+)["']"""
    named = {name for source in sources for name in re.findall(spelt, source)}
    named |= set(get_args(Personal))
    assert len(named) > 40
    assert named - {"yes"} <= set(sentences.WHY)


@pytest.mark.parametrize(
    ("hint", "words"),
    [
        (Hint("quantity", "2"), "add 2 more"),
        (Hint("spend", "500"), "5.00 EUR more"),
        (Hint("campaign", "other"), "than other"),
        (Hint("identify", "card"), "a card would help"),
        (Hint("already", "markdown"), "markdown"),
        (Hint("product", "SW-1"), "SW-1"),
        (Hint("from", "18:00"), "from 18:00"),
        (Hint("valid_from", "2026-12-01"), "from 2026-12-01"),
        (Hint("again_at", "2026-12-01T10:00:00+00:00"), "again at 2026-12-01T10:00:00+00:00"),
    ],
)
def test_a_hint_is_told_in_words(till: Till, hint: Hint, words: str) -> None:
    """Money as people write it, not as minor units."""
    record = till.ctx.log.waiting(till.answer(now=NOW).id)
    assert record is not None
    answer = replace(record.answer, refused=(Refusal("a", "minimum_spend", hint),))
    assert f"a wants more to be spent ({words})." in sentences.tell(replace(record, answer=answer))


def test_a_quote_can_be_replayed_once_it_is_logged(till: Till) -> None:
    """The log writes behind the answer."""
    answer = till.answer(now=NOW + timedelta(seconds=1))
    record = till.ctx.log.waiting(answer.id)
    assert record is not None
    assert sentences.tell(record)
