"""Codes: unguessable, stored as digests, used as often as they may be; and coupons that are clipped."""

import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from sqlalchemy.engine import Engine
from uuid_utils.compat import uuid7

from gateway.database import Database
from offers import service
from offers.codes import issuing, opening, spelling
from offers.codes.issuing import Order
from offers.decisions import store_decisions
from offers.errors import CampaignStateError, TakenCodeError
from offers.evaluation.decision import RefusedCode
from offers.marketing import campaigns
from offers.marketing.campaign import Scope
from offers.model import Basket, Line, Mode, Query, TransactionKey
from offers.redemptions.redemption import Applied, Clocks, Redemption, Refused, Use
from offers.returns.model import ReturnLine
from offers.service import Answer
from tests.conftest import Scale
from tests.offers.floor import ANNA, NOW, Till, campaign, context, furnish, key, shopper


@pytest.fixture
def till(database: Database) -> Iterable[Till]:
    """A till on a connection that the test commits by itself."""
    with database.transaction() as connection:
        furnish(connection)
        campaign(connection, "secret", percent=20, reach="code")
    with database.engine.connect() as connection:
        yield Till(connection, context(database.transaction))


def codes_of(till: Till, count: int = 1, **order: Any) -> list[str]:
    """Random codes for the campaign."""
    made = issuing.issue(
        till.connection,
        Order(**({"campaign": "secret"} | order)),
        count,
        ANNA,
        batch_id=uuid7(),
        random=secrets.token_bytes,
        prefix="SPRING",
    )
    found = list(made)
    till.connection.commit()
    return found


def ask(
    till: Till, *codes: str, at: TransactionKey | None = None, mode: Mode = "quote", **options: Any
) -> Answer:
    """Ask with codes and one sweater for 50.00."""
    found = till.ctx.assortment.named(till.connection, ["SWEATER"])
    line = Line("1", "sale", found["SWEATER"].product_no, "SWEATER", None, 1000, "each", 5000)
    asked = Query(
        channel="till",
        place=till.ctx.snapshots.place(till.connection, "0042"),
        price_time=NOW,
        basket=Basket("EUR", "included", (line,)),
        transaction=at or key(),
        mode=mode,
        codes=tuple(str(spelling.digest(code)) for code in codes),
    )
    answer = service.query(till.connection, till.ctx, asked, options.pop("who", None), now=NOW, **options)
    assert isinstance(answer, Answer), answer
    till.connection.commit()
    return answer


def reasons(answer: Answer) -> list[str]:
    """Why codes gave nothing."""
    return [one.reason for one in answer.decision.refused if isinstance(one, RefusedCode)]


