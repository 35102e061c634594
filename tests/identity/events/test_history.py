"""Whose event it is, and what a profile's history shows."""

import datetime as dt
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Connection

from gateway.database import Database
from identity.answers import Appended, FoundStatus, PutResult
from identity.context import Context
from identity.events import history, store_events
from identity.model import Assurance
from identity.reading import lookup
from identity.register import records
from identity.submission import Claim, Happening, Statement, Submission

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)

CARD = Claim("loyalty_card", "C-1001", Assurance.SCANNED)
ACCOUNT_A = Claim("account_id", "anna", Assurance.AUTHENTICATED)
ACCOUNT_B = Claim("account_id", "ben", Assurance.AUTHENTICATED)
BROWSER = Claim("anonymous_id", "b-1", Assurance.ASSERTED)


def happening(
    kind: str, at: dt.datetime, *claims: Claim, source: str = "web", name: str | None = None
) -> Happening:
    """Something that happened, on the channel of its source."""
    channel = "online" if source in {"web", "app"} else "store"
    return Happening(kind, channel, source, at, claims, message_id=name, body={"kind": kind})


def append(
    connection: Connection, ctx: Context, now: dt.datetime, *events: Happening
) -> tuple[Appended, ...]:
    """Stores events."""
    return history.append(connection, ctx, events, now=now)


def put(
    connection: Connection, ctx: Context, now: dt.datetime, source: str, key: str, *claims: Claim
) -> UUID:
    """A record with these identifiers; answers its id."""
    submission = Submission(source, key, {}, claims, proof=Assurance.VERIFIED)
    return records.put(connection, ctx, submission, now=now).record


def kinds(connection: Connection, ctx: Context, profile: UUID) -> list[str]:
    """The kinds in a profile's history, newest first."""
    return [item.kind for item in history.page(connection, ctx, profile).items]


def test_a_scanned_card_owns_before_an_account(
    connection: Connection, ctx: Context, now: dt.datetime
) -> None:
    """The card in her hand says more than the account somebody left signed in."""
    card = put(connection, ctx, now, "loyalty", "C-1001", CARD)
    account = put(connection, ctx, now, "web", "anna", ACCOUNT_A)
    append(connection, ctx, now, happening("sale", now, ACCOUNT_A, CARD, source="pos"))
    assert kinds(connection, ctx, card) == ["sale"]
    assert kinds(connection, ctx, account) == []


def test_an_unknown_card_waits_on_a_stub(connection: Connection, ctx: Context, now: dt.datetime) -> None:
    """A sale with a card that nobody has told us of is kept, and found again once the card's record comes."""
    (answer,) = append(connection, ctx, now, happening("sale", now, CARD, source="pos"))
    assert answer.new
    card = put(connection, ctx, now, "loyalty", "C-1001", CARD)
    assert kinds(connection, ctx, card) == ["sale"]


def test_a_repeated_message_is_stored_once(connection: Connection, ctx: Context, now: dt.datetime) -> None:
    """A client that retries gets the first event's number, also within one batch."""
    event = happening("page", now, ACCOUNT_A, name="m-1")
    first, second = append(connection, ctx, now, event, event)
    (third,) = append(connection, ctx, now, event)
    assert (first.new, second.new, third.new) == (True, False, False)
    assert first.event_no == second.event_no == third.event_no
    assert first.record_no == second.record_no == third.record_no


def test_an_identifier_of_several_people_owns_nothing_of_theirs(
    connection: Connection, ctx: Context, now: dt.datetime
) -> None:
    """A family's phone typed at the till gives the sale to none of them, and loses it not."""
    phone = Claim("phone", "+43 664 1234567", Assurance.TYPED)
    people = [
        put(connection, ctx, now, "loyalty", key, Claim("loyalty_card", key, Assurance.SCANNED), phone)
        for key in ("C-1", "C-2")
    ]
    (answer,) = append(connection, ctx, now, happening("sale", now, phone, source="pos"))
    assert answer.new
    assert [kinds(connection, ctx, person) for person in people] == [[], []]


