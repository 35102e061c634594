"""Stores as operators enter them."""

from collections.abc import Callable

import pytest

from gateway.access.security import Scope
from tests.gateway.conftest import Caller
from tests.gateway.test_campaign_doors import STORE


@pytest.mark.parametrize("country", ["XX", "at", "AUT", "ZZ", "A", ""])
def test_a_country_that_is_none_is_refused(call: Callable[..., Caller], country: str) -> None:
    """Telephone numbers typed there could never be read."""
    back = call(Scope.ADMIN)
    refused = back("PUT", "/v1/stores/0042", STORE | {"country": country})
    assert refused.status_code == 422, refused.text
    assert "as in AT" in refused.text
    assert back("GET", "/v1/stores/0042").status_code == 404
    assert back("PUT", "/v1/stores/0042", STORE).status_code == 200


def test_nobody_is_looked_up_by_the_numbers_of_a_country_that_is_none(call: Callable[..., Caller]) -> None:
    """Else nobody would be found, and nobody knew why."""
    asked = {"identifiers": [{"type": "phone", "value": "0664 1234567"}]}
    till = call(Scope.PROFILE_READ)
    assert till("POST", "/v1/profiles/lookup", asked | {"country": "XX"}).status_code == 422
    assert till("POST", "/v1/profiles/lookup", asked | {"country": "AT"}).status_code == 200
    assert till("POST", "/v1/profiles/lookup", asked).status_code == 200
