"""Where a request with a cookie may come from."""

import pytest

from gateway.pages.origin import is_same_origin

OWN = "https://offers.example.com"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Origin": OWN}, True),
        ({"Origin": OWN, "Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "https://evil.example.net"}, False),
        ({"Origin": "https://evil.example.net", "Sec-Fetch-Site": "same-origin"}, False),
        ({"Origin": OWN, "Sec-Fetch-Site": "cross-site"}, False),
        ({"Origin": "https://other.example.com", "Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "http://offers.example.com"}, False),
        ({"Origin": "https://offers.example.com:8443"}, False),
        ({"Origin": "null"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({}, False),
    ],
)
def test_only_our_own_page_is_the_same_origin(headers: dict[str, str], expected: bool) -> None:
    """Another site, a neighbour on the same site, another scheme or port, and no browser are refused."""
    assert is_same_origin(headers.get("Origin"), headers.get("Sec-Fetch-Site"), OWN) is expected