@pytest.mark.parametrize("is_told_of_both", [False, True])
def test_what_comes_late_is_not_the_next_owners(
    connection: Connection, ctx: Context, now: dt.datetime, *, is_told_of_both: bool
) -> None:
    """A number that was given out again: a sale belongs to whose it was then, or to nobody who is known."""
    phone = Claim("phone", "+43 664 1234567", Assurance.TYPED)
    changed = now - DAY
    former = (
        put(connection, ctx, now, "crm", "1", replace(phone, valid_to=changed)) if is_told_of_both else None
    )
    present = put(connection, ctx, now, "crm", "2", replace(phone, valid_from=changed))
    for at in (changed - HOUR, changed):
        append(connection, ctx, now, happening("sale", at, phone, source="pos"))
    page = history.page(connection, ctx, present)
    assert [item.occurred_at for item in page.items] == [changed]
    assert former is None or kinds(connection, ctx, former) == ["sale"]


def test_a_stub_that_nobody_is_found_for_takes_no_more_than_it_has(
    connection: Connection, ctx: Context, now: dt.datetime
) -> None:
    """A number is typed that nobody is known by; then somebody is, and what happens from then on is hers."""
    phone = Claim("phone", "+43 664 1234567", Assurance.TYPED)
    append(connection, ctx, now, happening("sale", now - HOUR, phone, source="pos"))
    anna = put(connection, ctx, now, "crm", "1", phone)
    append(connection, ctx, now, happening("return", now, phone, source="pos"))
    assert kinds(connection, ctx, anna) == ["return"]
    put(connection, ctx, now, "crm", "2", phone)
    append(connection, ctx, now, happening("sale", now, phone, source="pos"))
    assert kinds(connection, ctx, anna) == ["return"]


def test_since_when_somebody_has_a_number_may_change(
    connection: Connection, ctx: Context, now: dt.datetime
) -> None:
    """What a new version of her record says of it counts."""
    phone = Claim("phone", "+43 664 1234567", Assurance.TYPED)
    anna = put(connection, ctx, now, "crm", "1", replace(phone, valid_from=now))
    put(connection, ctx, now, "crm", "1", replace(phone, valid_from=now - DAY))
    append(connection, ctx, now, happening("sale", now - HOUR, phone, source="pos"))
    assert kinds(connection, ctx, anna) == ["sale"]


def test_an_asserted_account_owns_nothing(connection: Connection, ctx: Context, now: dt.datetime) -> None:
    """A stranger's browser that claims to be Anna writes into its own history, not into hers."""
    anna = put(connection, ctx, now, "web", "anna", ACCOUNT_A)
    claimed = Claim("account_id", "anna", Assurance.ASSERTED)
    (answer,) = append(connection, ctx, now, happening("product_viewed", now, claimed, BROWSER))
    assert answer.new
    assert kinds(connection, ctx, anna) == []


def test_browsing_before_the_sign_in_becomes_hers(
    connection: Connection, ctx: Context, now: dt.datetime
) -> None:
    """Who signs in brings along what she looked at before."""
    append(connection, ctx, now, happening("product_viewed", now - HOUR, BROWSER))
    append(connection, ctx, now, happening("sign_in", now, BROWSER, ACCOUNT_A))
    anna = put(connection, ctx, now, "web", "anna", ACCOUNT_A)
    assert kinds(connection, ctx, anna) == ["sign_in", "product_viewed"]


def test_a_shared_tablet_joins_nobody(connection: Connection, ctx: Context, now: dt.datetime) -> None:
    """Two accounts on one browser keep each their own stretch of it."""
    anna, ben = (put(connection, ctx, now, "web", c.value, c) for c in (ACCOUNT_A, ACCOUNT_B))
    append(
        connection,
        ctx,
        now,
        happening("sign_in", now, BROWSER, ACCOUNT_A),
        happening("product_viewed", now + HOUR, BROWSER),
        happening("sign_in", now + 2 * HOUR, BROWSER, ACCOUNT_B),
        happening("product_carted", now + 3 * HOUR, BROWSER),
    )
    assert kinds(connection, ctx, anna) == ["product_viewed", "sign_in"]
    assert kinds(connection, ctx, ben) == ["product_carted", "sign_in"]


def test_a_late_sign_in_moves_what_was_not_hers(
    connection: Connection, ctx: Context, now: dt.datetime
) -> None:
    """A sign-in that comes late cuts anew; the moved events are reported so that interests can follow."""
    anna, ben = (put(connection, ctx, now, "web", c.value, c) for c in (ACCOUNT_A, ACCOUNT_B))
    append(
        connection,
        ctx,
        now,
        happening("sign_in", now, BROWSER, ACCOUNT_A),
        happening("product_carted", now + 3 * HOUR, BROWSER, name="cart"),
    )
    (late,) = append(connection, ctx, now + DAY, happening("sign_in", now + 2 * HOUR, BROWSER, ACCOUNT_B))
    assert [moved.kind for moved in late.moved] == ["product_carted"]
    assert kinds(connection, ctx, anna) == ["sign_in"]
    assert kinds(connection, ctx, ben) == ["product_carted", "sign_in"]
    journal = connection.exec_driver_sql("select cause from identity.event_move").scalars().all()
    assert journal == ["sign_in"]


