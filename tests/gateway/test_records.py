"""Records over HTTP: put, get, delete, and many at once."""

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import QueuePool

from gateway.access.security import Scope
from gateway.database import Database
from gateway.wiring import QUICK_TIMEOUT_MS, Services
from identity import redo
from identity.batches import rolling
from tests.gateway.conftest import Caller

EMAIL = {"type": "email", "value": "anna@example.org", "assurance": "verified"}


@pytest.fixture
def back(call: Callable[..., Caller]) -> Caller:
    """A server of the retailer's."""
    return call(Scope.INGEST, Scope.PROFILE_READ)


def _batch(*records: Any) -> bytes:
    return b"\n".join(json.dumps(record).encode() for record in records)


def test_a_new_record_is_created_and_the_same_again_changes_nothing(back: Caller) -> None:
    """201 and `new` first, 200 and `unchanged` ever after."""
    body = {"attributes": {"given_name": "Anna"}, "identifiers": [EMAIL]}
    first = back("PUT", "/v1/records/web/u1", body)
    again = back("PUT", "/v1/records/web/u1", body)
    assert first.json is not None
    assert again.json is not None
    assert (first.status_code, first.json["outcome"]) == (201, "new")
    assert (again.status_code, again.json["outcome"]) == (200, "unchanged")
    assert again.json["record"] == first.json["record"]


def test_a_deleted_record_is_gone_and_comes_back_under_its_id(back: Caller) -> None:
    """Within thirty days the same key gets the same record id."""
    first = back("PUT", "/v1/records/web/u1", {"identifiers": [EMAIL]}).json
    assert back("DELETE", "/v1/records/web/u1").status_code == 204
    assert back("GET", "/v1/records/web/u1").status_code == 404
    again = back("PUT", "/v1/records/web/u1", {"identifiers": [EMAIL]}).json
    assert first is not None
    assert again is not None
    assert again["record"] == first["record"]


def test_who_writes_waits_longer_than_a_till(back: Caller, database: Database) -> None:
    """A key that cannot be read as soon as a till needs it is read for a source all the same."""
    is_locked = threading.Event()

    def hold() -> None:
        with database.transaction() as connection:
            connection.execute(sa.text("lock table gateway.api_key in access exclusive mode"))
            is_locked.set()
            time.sleep(3 * QUICK_TIMEOUT_MS / 1000)

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        assert is_locked.wait(timeout=10)
        assert back("PUT", "/v1/records/web/u1", {"identifiers": [EMAIL]}).status_code == 201
        holding.result()


def test_who_writes_does_not_wait_for_the_tills_connections(back: Caller, services: Services) -> None:
    """Also when none is free, nor opened in a till's time."""
    pool = services.quick.engine.pool
    assert isinstance(pool, QueuePool)
    with ExitStack() as taken:
        for _ in range(pool.size()):
            taken.enter_context(services.quick.engine.connect())
        assert back("PUT", "/v1/records/web/u1", {"identifiers": [EMAIL]}).status_code == 201


def test_a_key_may_hold_slashes(back: Caller) -> None:
    """Sources call their records what they like."""
    assert back("PUT", "/v1/records/crm/a/b/c", {}).status_code == 201
    assert back("GET", "/v1/records/crm/a/b/c").status_code == 200


def test_identifiers_are_masked_for_who_may_only_write(back: Caller, call: Callable[..., Caller]) -> None:
    """A source sees that its values arrived, not what others may read."""
    back("PUT", "/v1/records/web/u1", {"identifiers": [EMAIL]})
    shown = call(Scope.INGEST, source="web")("GET", "/v1/records/web/u1").json
    assert shown is not None
    assert shown["identifiers"][0]["value"] == "..rg"


def test_a_batch_answers_line_by_line_in_order(back: Caller) -> None:
    """Good lines are taken, bad ones refused alone with what to do."""
    data = _batch({"source": "web", "key": "1"}, {"source": "web"}, {"source": "crm", "key": "2"})
    answer = back("POST", "/v1/records/batch", data=data, content_type="application/x-ndjson")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["line"] for line in lines] == [1, 2, 3]
    assert [line.get("outcome") for line in lines] == ["new", None, "new"]
    assert lines[1]["problem"]["errors"] == [{"pointer": "/key", "detail": "is required"}]


def test_a_long_batch_refuses_bad_lines_alone_and_takes_the_same_record_twice(back: Caller) -> None:
    """Lines are taken in many at a time; each is answered as if it had come alone."""
    lines: list[Any] = [{"source": "crm", "key": str(number)} for number in range(70)]
    lines[10] = lines[9]
    lines[40] = {"source": "crm", "key": " 40"}
    lines[50] = {"source": "nobody", "key": "50"}
    answer = back("POST", "/v1/records/batch", data=_batch(*lines), content_type="application/x-ndjson")
    told = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["line"] for line in told] == list(range(1, 71))
    others = {number: line["outcome"] for number, line in enumerate(told) if "outcome" in line}
    assert others.pop(10) == "unchanged"
    assert set(others.values()) == {"new"}
    assert len(others) == 67
    assert [told[number]["problem"]["status"] for number in (40, 50)] == [422, 422]


