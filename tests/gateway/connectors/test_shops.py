"""Shopify and WooCommerce: what they deliver is kept at once, worked on later, and counts once."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import Client

from gateway.database import Database
from gateway.inbox import store, store_requests, work
from gateway.wiring import Services
from tests.gateway.conftest import Clock
from tests.gateway.connectors import shop_stories, shops
from tests.gateway.connectors.shops import Told

STORIES: dict[str, list[Told]] = {"shopify": shop_stories.SHOPIFY, "woocommerce": shop_stories.WOO}
PEOPLE = {"shopify": [("shopify", "207119551")], "woocommerce": [("woocommerce", "25")]}


@pytest.fixture
def clock() -> Clock:
    """A clock that the test turns."""
    return Clock()


@pytest.fixture
def open_shops(services: Services) -> Services:
    """The services, with both shops connected."""
    shops.connect(services)
    return services


def _deliver(client: Client, connector: str, told: list[Told]) -> None:
    for one in told:
        answer = shops.send(client, connector, one, delivery=f"d{STORIES[connector].index(one)}")
        assert answer.status_code == 200, answer.text


def _in_order(connector: str) -> list[Told]:
    return list(STORIES[connector])


def _twice(connector: str) -> list[Told]:
    return [*STORIES[connector], *STORIES[connector]]


def _backwards(connector: str) -> list[Told]:
    return list(reversed(STORIES[connector]))


def _shuffled(connector: str) -> list[Told]:
    return random.Random(7).sample(STORIES[connector], len(STORIES[connector]))


def test_however_it_is_delivered_the_same_is_known(
    database: Database, services: Services, client: Client, clock: Clock, new_services: Callable[[], Any]
) -> None:
    """In order; twice; backwards; shuffled; in two halves with a killed worker between them."""
    known = {}
    for name, arrange in {
        "in order": _in_order,
        "twice": _twice,
        "back": _backwards,
        "mixed": _shuffled,
    }.items():
        held, door = new_services()
        shops.connect(held)
        for connector in STORIES:
            _deliver(door, connector, arrange(connector))
        shops.work_off(held)
        known[name] = _all(held)
    held, door = new_services()
    shops.connect(held)
    for connector, story in STORIES.items():
        _deliver(door, connector, story[: len(story) // 2])
    shops.work_off(held, most=3)
    _die_at_work(held)
    for connector, story in STORIES.items():
        _deliver(door, connector, story[len(story) // 2 :])
    shops.work_off(held)
    known["crashed"] = _all(held)
    first = known["in order"]
    assert [name for name, found in known.items() if found != first] == []
    anna, ben = first["shopify/207119551"], first["woocommerce/25"]
    assert anna["attributes"]["family_name"] == "Berger"
    assert ("email_marketing", True) in anna["consents"]
    assert len(anna["events"]) == 4  # the cart, the order, the edited order, the refund
    assert len(ben["events"]) == 3  # the unpaid order, the order, the refund
    assert ("WOOL", "Wool", 590) in first["products"]


def _all(held: Services) -> Any:
    return shops.what_is_known(held, [one for people in PEOPLE.values() for one in people])


def _die_at_work(held: Services) -> None:
    """A worker is killed in the middle of a part: its transaction never ends."""
    with held.database.engine.connect() as connection:
        begun = connection.begin()
        assert work.step(connection, held, now=held.clock())
        begun.rollback()


def test_a_wrong_signature_is_refused(open_shops: Services, client: Client) -> None:
    """Over the raw bytes: who does not know the secret says nothing, and unknown shops neither."""
    told = shop_stories.SHOPIFY[0]
    refused = shops.send(client, "shopify", told, delivery="d", secret="wrong")
    assert (refused.status_code, refused.json and refused.json["code"]) == (401, "bad_signature")
    assert client.post("/v1/connectors/shopify", data=b"{}").status_code == 401
    assert client.post("/v1/connectors/woocommerce", data=b"webhook_id=5").status_code == 200


def test_a_refund_waits_for_its_order(open_shops: Services, client: Client, clock: Clock) -> None:
    """And is worked on as soon as that has come."""
    by_topic = dict(shop_stories.SHOPIFY)
    shops.send(client, "shopify", ("refunds/create", by_topic["refunds/create"]), delivery="r")
    shops.work_off(open_shops)
    with open_shops.database.transaction() as connection:
        [waiting] = store.listing(connection, state="waiting", limit=10)
    assert waiting.waits_for == "order/450789469"
    shops.send(client, "shopify", ("orders/create", by_topic["orders/create"]), delivery="o")
    shops.work_off(open_shops)
    with open_shops.database.transaction() as connection:
        assert store.listing(connection, state="waiting", limit=10) == []
    anna = shops.what_is_known(open_shops, PEOPLE["shopify"])["shopify/207119551"]
    assert len(anna["events"]) == 2


def test_a_refund_without_its_order_is_given_up(open_shops: Services, client: Client, clock: Clock) -> None:
    """After a week; once the order has come after all, an operator has it tried again."""
    by_topic = dict(shop_stories.SHOPIFY)
    shops.send(client, "shopify", ("refunds/create", by_topic["refunds/create"]), delivery="r")
    shops.work_off(open_shops)
    clock.forward(days=8)
    shops.work_off(open_shops)
    with open_shops.database.transaction() as connection:
        assert [one.state for one in store.listing(connection, state="dead", limit=10)] == ["dead"]
    shops.send(client, "shopify", ("orders/create", by_topic["orders/create"]), delivery="o")
    shops.work_off(open_shops)
    with open_shops.database.transaction() as connection:
        assert store.revive(connection, [], now=clock.now) == 1
    shops.work_off(open_shops)
    with open_shops.database.transaction() as connection:
        assert store.listing(connection, state="dead", limit=10) == []


def test_what_cannot_be_understood_is_given_up_alone(open_shops: Services, client: Client) -> None:
    """The sender has its answer; the others go on; an operator sees why."""
    shops.send(client, "shopify", ("orders/create", {"id": 1}), delivery="bad")
    shops.send(client, "shopify", shop_stories.SHOPIFY[0], delivery="good")
    shops.work_off(open_shops)
    with open_shops.database.transaction() as connection:
        [dead] = store.listing(connection, state="dead", limit=10)
    assert dead.trouble is not None
    assert "time" in dead.trouble


def test_the_three_privacy_topics(open_shops: Services, client: Client) -> None:
    """Asked for, what is known is noted for a person; a customer is forgotten; a shop is taken away."""
    _deliver(client, "shopify", STORIES["shopify"])
    shops.work_off(open_shops)
    customer = {"customer": {"id": 207119551}}
    request = {**customer, "data_request": {"id": 9999}}
    shops.send(client, "shopify", ("customers/data_request", request), delivery="p1")
    shops.work_off(open_shops)
    with open_shops.database.transaction() as connection:
        [asked] = store_requests.open_ones(connection, limit=10)
        assert (asked.kind, asked.record_key) == ("export", "207119551")
        assert store_requests.close(connection, asked.request_no, now=open_shops.clock())
    later = {**customer, "data_request": {"id": 10000}}
    shops.send(client, "shopify", ("customers/data_request", later), delivery="p1b")
    shops.send(client, "shopify", ("customers/redact", customer), delivery="p2")
    shops.work_off(open_shops)
    assert _anna(open_shops) == "ErasedError"
    with open_shops.database.transaction() as connection:
        assert store_requests.open_ones(connection, limit=10) == []
        kept = connection.exec_driver_sql("select record_key from gateway.privacy_request order by 1")
        assert kept.scalars().all() == ["erased:1", "erased:2"]
    again = {**shop_stories.ANNA, "id": 5, "email": "cara@example.org", "phone": None}
    shops.send(client, "shopify", ("customers/create", again), delivery="p3")
    shops.send(client, "shopify", ("shop/redact", {"shop_domain": shops.SHOPIFY}), delivery="p4")
    shops.work_off(open_shops)
    assert shops.what_is_known(open_shops, [("shopify", "5")])["shopify/5"] == "UnknownRecordError"


def test_a_customer_whom_the_shop_deleted_before_is_forgotten(open_shops: Services, client: Client) -> None:
    """A shop deletes first and asks days later that she be forgotten: as a person, and for good."""
    _deliver(client, "shopify", STORIES["shopify"])
    shops.work_off(open_shops)
    shops.send(client, "shopify", ("customers/delete", {"id": 207119551}), delivery="p1")
    shops.work_off(open_shops)
    assert _anna(open_shops) == "UnknownRecordError"
    shops.send(client, "shopify", ("customers/redact", {"customer": {"id": 207119551}}), delivery="p2")
    shops.work_off(open_shops)
    assert _anna(open_shops) == "ErasedError"
    shops.send(client, "shopify", ("customers/create", shop_stories.ANNA), delivery="p3")
    shops.work_off(open_shops)
    assert _anna(open_shops) == "ErasedError"


def _anna(held: Services) -> Any:
    return shops.what_is_known(held, PEOPLE["shopify"])["shopify/207119551"]