def say(
    connection: Connection, ctx: Context, now: dt.datetime, name: str, observed_at: dt.datetime | None = None
) -> PutResult:
    """The shop says under the browser's own key whose it is."""
    mail = Claim("email", f"{name}@example.at", Assurance.VERIFIED)
    key = f"{BROWSER.type}:{BROWSER.value}"
    said = Submission(
        "web", key, {"given_name": name}, [mail], observed_at=observed_at, proof=Assurance.VERIFIED
    )
    return records.put(connection, ctx, said, now=now)


def found(connection: Connection, ctx: Context, now: dt.datetime, name: str) -> UUID | None:
    """Whom an address finds."""
    mail = Claim("email", f"{name}@example.at", Assurance.TYPED)
    return lookup.find(connection, ctx, [mail], None, now=now).profile


def test_what_a_source_says_of_a_browser_outlives_a_sign_in(
    connection: Connection, ctx: Context, now: dt.datetime
) -> None:
    """The record keeps attributes and identifiers, joins who signed in, and is the same when sent again."""
    anna = put(connection, ctx, now, "web", "anna", ACCOUNT_A)
    said = say(connection, ctx, now, "anna")
    append(connection, ctx, now, happening("product_viewed", now - HOUR, BROWSER))
    append(connection, ctx, now, happening("sign_in", now + HOUR, BROWSER, ACCOUNT_A))
    append(connection, ctx, now, happening("product_carted", now + 2 * HOUR, BROWSER))
    view = records.get(connection, ctx, "web", "anonymous_id:b-1")
    assert view.record == said.record
    assert view.attributes == {"given_name": "anna"}
    assert found(connection, ctx, now, "anna") == view.profile == anna
    assert kinds(connection, ctx, anna) == ["product_carted", "sign_in", "product_viewed"]
    assert say(connection, ctx, now, "anna").outcome == "unchanged"


def test_what_a_source_says_after_a_sign_in_stays_with_the_account(
    connection: Connection, ctx: Context, now: dt.datetime
) -> None:
    """The browser's record keeps its browsing and the account that bounds it."""
    anna = put(connection, ctx, now, "web", "anna", ACCOUNT_A)
    append(connection, ctx, now, happening("sign_in", now - HOUR, BROWSER, ACCOUNT_A))
    append(connection, ctx, now, happening("product_viewed", now, BROWSER))
    say(connection, ctx, now, "anna")
    append(connection, ctx, now, happening("product_carted", now + HOUR, BROWSER))
    assert found(connection, ctx, now, "anna") == anna
    assert kinds(connection, ctx, anna) == ["product_carted", "product_viewed", "sign_in"]


@pytest.mark.parametrize("is_late", [False, True])
def test_what_a_source_says_belongs_to_the_account_of_its_time(
    connection: Connection, ctx: Context, now: dt.datetime, *, is_late: bool
) -> None:
    """Whichever of two sign-ins came first, and though nothing happened while she was signed in."""
    anna, ben = (put(connection, ctx, now, "web", c.value, c) for c in (ACCOUNT_A, ACCOUNT_B))
    say(connection, ctx, now, "anna", now - 3 * HOUR)
    happened = [
        happening("sign_in", now - 4 * HOUR, BROWSER, ACCOUNT_A),
        happening("sign_in", now - 2 * HOUR, BROWSER, ACCOUNT_B),
    ]
    append(connection, ctx, now, happening("product_viewed", now - HOUR, BROWSER))
    for each in reversed(happened) if is_late else happened:
        append(connection, ctx, now, each)
    assert found(connection, ctx, now, "anna") == anna
    assert kinds(connection, ctx, anna) == ["sign_in"]
    assert kinds(connection, ctx, ben) == ["product_viewed", "sign_in"]