def test_a_delivery_that_was_taken_back_takes_nothing_more(back: Caller, services: Services) -> None:
    """409, before any line is read: what was mended comes under another name."""
    data = _batch({"source": "web", "key": "1"})
    assert back("POST", "/v1/records/batch?batch=n1", data=data).status_code == 200
    with services.database.transaction() as connection:
        rolling.roll_back(connection, "n1", author="s", now=services.clock())
    refused = back("POST", "/v1/records/batch?batch=n1", data=data)
    assert refused.json is not None
    assert (refused.status_code, refused.json["code"]) == (409, "wrong_state")
    assert back("POST", "/v1/records/batch?batch=n2", data=data).status_code == 200


def test_a_delivery_that_is_taken_back_while_it_comes_takes_nothing_more(
    back: Caller, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came before goes, and each line of the rest is told why it was not taken."""

    def look_again(connection: sa.Connection, name: str, **by: Any) -> None:
        begun.append(name)
        if len(begun) == 3:
            with services.database.transaction() as another:
                rolling.roll_back(another, "n1", author="test", now=by["now"])
        begin(connection, name, **by)

    begun: list[str] = []
    begin = rolling.begin
    monkeypatch.setattr(rolling, "begin", look_again)
    lines = _batch(*({"source": "crm", "key": str(number)} for number in range(40)))
    answer = back("POST", "/v1/records/batch?batch=n1", data=lines)
    told = [json.loads(line).get("problem", {}).get("code") for line in answer.text.splitlines()]
    assert told == [None] * 32 + ["wrong_state"] * 8
    with services.database.transaction() as connection:
        redo.drain(connection, services.identity, now=services.clock())
        assert [one.records for one in rolling.listed(connection)] == [0]


def test_a_repeated_batch_gets_the_first_answer(back: Caller) -> None:
    """With an Idempotency-Key even `new` stays new."""
    data = _batch({"source": "web", "key": "1"})
    first = back("POST", "/v1/records/batch", data=data, once="b1")
    again = back("POST", "/v1/records/batch", data=data, once="b1")
    assert again.text == first.text
    assert again.headers["Idempotent-Replayed"] == "true"
    other = back("POST", "/v1/records/batch", data=_batch({"source": "web", "key": "2"}), once="b1")
    assert other.status_code == 422


def test_a_batch_needs_no_idempotency_key(back: Caller) -> None:
    """Its records carry natural keys."""
    data = _batch({"source": "web", "key": "1"})
    for outcome in ("new", "unchanged"):
        answer = back("POST", "/v1/records/batch", data=data, headers={"Idempotency-Key": ""})
        assert json.loads(answer.text)["outcome"] == outcome


def test_a_card_number_is_refused_wherever_it_is_sent(back: Caller) -> None:
    """Payment is known by its reference, never by the card's number."""
    body = {
        "attributes": {"given_name": "4111111111111111"},
        "identifiers": [{"type": "phone", "value": "4111111111111111"}],
    }
    answer = back("PUT", "/v1/records/web/u1", body)
    assert answer.json is not None
    assert {one["field"] for one in answer.json["rejected"]} != set()
    assert "4111111111111111" not in json.dumps(back("GET", "/v1/records/web/u1").json)


def test_a_put_that_met_another_is_done_again(back: Caller, database: Database) -> None:
    """PostgreSQL ends a transaction for the sake of another: the caller gets an answer all the same, also
    for a line of a batch.
    """
    with database.transaction() as connection:
        connection.exec_driver_sql(
            "create sequence met; "
            "create function meet() returns trigger language plpgsql as $$ begin"
            "  if nextval('met') in (1, 3) then raise 'met another' using errcode = '40001'; end if;"
            "  return new; end $$; "
            "create trigger meet before insert on identity.record for each row execute function meet()"
        )
    assert back("PUT", "/v1/records/crm/1", {}).status_code == 201
    answer = back("POST", "/v1/records/batch", data=b'{"source":"crm","key":"2"}')
    assert '"outcome":"new"' in answer.text


def test_a_wrong_parameter_is_looked_for_in_the_address(back: Caller) -> None:
    """A GET has no body to change."""
    answer = back("GET", "/v1/changes?limit=0")
    assert answer.json is not None
    assert answer.status_code == 422
    assert answer.json["detail"] == "1 place needs a change in the address; see `errors`."
    assert [place["pointer"] for place in answer.json["errors"]] == ["/limit"]


def test_attributes_are_masked_for_a_steward_who_may_not_read_profiles(
    back: Caller, call: Callable[..., Caller]
) -> None:
    """As in why: who decides what belongs together need not read names and births."""
    said = {"attributes": {"given_name": "Rosalinde", "date_of_birth": "1971-03-04"}}
    profile = back("PUT", "/v1/records/web/u1", said).json["profile"]
    steward = call(Scope.STEWARD)
    [shown] = steward("GET", f"/v1/profiles/{profile}/records").json["items"]
    assert shown["attributes"] == {"given_name": "..de", "date_of_birth": "..04"}
    [read] = back("GET", f"/v1/profiles/{profile}/records").json["items"]
    assert read["attributes"]["given_name"] == "Rosalinde"