@given(st.binary(min_size=10, max_size=10), st.sampled_from(["", "SPRING"]))
def test_however_it_is_typed_a_code_is_the_same(random: bytes, prefix: str) -> None:
    """Small letters, spaces for hyphens, O for zero, I for one."""
    (code,) = spelling.spell(prefix, random)
    careless = code.lower().replace("-", " ").replace("0", "o").replace("1", "i")
    assert spelling.digest(careless) == spelling.digest(code)


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n")), min_size=1),
    st.binary(max_size=50),
)
def test_many_codes_are_read_as_each_is(typed: list[str], random: bytes) -> None:
    """In one go, for a million of them."""
    codes = [*typed, *spelling.spell("Frühling", random[: len(random) // 10 * 10])]
    assert spelling.digests(codes) == [spelling.digest(code).hex for code in codes]


def test_a_code_carries_eighty_random_bits() -> None:
    """Sixteen letters of thirty-two, none of which looks like another or moves on a German keyboard."""
    codes = spelling.spell("", secrets.token_bytes(10 * 1000))
    assert len(set(codes)) == 1000
    assert not set("".join(codes)) & set("IOYZ")
    assert all(len(code.replace("-", "")) == 16 for code in codes)


def test_a_code_opens_its_campaign_and_nobody_else_hears_of_it(till: Till) -> None:
    """Without the code the campaign is not even refused."""
    (code,) = codes_of(till)
    assert ask(till, code).decision.totals.discount == 1000
    silent = ask(till).decision
    assert silent.totals.discount == 0
    assert silent.refused == ()


def test_nothing_of_a_code_is_stored(till: Till) -> None:
    """Not in the table of codes, not with the decision that was logged."""
    (code,) = codes_of(till)
    answer = ask(till, code, mode="reserve")
    stored = repr(store_decisions.read(till.connection, answer.id))
    assert spelling.digest(code).hex in stored.replace("-", "")
    letters = code.rsplit("-", 4)[1:]
    assert not any(part in stored for part in letters)
    digests = till.connection.execute(text("SELECT digest FROM offers.code")).scalars().all()
    assert digests == [spelling.digest(code)]


def test_a_single_use_code_is_used_once(till: Till) -> None:
    """Reserved by one till, it is refused at the next, with the reason; the first may ask again."""
    (code,) = codes_of(till)
    first = key()
    assert ask(till, code, at=first, mode="reserve").decision.totals.discount == 1000
    assert reasons(ask(till, code)) == ["code_used"]
    assert ask(till, code, at=first).decision.totals.discount == 1000


def test_a_voided_sale_gives_the_code_back(till: Till) -> None:
    """At once: the shopper goes to the next till with it."""
    (code,) = codes_of(till)
    first = key()
    ask(till, code, at=first, mode="reserve")
    till.void(first)
    assert ask(till, code).decision.totals.discount == 1000


def test_a_sale_that_is_undone_gives_the_code_back(till: Till) -> None:
    """Reversed as a whole, or everything of it brought back: the use is free again, as all limits are."""
    (code,) = codes_of(till)
    held = ask(till, code, mode="reserve").redemption
    assert held is not None
    till.commit(held)
    assert reasons(ask(till, code)) == ["code_used"]
    till.reverse(held.transaction)
    held = ask(till, code, mode="reserve").redemption
    assert held is not None
    done = till.commit(held)
    assert isinstance(done, Redemption)
    till.give_back(done, ReturnLine("1", 400))
    assert reasons(ask(till, code)) == ["code_used"]
    till.give_back(done, ReturnLine("1", 600))
    assert ask(till, code).decision.totals.discount == 1000


def test_a_code_without_effect_is_not_used_up(till: Till) -> None:
    """A basket that the campaign gives nothing for leaves the code as it was (after the claim has lapsed)."""
    campaign(till.connection, "better", percent=50)
    till.connection.commit()
    (code,) = codes_of(till)
    answer = ask(till, code, mode="reserve")
    assert {effect.campaign for effect in answer.decision.effects} == {"better"}
    till.connection.execute(text("UPDATE offers.code_claim SET claimed_at = claimed_at - interval '1 hour'"))
    assert reasons(ask(till, code)) == []


def test_two_tills_with_one_code_are_one_too_many(database: Database, till: Till) -> None:
    """Both reserve in the same instant: one gets it."""
    (code,) = codes_of(till)
    start, discounts = Barrier(2), list[int]()

    def race() -> None:
        with database.engine.connect() as connection:
            start.wait()
            discounts.append(ask(Till(connection, till.ctx), code, mode="reserve").decision.totals.discount)

    threads = [Thread(target=race) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(discounts) == [0, 1000]


def test_a_quote_committed_later_finds_the_code_used(till: Till) -> None:
    """Two tills quoted it; the first commits, the second is refused the item and told why."""
    (code,) = codes_of(till)
    answers = [(at, ask(till, code, at=at)) for at in (key(), key())]
    till.ctx.log.flush()
    outcomes = []
    for at, answer in answers:
        (effect,) = answer.decision.effects
        applied = Applied(effect.offer, "1", 1000, effect.amount)
        use = Use(transaction=at, decision=answer.id, state="committed", applied=(applied,))
        done = service.use(till.connection, till.ctx, use, Clocks(received_at=NOW, occurred_at=NOW))
        assert not isinstance(done, Refused)
        till.connection.commit()
        outcomes.append([(item.granted_minor, item.reason) for item in done.items])
    assert outcomes == [[(1000, None)], [(0, "code_used")]]


def test_unknown_expired_and_revoked_codes_say_so(till: Till) -> None:
    """Each no has its reason."""
    (old,) = codes_of(till, expires_at=NOW - timedelta(days=1))
    assert reasons(ask(till, "SPRING-0000-0000-0000-0000")) == ["unknown_code"]
    assert reasons(ask(till, old)) == ["code_expired"]
    (ended,) = codes_of(till)
    (batch, *_) = issuing.batches(till.connection, "secret", limit=5)
    issuing.revoke(till.connection, batch.id, ANNA)
    assert reasons(ask(till, ended)) == ["code_revoked"]


def test_a_code_that_gives_nothing_says_why(till: Till) -> None:
    """Its campaign is for something else; then it is not live any more."""
    campaign(till.connection, "socks", reach="code", scope=Scope(products=frozenset({"SOCKS"})))
    till.connection.commit()
    (code,) = codes_of(till, campaign="socks")
    assert [one.reason for one in ask(till, code).decision.refused] == ["not_in_basket"]
    campaigns.pause(till.connection, "socks", ANNA)
    till.connection.commit()
    assert reasons(ask(till, code)) == ["code_not_live"]


def test_a_shared_word_is_for_everybody_and_for_one_campaign(till: Till) -> None:
    """Its uses are limited by the campaign; a word that is taken cannot be given to another."""
    order = Order(campaign="secret", uses_most=None)
    issuing.share(till.connection, order, "SUMMER26", ANNA, batch_id=UUID(int=1))
    till.connection.commit()
    assert [ask(till, "summer 26", mode="reserve").decision.totals.discount for _ in range(3)] == [1000] * 3
    with pytest.raises(TakenCodeError):
        issuing.share(till.connection, order, "Summer-26", ANNA, batch_id=UUID(int=2))


def test_a_clipped_coupon_applies_at_the_till(till: Till) -> None:
    """Clipped at the kiosk under one card, it opens at the till for every card of the same person."""
    assert opening.clip(till.connection, "secret", 7, now=NOW)
    assert not opening.clip(till.connection, "secret", 7, now=NOW)
    till.connection.commit()
    assert ask(till, who=shopper(7, 9)).decision.totals.discount == 1000
    assert ask(till, who=shopper(8)).decision.totals.discount == 0
    opening.unclip(till.connection, "secret", (7, 9))
    till.connection.commit()
    assert ask(till, who=shopper(7, 9)).decision.totals.discount == 0


def test_a_code_ends_at_its_instant(till: Till) -> None:
    """The last moment before it is good, the instant itself is not."""
    (over,) = codes_of(till, expires_at=NOW)
    (good,) = codes_of(till, expires_at=NOW + timedelta(microseconds=1))
    assert reasons(ask(till, over)) == ["code_expired"]
    assert ask(till, good).decision.totals.discount == 1000


def test_revoking_again_changes_nothing(till: Till) -> None:
    """When codes were ended is told for ever."""
    codes_of(till)
    (batch,) = issuing.batches(till.connection, "secret", limit=5)
    for days in range(2):
        issuing.revoke(till.connection, batch.id, replace(ANNA, at=NOW + timedelta(days=days)))
    (ended,) = issuing.batches(till.connection, "secret", limit=5)
    assert ended.revoked_at == NOW


def test_of_two_codes_of_a_campaign_one_is_enough(till: Till) -> None:
    """Another till used one of them since the quote; the other still opens it."""
    one, other = codes_of(till, 2)
    at = key()
    answer = ask(till, one, other, at=at)
    till.ctx.log.flush()
    ask(till, one, mode="reserve")
    (effect,) = answer.decision.effects
    applied = Applied(effect.offer, "1", 1000, effect.amount)
    use = Use(transaction=at, decision=answer.id, state="committed", applied=(applied,))
    done = service.use(till.connection, till.ctx, use, Clocks(received_at=NOW, occurred_at=NOW))
    assert isinstance(done, Redemption)
    assert [item.granted_minor for item in done.items] == [1000]


def test_a_campaign_that_is_over_takes_no_codes_and_no_clips(till: Till) -> None:
    """Nobody is promised what no till will give."""
    campaigns.end(till.connection, "secret", ANNA)
    till.connection.commit()
    with pytest.raises(CampaignStateError):
        codes_of(till)
    with pytest.raises(CampaignStateError):
        opening.clip(till.connection, "secret", 7, now=NOW)


def test_one_coupon_is_put_back_and_no_other(till: Till) -> None:
    """What else was clipped stays."""
    campaign(till.connection, "other", percent=30, reach="code")
    for name in ("secret", "other"):
        opening.clip(till.connection, name, 7, now=NOW)
    opening.unclip(till.connection, "other", (7,))
    till.connection.commit()
    assert ask(till, who=shopper(7)).decision.totals.discount == 1000


def test_only_campaigns_that_ask_for_one_get_a_code(till: Till) -> None:
    """A code for a campaign that everybody has anyway would promise what it cannot keep."""
    campaign(till.connection, "open")
    with pytest.raises(CampaignStateError):
        list(
            issuing.issue(
                till.connection, Order(campaign="open"), 1, ANNA, batch_id=uuid7(), random=secrets.token_bytes
            )
        )


def test_codes_are_made_in_bulk(connection: Connection, scale: Scale) -> None:
    """A million in a minute is the promise; the pace is told by a bench, that all are stored by this."""
    furnish(connection)
    campaign(connection, "secret", reach="code")
    count = scale(60_000, 1_000_000)
    began_s = time.process_time()
    made = issuing.issue(
        connection, Order(campaign="secret"), count, ANNA, batch_id=uuid7(), random=secrets.token_bytes
    )
    assert len(set(made)) == count
    assert connection.execute(text("SELECT count(*) FROM offers.code")).scalar_one() == count
    print(f"{count / (time.process_time() - began_s):,.0f} codes a second of this process")


def test_nothing_is_read_where_no_code_could_matter(
    till: Till, statements_of: Callable[[Engine], Any]
) -> None:
    """A query without codes costs what it cost before, once no live campaign needs one."""
    campaigns.pause(till.connection, "secret", ANNA)
    till.connection.commit()
    ask(till, who=shopper(7))
    with statements_of(till.connection.engine) as seen:
        ask(till, who=shopper(7))
    assert not [one for one in seen if "offers.opened" in one]