def test_what_a_deleted_account_does_waits_for_it(
    connection: Connection, ctx: Context, now: dt.datetime
) -> None:
    """It is nobody else's, not even her browser's, and hers again once the account comes back.

    Handed to whoever is left of the person, it would stay there: whose it is would depend on whether the
    browser was known before the account was deleted.
    """
    account = put(connection, ctx, now, "web", "anna", ACCOUNT_A)
    append(connection, ctx, now, happening("sign_in", now, ACCOUNT_A, BROWSER))
    append(connection, ctx, now, happening("product_viewed", now - HOUR, BROWSER))
    records.delete(connection, ctx, "web", "anna", now=now)
    append(connection, ctx, now, happening("order_completed", now + HOUR, ACCOUNT_A))
    assert kinds(connection, ctx, account) == ["product_viewed"]  # the browser, to which the id forwards
    assert put(connection, ctx, now, "web", "anna", ACCOUNT_A) == account
    assert kinds(connection, ctx, account) == ["order_completed", "sign_in", "product_viewed"]


def test_a_mention_becomes_evidence_on_the_third_day(
    connection: Connection, ctx: Context, now: dt.datetime
) -> None:
    """A phone typed beside her card finds nobody at first; on three days it is evidence."""
    phone = Claim("phone", "+43 664 1234567", Assurance.TYPED)
    put(connection, ctx, now, "loyalty", "C-1001", CARD)

    def status() -> FoundStatus:
        return lookup.find(connection, ctx, [phone], hint=None, now=now).status

    for day in range(2):
        for hour in range(2):  # twice on the same day is one day
            append(
                connection,
                ctx,
                now,
                happening("sale", now + day * DAY + hour * HOUR, CARD, phone, source="pos"),
            )
    assert status() is FoundStatus.UNKNOWN
    append(connection, ctx, now, happening("sale", now + 2 * DAY, CARD, phone, source="pos"))
    assert status() is FoundStatus.KNOWN


