"""Online news that comes while a till is scanning counts, although the transaction's prices stand still."""

from collections.abc import Callable

from gateway.access.security import Scope
from gateway.wiring import Services
from tests.gateway.conftest import Caller, Clock
from tests.gateway.connectors import story

Call = Callable[..., Caller]


def test_what_she_carts_while_the_till_is_scanning_is_offered(
    services: Services, call: Call, clock: Clock
) -> None:
    """The till asks twice in one transaction; between the two she fills her cart on the phone."""
    story.set_the_stage(services, call(Scope.ADMIN, Scope.CAMPAIGN))
    till = call(Scope.QUERY, Scope.REDEEM, source="pos", stores=("0042",))
    shop = call(Scope.INGEST, source="web")
    assert story.offered(till) == []
    clock.forward(seconds=3)
    told = {"email": story.EMAIL, "firstName": "Anna", "lastName": "Mueller"}
    batch = [
        {"type": "identify", "userId": story.ACCOUNT, "messageId": "1", "traits": told},
        {
            "type": "track",
            "event": "Product Added",
            "userId": story.ACCOUNT,
            "messageId": "2",
            "timestamp": clock().isoformat(),
            "properties": {"sku": "SW-1"},
        },
    ]
    assert shop("POST", "/v1/segment/v1/batch", {"batch": batch}).status_code == 200
    assert story.offered(till) == [("2", 900)]
