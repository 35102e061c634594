"""Where messages may go. A name is looked up at each delivery, so what counts is the address behind it."""

import ipaddress

import pytest

from gateway.webhooks import targets
from gateway.webhooks.targets import ForbiddenTargetError


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.1.2.3",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1",
        "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "0.0.0.1", "::7f00:1", "::ffff:0:7f00:1",
        "64:ff9b:1::7f00:1", "fec0::1", "3fff::1", "5f00::1", "2001:db8::1", "192.88.99.1", "192.0.0.8",
        "198.18.0.1", "240.0.0.1",
    ],
)  # fmt: skip
def test_addresses_inside_are_refused(address: str) -> None:
    """Also where they are wrapped in an IPv6 one."""
    assert not targets.is_outside(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_addresses_out_in_the_world_are_taken(address: str) -> None:
    """Of both kinds."""
    assert targets.is_outside(address)


def test_a_network_of_ones_own_is_allowed_on_purpose() -> None:
    """That one and no other."""
    own = (ipaddress.ip_network("10.1.0.0/16"),)
    assert targets.is_outside("10.1.2.3", allowed=own)
    assert not targets.is_outside("10.2.2.3", allowed=own)
    assert not targets.is_outside("::1", allowed=own)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com/", "https://", "https://user@example.com/",
        "https://example.com/#part", "https://example.com/\r\nX: y", "https://exa mple.com/",
        "https://example.com:99999/", "https://example.com/" + "x" * 2_000, "javascript:alert(1)", "",
        "https://example.com\\@10.0.0.1/", "https://:secret@example.com/", "https://example.com/\u00fc",
        "https://ex\u0430mple.com/", "//example.com/", "https:///path",
    ],
)  # fmt: skip
def test_only_plain_https_addresses_are_taken(url: str) -> None:
    """Nothing that means something else to somebody else."""
    with pytest.raises(ForbiddenTargetError):
        targets.checked_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://2130706433/",
        "https://0177.0.0.1/",
    ],
)
def test_names_of_this_machine_are_refused_at_delivery(url: str) -> None:
    """However they are spelled."""
    with pytest.raises(ForbiddenTargetError, match="inside"):
        targets.resolve(url)