def test_a_page_goes_on_where_the_last_one_ended(
    connection: Connection, ctx: Context, now: dt.datetime
) -> None:
    """Pages are newest first and neither skip nor repeat, also where instants are equal."""
    anna = put(connection, ctx, now, "web", "anna", ACCOUNT_A)
    append(connection, ctx, now, *(happening("page", now + (n // 3) * HOUR, ACCOUNT_A) for n in range(8)))
    seen: list[int] = []
    cursor = None
    for _ in range(4):
        found = history.page(connection, ctx, anna, cursor=cursor, limit=3)
        seen += [item.event_no for item in found.items]
        cursor = found.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 8
    assert cursor is None


def test_a_history_can_be_filtered(connection: Connection, ctx: Context, now: dt.datetime) -> None:
    """By kind, channel and time; `since` is included, `until` is not."""
    account = put(connection, ctx, now, "web", "anna", ACCOUNT_A)
    append(
        connection,
        ctx,
        now,
        happening("page", now, ACCOUNT_A),
        happening("product_carted", now + HOUR, ACCOUNT_A),
        happening("sale", now + 2 * HOUR, ACCOUNT_A, source="pos"),
    )

    def found(**wanted: object) -> list[str]:
        return [item.kind for item in history.page(connection, ctx, account, **wanted).items]  # type: ignore[arg-type]

    assert found(kinds=["page", "sale"]) == ["sale", "page"]
    assert found(channel="store") == ["sale"]
    assert found(since=now + HOUR, until=now + 2 * HOUR) == ["product_carted"]


def test_a_cursor_of_somebody_elses_making_is_refused(
    connection: Connection, ctx: Context, now: dt.datetime
) -> None:
    """A damaged cursor is an error that says so, not an empty page."""
    anna = put(connection, ctx, now, "web", "anna", ACCOUNT_A)
    with pytest.raises(ValueError, match="cursor"):
        history.page(connection, ctx, anna, cursor="ä'; drop")


def test_card_numbers_in_free_text_are_masked(connection: Connection, ctx: Context, now: dt.datetime) -> None:
    """What a cashier types into a comment never keeps a payment card's number."""
    anna = put(connection, ctx, now, "web", "anna", ACCOUNT_A)
    event = Happening(
        "other", "online", "web", now, [ACCOUNT_A], body={"note": "paid with 4111 1111 1111 1111"}
    )
    append(connection, ctx, now, event)
    (item,) = history.page(connection, ctx, anna).items
    assert "4111" not in str(item.body)


def test_a_number_that_may_be_a_cards_leaves_the_event_readable(
    connection: Connection, ctx: Context, now: dt.datetime
) -> None:
    """A card number that was sent as a number is masked, a fraction with such digits stays."""
    anna = put(connection, ctx, now, "web", "anna", ACCOUNT_A)
    body = {"reference": 4111111111111111, "share": 0.4111111111111111}
    append(connection, ctx, now, Happening("other", "online", "web", now, [ACCOUNT_A], body=body))
    (item,) = history.page(connection, ctx, anna).items
    assert item.body == {"reference": "[card number removed]", "share": 0.4111111111111111}


def test_old_and_late_events_find_a_partition(connection: Connection, ctx: Context, now: dt.datetime) -> None:
    """Whatever month an event is of, there is a place for it."""
    moments = [dt.datetime(1985, 5, 5, tzinfo=dt.UTC), dt.datetime(2001, 1, 1, tzinfo=dt.UTC), now + 40 * DAY]
    anna = put(connection, ctx, now, "web", "anna", ACCOUNT_A)
    append(connection, ctx, now, *(happening("page", at, ACCOUNT_A) for at in moments))
    assert len(kinds(connection, ctx, anna)) == 3


def test_events_with_consent_show_in_one_timeline(
    connection: Connection, ctx: Context, now: dt.datetime
) -> None:
    """What she did online and in the store is one timeline once she allowed it, and two again when not."""
    email = Claim("email", "anna@example.at", Assurance.VERIFIED)
    account = put(connection, ctx, now, "web", "anna", ACCOUNT_A, email)
    card = put(connection, ctx, now, "loyalty", "C-1001", CARD, email)
    append(
        connection, ctx, now, happening("page", now, ACCOUNT_A), happening("sale", now, CARD, source="pos")
    )
    assert kinds(connection, ctx, account) == ["page"]
    statement = Statement("cross_channel", granted=True, at=now)
    submission = Submission("loyalty", "C-1001", {}, [CARD, email], [statement], proof=Assurance.VERIFIED)
    records.put(connection, ctx, submission, now=now)
    assert sorted(kinds(connection, ctx, account)) == sorted(kinds(connection, ctx, card)) == ["page", "sale"]


WORLD: Sequence[tuple[str, tuple[Claim, ...]]] = (
    ("sign_in", (BROWSER, ACCOUNT_A)),
    ("product_viewed", (BROWSER,)),
    ("sign_in", (BROWSER, ACCOUNT_B)),
    ("product_viewed", (BROWSER,)),
    ("product_carted", (BROWSER,)),
    ("sign_in", (BROWSER, ACCOUNT_A)),
    ("product_viewed", (BROWSER,)),
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations([*range(len(WORLD)), *range(len(WORLD))]), size=st.integers(1, 5))
def test_ownership_does_not_depend_on_arrival(
    connection: Connection, ctx: Context, now: dt.datetime, order: list[int], size: int
) -> None:
    """The same happenings, in any order, twice each, in batches of any size, end with the same owners."""
    whole = connection.begin_nested()
    for start in range(0, len(order), size):
        batch = [(n, *WORLD[n]) for n in order[start : start + size]]
        events = (happening(kind, now + n * HOUR, *claims, name=f"m-{n}") for n, kind, claims in batch)
        append(connection, ctx, now, *events)
    anna, ben = (put(connection, ctx, now, "web", c.value, c) for c in (ACCOUNT_A, ACCOUNT_B))
    hers, his = (
        [item.occurred_at for item in history.page(connection, ctx, profile).items] for profile in (anna, ben)
    )
    whole.rollback()
    assert hers == [now + n * HOUR for n in (6, 5, 1, 0)]
    assert his == [now + n * HOUR for n in (4, 3, 2)]


def test_two_writers_of_one_message_store_it_once(database: Database, ctx: Context, now: dt.datetime) -> None:
    """The same message through two doors at the same moment is one event, of one stub."""
    event = happening("sale", now, CARD, source="pos", name="m-1")
    start = threading.Barrier(8)

    def send() -> Appended:
        start.wait()
        with database.transaction() as connection:
            return history.append(connection, ctx, [event], now=now)[0]

    with ThreadPoolExecutor(8) as pool:
        answers = [each.result() for each in [pool.submit(send) for _ in range(8)]]
    assert sum(answer.new for answer in answers) == 1
    assert len({(answer.record_no, answer.event_no) for answer in answers}) == 1


def test_who_waited_for_a_new_month_finds_it_made(database: Database) -> None:
    """The first events of a month may come through two doors: the second uses the first one's partition."""
    month = dt.date(2031, 1, 1)

    def make() -> None:
        with database.transaction() as connection:
            store_events.make_months(connection, [month])

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as first:
            store_events.make_months(first, [month])
            second = pool.submit(make)
            waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
            while first.exec_driver_sql(waiting).scalar_one() == 0:
                assert not second.done()
        second.result()
