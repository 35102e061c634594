"""Segment's and RudderStack's own Python clients, as they are installed, tell the story."""

from typing import Any

import pytest
import rudderstack.analytics.client as rudder
import segment.analytics.client as segment

from gateway.access.security import Scope
from gateway.wiring import Services
from tests.gateway.conftest import Caller, Issue
from tests.gateway.connectors import story

BROWSER = "browser-1"


def _tell(client: Any) -> None:
    client.page(anonymous_id=BROWSER, name="Home", properties={"path": "/"})
    client.track(anonymous_id=BROWSER, event="Product Viewed", properties={"sku": "SW-1"})
    client.track(anonymous_id=BROWSER, event="Product Added", properties={"sku": "SW-1", "quantity": 1})
    client.track(anonymous_id=BROWSER, event="Product Added", properties={"sku": "MUG-1", "quantity": 1})
    client.identify(
        user_id=story.ACCOUNT,
        anonymous_id=BROWSER,
        traits={"email": story.EMAIL, "firstName": "Anna", "lastName": "Müller"},
    )
    client.track(
        user_id=story.ACCOUNT,
        anonymous_id=BROWSER,
        event="Order Completed",
        properties={"order_id": "1001", "products": [{"sku": "MUG-1", "quantity": 1}]},
    )
    client.flush()
    client.join()


def _client(module: Any, key: str, address: str, errors: list[Any], **more: Any) -> Any:
    return module.Client(
        key,
        host=f"{address}/v1/segment",
        on_error=lambda error, _: errors.append(error),
        max_retries=1,
        timeout=10,
        **more,
    )


@pytest.mark.parametrize(
    ("module", "options"), [(segment, {}), (segment, {"gzip": True}), (rudder, {}), (rudder, {"gzip": False})]
)
def test_the_till_offers_what_a_client_told_of(
    stage: Services,
    issue: Issue,
    address: str,
    back: Caller,
    till: Caller,
    module: Any,
    options: dict[str, Any],
) -> None:
    """She ordered the mug and left the sweater."""
    errors: list[Any] = []
    key = issue(Scope.INGEST, source="web")
    assert story.offered(till) == []
    _tell(_client(module, key, address, errors, **options))
    assert errors == []
    assert story.kinds(back) == story.TOLD
    assert story.offered(till) == [("2", 900)]
